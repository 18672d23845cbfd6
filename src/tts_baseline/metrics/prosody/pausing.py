"""How well the pauses that are heard stand where the text asks for them."""

from __future__ import annotations

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.core.script import SpeechScript
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.silences import silences
from tts_baseline.metrics.features.spoken import TimedSpeech, over_spoken
from tts_baseline.metrics.pooling import Measured

SPEC = MetricSpec(
    name="pausing",
    unit="1",
    better="higher",
    family="quality",
    decide="median",
    limit=None,
    packages=("scipy", "soxr", "espeakng-loader"),
)


def read(evidence: Evidence) -> Reading:
    """F1 = 2·hits / (asked + heard) of the pauses between words, from 0 to 1; 1 where none is asked or heard.

    Asked for are those of the marks and the tags, heard those of 150 ms or more; a hit is heard between the
    words between which it is asked for. The note names the words before pauses that are missing or extra.
    """
    return over_spoken(SPEC, evidence, _placement)


def _placement(sound: Sound, script: SpeechScript, spoken: TimedSpeech) -> Measured:
    last = len(script.words) - 1
    asked = {n for n, word in enumerate(script.words) if word.pause_s and n < last}
    heard = {_word_before(spoken, start, stop) for start, stop in silences(sound).pauses_s.tolist()}
    if not asked and not heard:
        return Measured(1.0)
    hits = len(asked & heard)
    notes = [f"none after «{script.words[n].text}»" for n in sorted(asked - heard)]
    notes += [f"one after «{script.words[n].text}»" for n in sorted(heard - asked)]
    return Measured(2 * hits / (len(asked) + len(heard)), ", ".join(notes))


def _word_before(spoken: TimedSpeech, start_s: float, stop_s: float) -> int:
    """The word after which a pause is heard: that of the last vowel before its middle."""
    middle = (start_s + stop_s) / 2
    before = [each.word for each in spoken.syllables if (each.start_s + each.stop_s) / 2 <= middle]
    return before[-1] if before else 0
