"""Tokens of a regional feature in an utterance, and what they add up to: shares and medians."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from tts_baseline.core.script import SpeechScript
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.spoken import TimedPhone, TimedSpeech, TimedSyllable, vowel_class
from tts_baseline.stats.median import LEAST_FOR_INTERVAL, median_interval
from tts_baseline.stats.proportion import bounds

if TYPE_CHECKING:
    from tts_baseline.core.sounds import Samples

UNMEASURED = "not measured"
_MIDDLE = 0.6  # of a phone: what is nearer to its ends is its neighbours'
_SHORTEST_S = 0.015
# The i of cielo and the u of suelo: letters of a vowel, and phones of their own before it.
_RISING = re.compile(r"[^aeiouáéíóúü]*[iuü][aeoáéíóú]")
_GLIDES = frozenset("jw")
# The i of béis and the u of deuz: of a diphthong that falls, a phone of its own after the vowel.
_FALLING = re.compile(r"[aeoáéó][iuy][^aeiouáéíóúü]*$")
_FALLEN = frozenset("iuɪʊjw")


class RegionalToken(NamedTuple):
    """One token: its word, its seconds, what was measured (None: there is nothing to measure), its class.

    `place` is where it stands, or in what sentence, where that matters; the class of a token that the text
    asks for and nobody could measure is "not measured".
    """

    word: str
    start_s: float
    stop_s: float
    value: float | None
    kind: str
    place: str = ""


class RegionalShare(NamedTuple):
    """k of n tokens that are of a class, with the 95 % interval of their share (exact)."""

    kind: str
    k: int
    n: int
    low: float
    high: float


class TokenTally(NamedTuple):
    """What tokens add up to: how many of those that are asked for were measured, shares, and the median.

    `median` is that of the values with its 95 % interval, which fewer than six have not (None).
    """

    measured: int
    asked: int
    shares: tuple[RegionalShare, ...]
    median: float | None
    low: float | None
    high: float | None


def unmeasured(word: str, place: str = "") -> RegionalToken:
    """The token of a word in which nothing can be measured."""
    return RegionalToken(word, 0.0, 0.0, None, UNMEASURED, place)


def tally(tokens: Sequence[RegionalToken]) -> TokenTally:
    """What the tokens add up to; shares are those of the measured."""
    measured = [token for token in tokens if token.kind != UNMEASURED]
    values = [token.value for token in measured if token.value is not None]
    middle_, low, high = median_interval(values) if values else (None, None, None)
    if len(values) < LEAST_FOR_INTERVAL:
        low = high = None
    return TokenTally(len(measured), len(tokens), shares(measured), middle_, low, high)


def shares(tokens: Sequence[RegionalToken]) -> tuple[RegionalShare, ...]:
    """The share of each class among the tokens, the most frequent first; none without tokens."""
    kinds = sorted({token.kind for token in tokens})
    counted = [(sum(token.kind == kind for token in tokens), kind) for kind in kinds]
    return tuple(
        RegionalShare(kind, k, len(tokens), *bounds(k, len(tokens)))
        for k, kind in sorted(counted, reverse=True)
    )


def middle(sound: Sound, phone: TimedPhone) -> Samples | None:
    """The samples of the middle 60 % of a phone; None where it has less than 15 ms."""
    edge = (1 - _MIDDLE) / 2 * (phone.stop_s - phone.start_s)
    start, stop = (round(at * sound.rate) for at in (phone.start_s + edge, phone.stop_s - edge))
    samples = sound.samples[start:stop]
    return samples if samples.size >= _SHORTEST_S * sound.rate else None


def power(samples: Samples, rate: int) -> tuple[Samples, Samples]:
    """The power spectrum of windowed samples and its frequencies in Hz."""
    import numpy as np

    spectrum: Samples = np.abs(np.fft.rfft(samples * np.hanning(samples.size))) ** 2
    return spectrum, np.asarray(np.fft.rfftfreq(samples.size, 1 / rate), dtype=np.float64)


def onsets(
    script: SpeechScript, spoken: TimedSpeech, spellings: tuple[str, ...]
) -> Iterator[tuple[str, TimedPhone | None]]:
    """The word of each syllable that begins with one of these letters, and the phone before its vowel.

    Of a diphthong that rises, such as that of cielo, it is the phone before the glide.
    """
    for word, spelled, each in _syllables(script, spoken):
        if spelled.startswith(spellings) and len(spelled) > 1:
            before = [p for p in spoken.phones if each and p.stop_s <= each.start_s + 1e-6 and p.symbol]
            near = each and before and each.start_s - before[-1].stop_s < _SHORTEST_S
            if len(before) > 1 and before[-1].symbol in _GLIDES and _RISING.match(spelled):
                before.pop()
            yield word, before[-1] if near else None


Follower = Literal["before a consonant", "before a vowel", "before a pause", "before an s", ""]
_ESSES = ("s", "z", "ce", "ci", "cé", "cí")  # where z, ce and ci are said as s
_DISTINCT = "castilian"


def codas(
    script: SpeechScript, spoken: TimedSpeech, letter: str
) -> Iterator[tuple[str, TimedPhone | None, Follower]]:
    """The word of each syllable that ends with this letter, the phone for that, and what follows it."""
    syllables = [*_syllables(script, spoken)]
    for (word, spelled, each), (_, onset, _) in zip(syllables, [*syllables[1:], ("", "", None)], strict=True):
        if spelled.endswith(letter) and len(spelled) > 1:
            after = [p for p in spoken.phones if each and p.start_s >= each.stop_s - 1e-6 and p.symbol]
            if after and after[0].symbol in _FALLEN and _FALLING.search(spelled):
                each = each and each._replace(stop_s=after.pop(0).stop_s)
            last = coda_length(spelled) - 1
            if each and len(after) > last and after[0].start_s - each.stop_s < _SHORTEST_S:
                place = _follower(each, after[last:])
                doubled = script.region != _DISTINCT and onset.startswith(_ESSES)
                yield word, after[last], "before an s" if doubled and place != "before a pause" else place
            else:
                yield word, None, ""


def coda_length(syllable: str) -> int:
    """How many consonants a syllable's spelling has after its vowel: 2 of trans, 0 of muy."""
    return len(syllable) - len(syllable.lower().rstrip("bcdfghjklmnñpqrstvwxz"))


def _syllables(script: SpeechScript, spoken: TimedSpeech) -> Iterator[tuple[str, str, TimedSyllable | None]]:
    """The word, the spelling in lower case and the seconds of each syllable; None where it is not found."""
    found = {(each.word, each.place): each for each in spoken.syllables}
    for number, word in enumerate(script.words):
        for place, syllable in enumerate(word.syllables):
            yield word.text, syllable.lower(), found.get((number, place))


def _follower(syllable: TimedSyllable, after: Sequence[TimedPhone]) -> Follower:
    """What comes after the first of the phones after a vowel."""
    if syllable.is_last or len(after) == 1:
        return "before a pause"
    return "before a vowel" if vowel_class(after[1].symbol) else "before a consonant"
