"""What is heard of an utterance, as words that are said: the recogniser's spelling does not matter."""

from __future__ import annotations

from typing import NamedTuple

from tts_baseline.core.protocols import Evidence
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.transcript import transcript

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


def quarantined(sound: Sound) -> str:
    """Why a recogniser is not asked about a sound, else ''."""
    return "shorter than 1 s" if sound.samples.size < _SHORTEST_S * sound.rate else ""


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
