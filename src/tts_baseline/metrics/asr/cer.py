"""Character error rate: how many letters a speech recogniser hears otherwise; fairer to few words."""

from __future__ import annotations

from collections.abc import Sequence

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.metrics.pooling import Measured
from tts_baseline.metrics.recognised import over_words
from tts_baseline.metrics.spellings import respelled

SPEC = MetricSpec(
    name="cer",
    unit="1",
    better="lower",
    family="quality",
    decide="median",
    limit=None,
    packages=("ctranslate2", "faster-whisper", "jiwer", "soxr"),
    needs="asr",
)


def read(evidence: Evidence) -> Reading:
    """(S + D + I) / N of the letters and blanks, with homophones of the region spelled as the text has them.

    None for less than 1 s of audio and for a text without words.
    """

    def errors(words: Sequence[str], heard: Sequence[str]) -> Measured:
        spelled = respelled(words, heard, evidence.region)
        import jiwer

        return Measured(float(jiwer.cer(" ".join(words), " ".join(spelled))))

    return over_words(SPEC, evidence, errors)
