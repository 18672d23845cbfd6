"""Syllables of the text for each second of speech, without the pauses."""

from __future__ import annotations

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.silences import silences
from tts_baseline.metrics.pooling import Measured, no_value, over_utterances

SPEC = MetricSpec(
    name="speech_rate",
    unit="syll/s",
    better="same",
    family="quality",
    decide="median",
    limit=None,
)

_SHORTEST_S = 0.1


def read(evidence: Evidence) -> Reading:
    """Syllables as the front end counts them / (seconds of sound - pauses of 150 ms or more); above 0.

    Syllables are those of the words as they are read out (RAE 2010), never counted in the sound, where a
    quarter of them has no peak of its own. None where the text has none, or with less than 0.1 s of speech.
    """
    script = evidence.script
    if script is None or not script.syllables:
        return no_value(SPEC, evidence, "no words are known of the text")

    def rate(sound: Sound) -> Measured:
        spoken_s = silences(sound).speech_s
        if spoken_s < _SHORTEST_S:
            return Measured(None, "less than 0.1 s of speech")
        return Measured(script.syllables / spoken_s)

    return over_utterances(SPEC, evidence, rate)
