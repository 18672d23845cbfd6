"""How much longer the last syllable before a pause lasts, from its vowel on, than the others."""

from __future__ import annotations

import statistics

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.core.script import SpeechScript
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.spoken import TimedSpeech, over_spoken
from tts_baseline.metrics.pooling import Measured
from tts_baseline.metrics.prosody.declination import units

SPEC = MetricSpec(
    name="lengthening",
    unit="1",
    better="same",
    family="quality",
    decide="median",
    limit=None,
    packages=("scipy", "soxr", "espeakng-loader"),
)

_FEWEST = 3


def read(evidence: Evidence) -> Reading:
    """The mean length of the last syllables of the tone units / the median of all others; above 0.

    A length is from the beginning of a vowel to that of the next, or to the end of the unit's last phone, for
    there the beginnings of syllables need not be known. None with fewer than three others.
    """
    return over_spoken(SPEC, evidence, _lengthening)


def _lengthening(_: Sound, script: SpeechScript, spoken: TimedSpeech) -> Measured:
    ends = {last for _, last in units(script)}
    final: list[float] = []
    others: list[float] = []
    for each in spoken.syllables:
        is_final = each.word in ends and each.place == len(script.words[each.word].syllables) - 1
        (final if is_final else others).append(each.end_s - each.start_s)
    usual = statistics.median(others) if len(others) >= _FEWEST else 0.0
    if not usual:
        return Measured(None, "fewer than three syllables beside the last")
    if not any(final):
        return Measured(None, "the last syllable is not found")
    return Measured(statistics.fmean(final) / usual)
