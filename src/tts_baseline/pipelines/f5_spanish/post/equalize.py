"""Changes the colour of the sound: a high shelf that brightens, a de-esser that tames sibilants."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from tts_baseline.core.errors import PipelineError
from tts_baseline.pipelines.f5_spanish.post.silence import Wave, loud_level

_SIBILANTS_HZ = (5000.0, 9000.0)
_BAND_FILTER_S = 0.0054
_SMOOTHING_S = 0.005
_RATIO = 4.0


def high_shelf(wave: Wave, rate: int, gain_db: float, corner_hz: float) -> Wave:
    """The wave with everything far above `corner_hz` changed by `gain_db`, by half of it at the corner.

    Below the corner it falls to 0 dB. One biquad, see `high_shelf_section`. Samples may exceed full scale.
    """
    from scipy.signal import sosfilt

    sections = high_shelf_section(rate, gain_db, corner_hz)[np.newaxis]
    return np.asarray(sosfilt(sections, wave), dtype=np.float32) if wave.size else wave.copy()


def high_shelf_section(rate: int, gain_db: float, corner_hz: float) -> NDArray[np.float64]:
    """The second-order section [b0, b1, b2, 1, a1, a2] of a high shelf with slope S = 1.

    Source: R. Bristow-Johnson, Audio EQ Cookbook (W3C note, 2021). Raises PipelineError unless the
    corner lies between 0 Hz and half the sample rate.
    """
    if not 0 < corner_hz < rate / 2:
        raise PipelineError(
            f"a high shelf at {corner_hz:g} Hz, outside 0 to {rate / 2:g} Hz (half the sample rate)",
            where="equalizing",
            hint="choose a corner below half the sample rate",
        )
    a = 10 ** (gain_db / 40)
    w0 = 2 * math.pi * corner_hz / rate
    cosine, alpha = math.cos(w0), math.sin(w0) / math.sqrt(2)
    slope = 2 * math.sqrt(a) * alpha
    b = (
        a * ((a + 1) + (a - 1) * cosine + slope),
        -2 * a * ((a - 1) + (a + 1) * cosine),
        a * ((a + 1) + (a - 1) * cosine - slope),
    )
    c = (
        (a + 1) - (a - 1) * cosine + slope,
        2 * ((a - 1) - (a + 1) * cosine),
        (a + 1) - (a - 1) * cosine - slope,
    )
    return np.array([*b, *c]) / c[0]


def de_ess(wave: Wave, rate: int, amount_db: float = 6.0, *, threshold_db: float = -25.0) -> Wave:
    """The wave with the 5 to 9 kHz band lowered, by at most `amount_db`, where that band is loud.

    A split-band compressor, 4:1 above `threshold_db` relative to the wave's loud frames
    (`silence.loud_level`), so that the wave's own level does not matter. The band is split off without
    phase shift, which leaves everything below 4 kHz within 0.2 dB, and every moment under the threshold
    bit for bit as it was. A wave sampled too slowly to hold the band comes back unchanged.
    """
    if not wave.size or rate / 2 <= _SIBILANTS_HZ[0]:
        return wave.copy()
    from scipy.ndimage import uniform_filter1d
    from scipy.signal import oaconvolve

    samples = wave.astype(np.float64)
    band = oaconvolve(samples, _band_filter(rate), mode="same")
    power = uniform_filter1d(band**2, max(1, round(_SMOOTHING_S * rate)), mode="constant")
    level = 10 * np.log10(np.maximum(power, 1e-20)) - loud_level(wave, rate)
    lowered_db = np.clip((level - threshold_db) * (1 - 1 / _RATIO), 0, amount_db)
    return np.asarray(samples + (10 ** (-lowered_db / 20) - 1) * band, dtype=np.float32)


def _band_filter(rate: int) -> NDArray[np.float64]:
    """A symmetric filter (windowed sinc, Hamming) that passes the sibilants, as far up as there is sound."""
    from scipy.signal import firwin

    taps = 2 * round(_BAND_FILTER_S * rate / 2) + 1
    edges = [hz for hz in _SIBILANTS_HZ if hz < rate / 2]
    band: NDArray[np.float64] = firwin(taps, edges, pass_zero=False, fs=rate)
    return band
