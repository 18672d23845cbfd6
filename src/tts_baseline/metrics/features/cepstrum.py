"""The mel cepstrum: what is said, frame by frame, whoever says it and at whatever pitch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from tts_baseline.core.sounds import Sound, feature
from tts_baseline.metrics.features.resampled import resampled

if TYPE_CHECKING:
    from tts_baseline.core.sounds import Samples

STEP_S = 0.010
_RATE = 16_000
_HOP = round(STEP_S * _RATE)
# As HTK and Kaldi have them by default, but for a floor: 25 ms windows, 26 bands, 13 coefficients.
_WINDOW, _TRANSFORM = 400, 512
_BANDS, _LOWEST_HZ, _HIGHEST_HZ = 26, 100.0, 7_600.0
_COEFFICIENTS = 13
# chosen: 50 dB below the loud frames, where recordings of speech have their own noise
_FLOOR_DB = -50.0
_LOUD = 95
_AT_ONCE = 4096  # frames. chosen: what is shorter than 40 s is one part, of 30 MB or so


class Cepstrum(NamedTuple):
    """Coefficients in dB, shape (frames, 13), and the level of each frame in dB, shape (frames,).

    Frames are 10 ms apart, the first around the first sample. Levels are about the sound's loud frames, those
    at its 95th percentile.
    """

    coefficients: Samples
    level_db: Samples


@feature
def cepstrum(sound: Sound) -> Cepstrum:
    """The cepstrum of the mel spectrum (Davis & Mermelstein 1980) at 16 kHz; the sound must not be silent.

    The discrete cosine transform, orthonormal, of the power in 26 mel bands from 100 to 7600 Hz, in dB about
    the loud frames' power, at least -50 dB below a band's share of that.
    """
    import numpy as np
    from scipy.fft import dct

    parts = [*_powers(resampled(sound, _RATE))]
    bands, power = (np.concatenate(each) for each in zip(*parts, strict=True))
    loud = _loud(bands.sum(axis=1))
    floor = 10 ** (_FLOOR_DB / 10)
    coefficients = dct(10 * np.log10(np.maximum(bands / loud, floor / _BANDS)), norm="ortho", axis=1)
    level = 10 * np.log10(np.maximum(power / _loud(power), 1e-12))
    return Cepstrum(coefficients[:, :_COEFFICIENTS], level)


def _loud(power: Samples) -> float:
    """The power of the loud frames; of the loudest where hardly any is more than nothing."""
    import numpy as np

    return float(np.percentile(power, _LOUD) or power.max())


def _powers(samples: Samples) -> Iterator[tuple[Samples, Samples]]:
    """The power in each mel band and in all, of Hann-windowed frames around each 10 ms, a part at once."""
    import numpy as np

    padded = np.pad(samples, _WINDOW // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_HOP]
    window, weights = np.hanning(_WINDOW), _mel_bands().T
    for first in range(0, len(frames), _AT_ONCE):
        power = np.abs(np.fft.rfft(frames[first : first + _AT_ONCE] * window, _TRANSFORM)) ** 2
        yield power @ weights, power.sum(axis=1)


def _mel_bands() -> Samples:
    """The triangular weight of each frequency in each band, shape (26, 257)."""
    import numpy as np

    lowest, highest = (2595 * np.log10(1 + hz / 700) for hz in (_LOWEST_HZ, _HIGHEST_HZ))
    corners = 700 * (10 ** (np.linspace(lowest, highest, _BANDS + 2) / 2595) - 1)
    hz = np.fft.rfftfreq(_TRANSFORM, 1 / _RATE)
    low, middle, high = corners[:-2, None], corners[1:-1, None], corners[2:, None]
    rising, falling = (hz - low) / (middle - low), (high - hz) / (high - middle)
    weights: Samples = np.clip(np.minimum(rising, falling), 0, None)
    return weights
