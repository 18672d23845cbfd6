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
from tts_baseline.pipelines.f5_spanish.post.join import Chunks
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
    chunks = Chunks(task)
    for index, wave in enumerate(waves):
        chunks.add(cleaned(wave, index, task, lap=lap))
    return whole(chunks, task, lap=lap)


def cleaned(wave: Wave, index: int, task: Task, *, lap: Callable[[Stage], None]) -> Wave:
    """The wave of one chunk of the plan after the steps that are done before chunks are joined."""
    chunk = task.plan.chunks[index]
    for step in BEFORE:
        wave = step.apply(wave, chunk, task) if step.on(task, chunk) else wave
        lap(step.stage)
    return wave


def whole(chunks: Chunks, task: Task, *, lap: Callable[[Stage], None]) -> Wave:
    """One wave out of the cleaned ones of all chunks."""
    if not len(chunks):
        for step in STEPS:
            lap(step.stage)
        return np.zeros(0, dtype=np.float32)
    track = chunks.joined()
    lap(join.STEP.stage)
    for after in AFTER:
        track = after.apply(track, task) if after.on(task) else track
        lap(after.stage)
    return np.clip(track.samples, -1, 1)


def begun(chunks: Chunks, task: Task, *, lap: Callable[[Stage], None]) -> Wave:
    """How the whole begins, as far as no later chunk changes it; `chunks` has the first ones' cleaned waves.

    Steps that have to hear the whole leave none: `de_ess_db`, `loudness_lufs`, a pause before the first word
    or after the last.
    """
    track, settled = chunks.begun()
    lap(join.STEP.stage)
    for after in AFTER:
        if after.on(task):
            settled = after.settled(track, settled, task)
            track = after.apply(track, task) if settled else track
        lap(after.stage)
    return np.clip(track.samples[:settled], -1, 1)
