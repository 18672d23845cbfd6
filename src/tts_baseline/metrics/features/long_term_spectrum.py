"""The long-term average spectrum of the speech, in thirds of an octave."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tts_baseline.core.sounds import Sound, feature
from tts_baseline.metrics.features.spectrum import spectrum

if TYPE_CHECKING:
    from tts_baseline.core.sounds import Samples

# IEC 61260-1: thirds of an octave about 1 kHz; the lowest that a window of 32 ms can tell from the next.
_MIDDLE_HZ = 1_000.0
_LOWEST, _HIGHEST = -9, 12
# chosen: frames within 30 dB of the loud ones speak; bands 50 dB below the loudest are not heard beside it
_SPEECH_DB, _LOUD = 30.0, 95
_FLOOR_DB = 50.0


class LongTermSpectrum(NamedTuple):
    """The level of each band in dB and the middle of the band in Hz, both of shape (bands,)."""

    level_db: Samples
    hz: Samples


@feature
def long_term_spectrum(sound: Sound, highest_hz: float) -> LongTermSpectrum:
    """The mean power of the frames that speak, in dB, by bands of a third of an octave from 112 Hz on.

    Up to the last band that ends below `highest_hz`; levels more than 50 dB below the loudest band count
    as that. The sound must not be silent.
    """
    import numpy as np

    mean, hz = speech_power(sound), spectrum(sound).hz
    middles = _MIDDLE_HZ * 2.0 ** (np.arange(_LOWEST, _HIGHEST + 1) / 3)
    middles = middles[middles * 2 ** (1 / 6) <= highest_hz]
    bands = np.array([_band(mean, hz, middle) for middle in middles])
    levels = 10 * np.log10(np.maximum(bands, bands.max() * 10 ** (-_FLOOR_DB / 10)))
    return LongTermSpectrum(levels, middles)


def speech_power(sound: Sound) -> Samples:
    """The mean power of the frames that speak, by frequency of `spectrum`; the sound must not be silent."""
    import numpy as np

    power = spectrum(sound).amplitude ** 2
    level = power.sum(axis=1)
    speech = level >= np.percentile(level, _LOUD) * 10 ** (-_SPEECH_DB / 10)
    mean: Samples = power[speech].mean(axis=0)
    return mean


def _band(power: Samples, hz: Samples, middle: float) -> float:
    """The power in a band: the mean of its frequencies, or of the nearest one, times its width."""
    low, high = middle * 2 ** (-1 / 6), middle * 2 ** (1 / 6)
    inside = (hz >= low) & (hz < high)
    mean = power[inside].mean() if inside.any() else power[abs(hz - middle).argmin()]
    return float(mean * (high - low))
