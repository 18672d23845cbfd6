"""Pauses that the golden has and the utterance lacks, or the other way round, at the end as well."""

from __future__ import annotations

from tts_baseline.core.hearing import Passage
from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.differing import differing
from tts_baseline.metrics.features.differences import differences
from tts_baseline.metrics.pooling import Measured, against_golden

SPEC = MetricSpec(
    name="pauses",
    unit="s",
    better="lower",
    family="quality",
    decide="each",
    limit="0.08 s",
    golden=True,
    identical=0.0,
    packages=("scipy", "soxr"),
)


def read(evidence: Evidence) -> Reading:
    """Seconds of pause that are missing or extra, in places of 50 ms or more; the note has the longest.

    A pause that moved counts where it was and where it is. 0 for the golden itself. Places are seconds in the
    golden.
    """
    return against_golden(SPEC, evidence, _pauses)


def places(sound: Sound, golden: Sound) -> tuple[Passage, ...]:
    """Where they are."""
    return tuple(found.place for found in differences(sound, golden) if found.pause_s > 0)


def _pauses(sound: Sound, golden: Sound) -> Measured:
    return differing(sound, golden, lambda place: place.pause_s)
