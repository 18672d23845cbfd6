"""All steps in their order, and how they make one wave out of the chunks' waves."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from tts_baseline.pipelines.f5_spanish.post import (
    de_ess,
    denoise,
    edges,
    emphasis,
    high_shelf,
    join,
    loudness,
    stretch,
    trim,
)
from tts_baseline.pipelines.f5_spanish.post.silence import Wave
from tts_baseline.pipelines.f5_spanish.post.step import ChunkStep, PostStep, Stage, Task, TrackStep

# Noise goes first: what is left of it is the room tone of planned pauses.
BEFORE: tuple[ChunkStep, ...] = (denoise.STEP, stretch.STEP, emphasis.STEP)
AFTER: tuple[TrackStep, ...] = (trim.STEP, edges.STEP, high_shelf.STEP, de_ess.STEP, loudness.STEP)
STEPS: tuple[PostStep, ...] = (*BEFORE, join.STEP, *AFTER)


def finished(waves: Sequence[Wave], task: Task, *, lap: Callable[[Stage], None]) -> Wave:
    """One wave out of those of the plan's chunks, within full scale; empty for a plan without chunks.

    `lap` is called after each step, on or off, with the stage that its time belongs to.
    """
    for step in BEFORE:
        waves = [
            step.apply(wave, chunk, task) if step.on(task, chunk) else wave
            for wave, chunk in zip(waves, task.plan.chunks, strict=True)
        ]
        lap(step.stage)
    if not waves:
        return np.zeros(0, dtype=np.float32)
    track = join.joined(waves, task)
    lap(join.STEP.stage)
    for after in AFTER:
        track = after.apply(track, task) if after.on(task) else track
        lap(after.stage)
    return np.clip(track.samples, -1, 1)
