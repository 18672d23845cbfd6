"""Puts the pauses that were asked for before the first word and after the last one."""

from __future__ import annotations

import numpy as np

from tts_baseline.pipelines.f5_spanish.post.join import SEEDS, Crossfade, Pause, Seam, bare_edges, join
from tts_baseline.pipelines.f5_spanish.post.room import room_tone
from tts_baseline.pipelines.f5_spanish.post.silence import edge_silence
from tts_baseline.pipelines.f5_spanish.post.step import Task, Track, TrackStep

_EMPTY = np.zeros(0, dtype=np.float32)


def _asked(task: Task) -> tuple[float, float]:
    """Seconds before and after everything."""
    return task.plan.lead_s, task.plan.chunks[-1].pause_s


def _apply(track: Track, task: Task) -> Track:
    seams: list[Seam] = [Pause(seconds=pause) if pause else Crossfade(seconds=0) for pause in _asked(task)]
    waves = bare_edges([_EMPTY, track.samples, _EMPTY], task.rate, seams)
    tone = room_tone([track.samples], task.rate)
    pauses = sum(isinstance(seam, Pause) for seam in seams)
    padded = join(waves, task.rate, seams, tones=[tone] * pauses, seed=(task.seed + 1) % SEEDS)
    shift = padded.pauses[0][1] - edge_silence(track.samples, task.rate)[0] if task.plan.lead_s else 0
    inner = [(start + shift, stop + shift) for start, stop in track.pauses]
    return Track(samples=padded.samples, pauses=tuple(sorted([*padded.pauses, *inner])))


# After the trim, which takes silence at the utterance's own edges away: these pauses come on top.
STEP = TrackStep(
    name="edges",
    setting="controls",
    scope="seam",
    stage="post",
    on=lambda task: any(_asked(task)),
    apply=_apply,
)
