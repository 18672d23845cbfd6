"""In what manner something is said: how high, how lively, how loud, how fast and how sharp."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tts_baseline.core.sounds import Sound, feature
from tts_baseline.metrics.features.f0 import f0
from tts_baseline.metrics.features.long_term_spectrum import speech_power
from tts_baseline.metrics.features.melody import ENOUGH, SEMITONES
from tts_baseline.metrics.features.silences import silences
from tts_baseline.metrics.features.spectrum import spectrum

if TYPE_CHECKING:
    from tts_baseline.core.sounds import Samples

_PERCENT = (10, 90)  # as `f0_range` has it
# The alpha ratio (Frokjaer-Jensen & Prytz 1976): a tense or loud voice has more of the upper band.
_LOWER_HZ, _UPPER_HZ = (50.0, 1_000.0), (1_000.0, 5_000.0)


class SpokenManner(NamedTuple):
    """Pitch and its range in semitones, NaN without 0.1 s of voice; level and tilt in dB; seconds of speech.

    The pitch is the median above 1 Hz, the range from the 10th to the 90th percentile; the level is that of
    the frames that speak, the tilt their power from 1 to 5 kHz about that below.
    """

    pitch_st: float
    range_st: float
    level_db: float
    tilt_db: float
    speech_s: float


@feature
def manner(sound: Sound) -> SpokenManner:
    """The manner of a sound, which must not be silent."""
    import numpy as np

    pitch = f0(sound).hz
    semitones = SEMITONES * np.log2(pitch[~np.isnan(pitch)])
    has_voice = semitones.size >= ENOUGH
    low, middle, high = (
        np.percentile(semitones, (_PERCENT[0], 50, _PERCENT[1])) if has_voice else [np.nan] * 3
    )
    mean, hz = speech_power(sound), spectrum(sound).hz
    lower, upper = (_band(mean, hz, *band) for band in (_LOWER_HZ, _UPPER_HZ))
    return SpokenManner(
        float(middle),
        float(high - low),
        float(10 * np.log10(mean.sum())),
        float(10 * np.log10(upper / lower)),
        silences(sound).speech_s,
    )


def _band(power: Samples, hz: Samples, low: float, high: float) -> float:
    """The power in a band, never nothing."""
    return float(max(power[(hz >= low) & (hz < high)].sum(), 1e-20))
