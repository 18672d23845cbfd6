"""Pauses that the golden has and the utterance lacks, or the other way round, at the end as well."""

from __future__ import annotations

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.core.sounds import Sound
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
    packages=("scipy", "soxr"),
)


def read(evidence: Evidence) -> Reading:
    """Seconds of pause that are missing or extra, in places of 50 ms or more; the note has each.

    A pause that moved counts where it was and where it is. 0 for the golden itself. Places are seconds in the
    golden.
    """
    return against_golden(SPEC, evidence, _pauses)


def _pauses(sound: Sound, golden: Sound) -> Measured:
    places = [place for place in differences(sound, golden) if place.pause_s > 0]
    notes = (f"{place.pause_s:.2f} s {place.kind} at {place.start_s:.2f} s" for place in places)
    return Measured(sum(place.pause_s for place in places), ", ".join(notes))
