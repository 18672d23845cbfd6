"""Speech that the golden has and the utterance lacks, or the reverse: words lost, doubled or changed."""

from __future__ import annotations

from tts_baseline.core.hearing import Passage
from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.differing import differing
from tts_baseline.metrics.features.differences import differences
from tts_baseline.metrics.pooling import Measured, against_golden

SPEC = MetricSpec(
    name="words",
    unit="s",
    better="lower",
    family="quality",
    decide="each",
    limit="0.05 s",
    golden=True,
    identical=0.0,
    packages=("scipy", "soxr"),
)


def read(evidence: Evidence) -> Reading:
    """Seconds of speech that are missing, extra or changed, in places of 50 ms or more.

    The note has the longest. Level, pitch, tempo and filters play no part. 0 for the golden itself; a wrong
    sentence reads about its own length. Places are seconds in the golden.
    """
    return against_golden(SPEC, evidence, _words)


def places(sound: Sound, golden: Sound) -> tuple[Passage, ...]:
    """Where they are."""
    return tuple(found.place for found in differences(sound, golden) if found.speech_s > 0)


def _words(sound: Sound, golden: Sound) -> Measured:
    return differing(sound, golden, lambda place: place.speech_s)
