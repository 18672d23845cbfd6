"""Brightens or dulls the sound: a high shelf."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from tts_baseline.core.errors import PipelineError
from tts_baseline.pipelines.f5_spanish.post.silence import Wave
from tts_baseline.pipelines.f5_spanish.post.step import Task, Track, TrackStep

_CORNER_HZ = 4_000.0  # chosen: above the vowels' formants, below most sibilants


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


def _apply(track: Track, task: Task) -> Track:
    return track.with_samples(high_shelf(track.samples, task.rate, task.settings.high_shelf_db, _CORNER_HZ))


STEP = TrackStep(
    name="high_shelf",
    setting="high_shelf_db",
    scope="utterance",
    stage="enhance",
    on=lambda task: bool(task.settings.high_shelf_db),
    apply=_apply,
    settled=lambda _, settled, __: settled,  # a filter hears what was before
)
