"""Words of the reference clip that are heard although the text has none of them: a voice that leaks."""

from __future__ import annotations

from collections.abc import Sequence

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.phonemes import as_phonemes
from tts_baseline.metrics.pooling import Measured, over_utterances
from tts_baseline.metrics.recognised import asked, quarantined, recognised

SPEC = MetricSpec(
    name="leaked_words",
    unit="words",
    better="lower",
    family="quality",
    decide="median",
    limit=None,  # by a recogniser alone
    packages=("ctranslate2", "faster-whisper", "soxr"),
    needs="reference_text",
)
_FEWEST = 3  # chosen: two words in a row, 'de la', are in any text


def read(evidence: Evidence) -> Reading:
    """Words of the reference's text that are heard, three or more in a row, and not so in the case's text.

    None for less than 1 s. The note has them.
    """

    def leaked(sound: Sound) -> Measured:
        if not evidence.ears.has("asr"):
            return Measured(None, "no recogniser is named: ears.asr")
        if reason := quarantined(sound):
            return Measured(None, reason)
        region = evidence.region
        reference = evidence.ears.words(evidence.ears.models["reference_text"], region)
        heard = recognised(sound, evidence).words
        found = leaks(*(as_phonemes(words, region) for words in (heard, reference, asked(evidence))))
        return Measured(float(len(found)), " ".join(heard[index] for index in found))

    return over_utterances(SPEC, evidence, leaked)


def leaks(heard: Sequence[str], reference: Sequence[str], text: Sequence[str]) -> tuple[int, ...]:
    """Which of the heard words are in a row of three that the reference has and the text has not."""
    foreign = _rows(reference) - _rows(text)
    found: set[int] = set()
    for start in range(len(heard) - _FEWEST + 1):
        if tuple(heard[start : start + _FEWEST]) in foreign:
            found.update(range(start, start + _FEWEST))
    return tuple(sorted(found))


def _rows(words: Sequence[str]) -> set[tuple[str, ...]]:
    return {tuple(words[start : start + _FEWEST]) for start in range(len(words) - _FEWEST + 1)}
