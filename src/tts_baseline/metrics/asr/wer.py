"""Word error rate: how many of the text's words a speech recogniser hears otherwise, by how they sound."""

from __future__ import annotations

from collections.abc import Sequence

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.metrics.pooling import Measured
from tts_baseline.metrics.recognised import over_words
from tts_baseline.metrics.spellings import changes

SPEC = MetricSpec(
    name="wer",
    unit="1",
    better="lower",
    family="quality",
    decide="median",
    limit=None,
    packages=("ctranslate2", "faster-whisper", "jiwer", "soxr"),
    needs="asr",
)


def read(evidence: Evidence) -> Reading:
    """(S + D + I) / N of the words, as our front end says them; homophones of the region are one word.

    None for less than 1 s of audio, of which recognisers make up words, and for a text without words. The
    note has what was heard otherwise.
    """

    def errors(words: Sequence[str], heard: Sequence[str]) -> Measured:
        found = changes(words, heard, evidence.region)
        return Measured(sum(change.size for change in found) / len(words), ", ".join(map(str, found)))

    return over_words(SPEC, evidence, errors)
