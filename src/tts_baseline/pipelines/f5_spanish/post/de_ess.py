"""Tames sibilants: a de-esser."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tts_baseline.pipelines.f5_spanish.post.silence import Wave, loud_level
from tts_baseline.pipelines.f5_spanish.post.step import Task, Track, TrackStep

_SIBILANTS_HZ = (5000.0, 9000.0)
_BAND_FILTER_S = 0.0054
_SMOOTHING_S = 0.005
_RATIO = 4.0


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


def _apply(track: Track, task: Task) -> Track:
    return track.with_samples(de_ess(track.samples, task.rate, task.settings.de_ess_db))


# Its threshold is relative to the loud frames of the whole.
STEP = TrackStep(
    name="de_ess",
    setting="de_ess_db",
    scope="utterance",
    stage="enhance",
    on=lambda task: bool(task.settings.de_ess_db),
    apply=_apply,
)
