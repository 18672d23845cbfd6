"""Words that are heard twice in a row where the text has them once: a model that got stuck."""

from __future__ import annotations

from collections.abc import Sequence

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.phonemes import as_phonemes
from tts_baseline.metrics.pooling import Measured, over_utterances
from tts_baseline.metrics.recognised import asked, quarantined, recognised

SPEC = MetricSpec(
    name="repeated_words",
    unit="words",
    better="lower",
    family="quality",
    decide="median",
    limit=None,  # a recogniser mends repetitions, so that few says nothing; `words` and `changed_words` gate
    packages=("ctranslate2", "faster-whisper", "soxr"),
    needs="asr",
)
_LONGEST = 6  # chosen: words of a phrase that is said again


def read(evidence: Evidence) -> Reading:
    """Words of phrases of up to six that are heard again at once, beyond those that the text says again.

    None for less than 1 s.
    """

    def repeated(sound: Sound) -> Measured:
        if reason := quarantined(sound):
            return Measured(None, reason)
        heard = repeats(as_phonemes(recognised(sound, evidence).words, evidence.region))
        return Measured(float(max(0, heard - repeats(as_phonemes(asked(evidence), evidence.region)))))

    return over_utterances(SPEC, evidence, repeated)


def repeats(words: Sequence[str]) -> int:
    """How many words belong to a phrase that repeats the one before it."""
    count = at = 0
    while at < len(words):
        lengths = range(min(_LONGEST, (len(words) - at) // 2), 0, -1)
        length = next((n for n in lengths if words[at : at + n] == words[at + n : at + 2 * n]), 0)
        count += length
        at += length or 1
    return count
