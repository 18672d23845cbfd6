"""The first two formants of a stretch of voice: what its vowel is."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tts_baseline.core.sounds import Sound, feature
from tts_baseline.metrics.features.resampled import resampled

if TYPE_CHECKING:
    from tts_baseline.core.sounds import Samples

# Linear prediction of five formants below 5.5 kHz, as Praat's "To Formant" has it by default.
_RATE, _ORDER = 11_000, 10
_WINDOW_S, _STEP_S = 0.025, 0.005
_EMPHASIS_HZ = 50.0
_WIDEST_HZ = 500.0  # chosen: a pole that is wider is the slope of the spectrum, not a formant
# chosen: what adults' vowels have, men's [u] to women's [a] and [i] (Peterson & Barney 1952)
_FIRST_HZ, _SECOND_HZ = (200.0, 1_100.0), (500.0, 3_200.0)
_EDGE_HZ = 50.0


class Formants(NamedTuple):
    """The first and the second formant in Hz."""

    first_hz: float
    second_hz: float

    @property
    def bark(self) -> tuple[float, float]:
        """Both in Bark (Traunmüller 1990)."""
        first, second = (26.81 * hz / (1960 + hz) - 0.53 for hz in self)
        return first, second


@feature
def formants(sound: Sound, start_s: float, stop_s: float) -> Formants | None:
    """The median over windows of 25 ms between two seconds; None where they are not found in half of them.

    Poles of linear prediction (autocorrelation) at 11 kHz. A voice of more than 250 Hz pulls them towards its
    harmonics.
    """
    import numpy as np

    samples = resampled(sound, _RATE)
    size = round(_WINDOW_S * _RATE)
    first, last = (round(at * _RATE) - size // 2 for at in (start_s, stop_s))
    starts = range(max(first, 0), min(last, samples.size - size) + 1, round(_STEP_S * _RATE))
    emphasis = np.exp(-2 * np.pi * _EMPHASIS_HZ / _RATE)
    found = [_of_window(np.convolve(samples[at : at + size], (1, -emphasis), "valid")) for at in starts]
    known = [each for each in found if each]
    if 2 * len(known) < max(len(found), 1):
        return None
    return Formants(*(float(hz) for hz in np.median(known, axis=0)))


def _of_window(samples: Samples) -> Formants | None:
    """The two lowest poles that can be formants."""
    import numpy as np
    from scipy.linalg import LinAlgError, solve_toeplitz

    windowed = samples * np.hamming(samples.size)
    likeness = np.correlate(windowed, windowed, "full")[samples.size - 1 : samples.size + _ORDER]
    if likeness[0] <= 0:
        return None
    try:
        weights = solve_toeplitz(likeness[:-1], likeness[1:])
    except LinAlgError:
        return None
    poles = np.roots(np.concatenate(([1.0], -weights)))
    poles = poles[poles.imag > 0]
    hz = np.angle(poles) * _RATE / (2 * np.pi)
    width = -np.log(np.abs(poles)) * _RATE / np.pi
    narrow = sorted(hz[(width < _WIDEST_HZ) & (hz > _FIRST_HZ[0]) & (hz < _RATE / 2 - _EDGE_HZ)].tolist())
    if len(narrow) < 2 or narrow[0] > _FIRST_HZ[1] or not _SECOND_HZ[0] <= narrow[1] <= _SECOND_HZ[1]:
        return None
    return Formants(narrow[0], narrow[1])
