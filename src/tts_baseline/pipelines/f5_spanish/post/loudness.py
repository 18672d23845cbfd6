"""Brings a wave to a loudness, as far as full scale allows."""

from __future__ import annotations

import math

import numpy as np

from tts_baseline.core.records import Record
from tts_baseline.pipelines.f5_spanish.post.silence import Wave
from tts_baseline.pipelines.f5_spanish.post.step import Task, Track, TrackStep

_BLOCK_S = 0.4


class Normalized(Record, frozen=True, kw_only=True):
    """The wave at its new loudness, the gain it took, and whether full scale kept it from taking more."""

    samples: Wave
    gain_db: float
    limited: bool


def normalize(wave: Wave, rate: int, lufs: float) -> Normalized:
    """The wave at `lufs` integrated loudness (ITU-R BS.1770-4, gated), multiplied by one gain.

    A gain that would push a sample over full scale is lowered until the largest is 1.0: the wave is then
    quieter than asked, and `limited` says so. Where loudness is not defined, because the wave is too
    short for one gating block (0.4 s) or stays below the gate of -70 LUFS, it comes back unchanged, with
    a gain of 0 dB.
    """
    from pyloudnorm import Meter

    measured = -math.inf
    if wave.size >= _BLOCK_S * rate:
        measured = float(Meter(rate).integrated_loudness(wave.astype(np.float64)))
    if not math.isfinite(measured):
        return Normalized(samples=wave.copy(), gain_db=0.0, limited=False)
    wanted = 10 ** ((lufs - measured) / 20)
    gain = min(wanted, 1 / float(np.abs(wave).max()))
    return Normalized(
        samples=(wave.astype(np.float64) * gain).astype(np.float32),
        gain_db=20 * math.log10(gain),
        limited=gain < wanted,
    )


def _apply(track: Track, task: Task) -> Track:
    lufs = task.settings.loudness_lufs
    return track if lufs is None else track.with_samples(normalize(track.samples, task.rate, lufs).samples)


STEP = TrackStep(
    name="loudness",
    setting="loudness_lufs",
    scope="utterance",
    stage="enhance",
    on=lambda task: task.settings.loudness_lufs is not None,
    apply=_apply,
)
