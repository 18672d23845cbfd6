"""Breaths that are heard: noise that stands by itself in a pause, which a pause that is empty has not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.cepstrum import STEP_S, cepstrum
from tts_baseline.metrics.features.f0 import f0
from tts_baseline.metrics.pooling import Measured, over_utterances
from tts_baseline.metrics.spans import spans

if TYPE_CHECKING:
    from tts_baseline.core.sounds import Samples

SPEC = MetricSpec(
    name="breaths",
    unit="s",
    better="same",
    family="quality",
    decide="median",
    limit=None,
    packages=("scipy", "soxr"),
)

# chosen: an s is 0.1 s long and stands at a vowel; a breath stands alone, with 20 ms of quiet on both sides.
_SHORTEST_S, _LONGEST_S = 0.12, 1.0
_BESIDE = 2  # frames
# chosen, in dB about the loud frames: a breath is 15 to 45 dB below, and 10 above what is beside it.
_SOFT_DB, _FAINT_DB, _ABOVE_DB = -12.0, -45.0, 10.0
_NOISY = 0.2  # chosen: the share of its frames that a pitch may be found in by chance


def read(evidence: Evidence) -> Reading:
    """Seconds of breath in the pauses, from 0; the note says how long each is, and where.

    A breath is a stretch of 0.12 to 1 s without a pitch, 12 to 45 dB below the loud frames and 10 above the
    quiet on both sides of it. Not gated: there are no recordings whose breaths somebody has marked.
    """
    return over_utterances(SPEC, evidence, _breaths)


def _breaths(sound: Sound) -> Measured:
    level = cepstrum(sound).level_db
    pitch = f0(sound).hz[: level.size]
    found = _found(level[: pitch.size], pitch)
    value = float(sum(stop - start for start, stop in found)) * STEP_S
    shown = [f"{(stop - start) * STEP_S:.2f} s at {start * STEP_S:.2f} s" for start, stop in found]
    return Measured(value, ", ".join(shown))


def _found(level: Samples, pitch: Samples) -> list[tuple[int, int]]:
    """The breaths, as frames [start, stop)."""
    import numpy as np

    shortest, longest = round(_SHORTEST_S / STEP_S), round(_LONGEST_S / STEP_S)
    found = []
    for start, stop in spans(level > _FAINT_DB):
        sounding, before, after = level[start:stop], level[:start][-_BESIDE:], level[stop:][:_BESIDE]
        if not shortest <= stop - start <= longest or min(before.size, after.size) < _BESIDE:
            continue
        loud = float(np.median(sounding))
        is_by_itself = max(before.max(), after.max()) <= loud - _ABOVE_DB
        is_noise = float(np.mean(~np.isnan(pitch[start:stop]))) <= _NOISY
        if is_by_itself and is_noise and float(sounding.max()) <= _SOFT_DB:
            found.append((start, stop))
    return found
