"""How far the vowels are apart: those of a clear voice are far from the middle of its vowel space."""

from __future__ import annotations

import statistics

from tts_baseline.core.script import SpeechScript
from tts_baseline.core.sounds import Sound, feature
from tts_baseline.metrics.features.formants import Formants, formants
from tts_baseline.metrics.features.spoken import TimedSpeech, vowel_class
from tts_baseline.metrics.regions.tokens import RegionalToken, unmeasured

UNIT = "Bark"
_MIDDLE = 0.6
_FEWEST = 3  # kinds of vowels: of fewer, the middle is nowhere


@feature
def vowels(sound: Sound, script: SpeechScript, spoken: TimedSpeech) -> tuple[RegionalToken, ...]:
    """Each vowel of a stressed syllable: its distance from the middle of the utterance's vowels, in Bark.

    The distance is in the plane of the first two formants; the middle is the mean over the kinds of vowels
    (Bradlow, Torretta & Pisoni 1996: dispersion of the vowel space, which one vowel moves less than an area).
    The class is the vowel. Not measured with fewer than three kinds.
    """
    heard: list[tuple[str, str, float, float, Formants | None]] = []
    for number, word in enumerate(script.words):
        for each in spoken.of_word(number):
            if each.place == word.stress:
                edge = (1 - _MIDDLE) / 2 * (each.stop_s - each.start_s)
                at = formants(sound, each.start_s + edge, each.stop_s - edge)
                kind = vowel_class(word.syllables[each.place])
                heard.append((word.text, kind, each.start_s, each.stop_s, at))
    middle = _centre([(kind, at) for _, kind, _, _, at in heard if at])
    return tuple(
        RegionalToken(word, start, stop, _distance(at.bark, middle), kind)
        if at and middle
        else unmeasured(word)
        for word, kind, start, stop, at in heard
    )


def _centre(known: list[tuple[str, Formants]]) -> tuple[float, float] | None:
    """The mean over the kinds of vowels of the mean of each; None with fewer than three kinds."""
    kinds = {kind for kind, _ in known}
    if len(kinds) < _FEWEST:
        return None
    means = [_mean([at.bark for kind, at in known if kind == each]) for each in sorted(kinds)]
    return _mean(means)


def _mean(points: list[tuple[float, float]]) -> tuple[float, float]:
    return statistics.fmean(x for x, _ in points), statistics.fmean(y for _, y in points)


def _distance(point: tuple[float, float], other: tuple[float, float]) -> float:
    return float(((point[0] - other[0]) ** 2 + (point[1] - other[1]) ** 2) ** 0.5)
