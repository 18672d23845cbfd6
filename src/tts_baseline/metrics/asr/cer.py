"""Character error rate: how many letters a speech recogniser hears otherwise; fairer to few words."""

from __future__ import annotations

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.pooling import Measured, over_utterances
from tts_baseline.metrics.recognised import asked, quarantined, recognised
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

    def errors(sound: Sound) -> Measured:
        if reason := quarantined(sound):
            return Measured(None, reason)
        words = asked(evidence)
        if not words:
            return Measured(None, "the text has no words")
        heard = respelled(words, recognised(sound, evidence).words, evidence.region)
        import jiwer

        return Measured(float(jiwer.cer(" ".join(words), " ".join(heard))))

    return over_utterances(SPEC, evidence, errors)
