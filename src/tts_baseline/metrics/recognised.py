"""What is heard of an utterance, as words that are said: the recogniser's spelling does not matter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.transcript import transcript
from tts_baseline.metrics.pooling import Measured, over_utterances, shorter

# research/quality.md 2(e): of clips of 1 s a recogniser makes up what it hears.
_SHORTEST_S = 1.0


class Recognised(NamedTuple):
    """Words as they are said, each with the seconds between which it was heard."""

    words: tuple[str, ...]
    spans: tuple[tuple[float, float], ...]

    def span(self, start: int, stop: int) -> tuple[float, float]:
        """When the words from `start` to `stop` were heard; of none, the place between their neighbours."""
        if start < stop:
            return self.spans[start][0], self.spans[stop - 1][1]
        before = self.spans[start - 1][1] if start else 0.0
        after = self.spans[start][0] if start < len(self.spans) else float("inf")
        return min(before, after), max(before, after)


def over_words(
    spec: MetricSpec, evidence: Evidence, measure: Callable[[Sequence[str], Sequence[str]], Measured]
) -> Reading:
    """The reading of `measure(words of the text, words that are heard)` over the scored utterances.

    None for less than 1 s of audio and for a text without words.
    """

    def measured(sound: Sound) -> Measured:
        if reason := quarantined(sound):
            return Measured(None, reason)
        words = asked(evidence)
        if not words:
            return Measured(None, "the text has no words")
        return measure(words, recognised(sound, evidence).words)

    return over_utterances(spec, evidence, measured)


def quarantined(sound: Sound) -> str:
    """Why a recogniser is not asked about a sound, else ''."""
    return shorter(sound, _SHORTEST_S)


def recognised(sound: Sound, evidence: Evidence) -> Recognised:
    """What the project's recogniser hears, read out as the case's text is. Raises as `transcript`."""
    ears, region = evidence.ears, evidence.region
    heard = transcript(sound, ears.models["asr"])
    words = ears.words(heard.text, region)
    spans: list[tuple[float, float]] = []
    for timed in heard.words:
        spans += [(timed.start_s, timed.stop_s)] * len(ears.words(timed.word, region))
    if len(spans) != len(words):  # a number of several written words: they are spread over what was heard
        end = heard.words[-1].stop_s if heard.words else 0.0
        step = end / len(words) if words else 0.0
        spans = [(step * number, step * (number + 1)) for number in range(len(words))]
    return Recognised(words, tuple(spans))


def asked(evidence: Evidence) -> tuple[str, ...]:
    """The words that the case asks for, as they are said."""
    return evidence.ears.words(evidence.case.text, evidence.region) if evidence.case else ()
