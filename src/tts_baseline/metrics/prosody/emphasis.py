"""The place of the emphasised word among all words by how much they stand out: 1 is the foremost."""

from __future__ import annotations

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.core.script import SpeechScript
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.prominence import prominence
from tts_baseline.metrics.features.spoken import TimedSpeech, over_spoken
from tts_baseline.metrics.pooling import Measured

SPEC = MetricSpec(
    name="emphasis",
    unit="rank",
    better="lower",
    family="quality",
    decide="median",
    limit="0.5 rank",  # chosen: what is harmless moves no word by a place (benchmarks/melody)
    gross=1.0,
    packages=("scipy", "soxr", "espeakng-loader"),
)


def read(evidence: Evidence) -> Reading:
    """1 + the number of other words with a larger z(pitch) + z(level) + z(seconds a syllable); from 1.

    Of several emphasised words the worst counts, among those that are not. None where the text emphasises no
    word by capitals or [!], or has fewer than four words. The note names the word that stands out most.
    """
    return over_spoken(SPEC, evidence, _emphasis)


def _emphasis(sound: Sound, script: SpeechScript, spoken: TimedSpeech) -> Measured:
    import numpy as np

    asked = [n for n, word in enumerate(script.words) if word.emphasis]
    if not asked:
        return Measured(None, "the text emphasises no word")
    stands_out = prominence(sound, script, spoken)
    if not stands_out.size or np.isnan(stands_out[asked]).any():
        return Measured(None, "fewer than four words are found")
    others = [n for n in range(len(script.words)) if n not in asked]
    ranks = [1 + int((stands_out[others] > stands_out[n]).sum()) for n in asked]
    worst = asked[int(np.argmax(ranks))]
    foremost = script.words[int(np.nanargmax(stands_out))].text
    note = f"«{foremost}» stands out more than «{script.words[worst].text}»" if max(ranks) > 1 else ""
    return Measured(float(max(ranks)), note)
