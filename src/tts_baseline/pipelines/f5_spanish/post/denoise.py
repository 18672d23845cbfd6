"""Takes stationary noise away by spectral gating, with the noise learned from the wave's own silences."""

from __future__ import annotations

import math

import numpy as np

from tts_baseline.core.errors import MissingExtra
from tts_baseline.pipelines.f5_spanish.plan import Chunk
from tts_baseline.pipelines.f5_spanish.post.silence import Wave, insides
from tts_baseline.pipelines.f5_spanish.post.step import ChunkStep, Task

_GUARD_S, _SHORTEST_S, _ENOUGH_S = 0.030, 0.100, 0.200
# Noise is quieter than this below the loud speech; closer than that, no threshold separates them.
_BELOW_LOUD_DB = 10.0
_AUDIBLE = 10 ** (-90 / 20)
_WINDOW_S = 0.043
# The library's 500 Hz blurs the gate over neighbouring harmonics and lowers speech by 2 dB at 20 dB of SNR.
_SMOOTHING_HZ = 100.0


def denoise(wave: Wave, rate: int, *, strength: float = 1.0) -> Wave:
    """The wave with its stationary noise reduced, as long as before; `strength` from 0 (not at all) to 1.

    Spectral subtraction (Boll 1979) in the form of noisereduce's spectral gate (Sainburg et al. 2020): per
    frequency, what does not rise 1.5 standard deviations above the noise is lowered. The noise is what lies
    between the speech in stretches of at least 100 ms. A wave with less than 200 ms of it, or with less than
    -90 dBFS of it, comes back unchanged: nothing is known about its noise. Clean a chunk before joining: the
    room tone of planned pauses is made of what is left.

    Raises MissingExtra without noisereduce.
    """
    noise = _noise(wave, rate)
    if noise.size < _ENOUGH_S * rate or np.sqrt(np.mean(noise**2)) < _AUDIBLE:
        return wave.copy()
    try:
        from noisereduce import reduce_noise
    except ImportError as error:
        raise MissingExtra("spectral subtraction needs noisereduce", extra="f5") from error
    cleaned = reduce_noise(
        wave,
        rate,
        y_noise=noise,
        stationary=True,
        prop_decrease=strength,
        n_fft=2 ** round(math.log2(_WINDOW_S * rate)),
        freq_mask_smooth_hz=_SMOOTHING_HZ,
    )
    return np.asarray(cleaned, dtype=np.float32)


def _noise(wave: Wave, rate: int) -> Wave:
    """The insides of all long silences, end to end; empty where there is none."""
    found = insides(wave, rate, guard_s=_GUARD_S, shortest_s=_SHORTEST_S, below_loud_db=_BELOW_LOUD_DB)
    return np.concatenate([wave[:0], *found])


def _apply(wave: Wave, _: Chunk, task: Task) -> Wave:
    return denoise(wave, task.rate, strength=task.settings.denoise)


STEP = ChunkStep(
    name="denoise",
    setting="denoise",
    scope="chunk",
    stage="enhance",
    package="noisereduce",
    extra="f5",
    on=lambda task, _: bool(task.settings.denoise),
    apply=_apply,
)
