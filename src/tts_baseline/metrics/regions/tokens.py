"""Tokens of a regional sound in an utterance, and what they add up to: a share with its interval."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from tts_baseline.core.script import SpeechScript
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.spoken import TimedPhone, TimedSpeech
from tts_baseline.stats.proportion import bounds

if TYPE_CHECKING:
    from tts_baseline.core.sounds import Samples

_MIDDLE = 0.6  # of a phone: what is nearer to its ends is its neighbours'
_SHORTEST_S = 0.015


class RegionalToken(NamedTuple):
    """One token: its word, its seconds, what was measured (None: there is nothing to measure), its class."""

    word: str
    start_s: float
    stop_s: float
    value: float | None
    kind: str


class RegionalShare(NamedTuple):
    """k of n tokens that are of a class, with the 95 % interval of their share (exact)."""

    kind: str
    k: int
    n: int
    low: float
    high: float


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
) -> Iterator[tuple[str, TimedPhone]]:
    """The word, and the phone before the vowel, of each syllable that begins with one of these letters."""
    for each in spoken.syllables:
        word = script.words[each.word]
        spelled = word.syllables[each.place].lower()
        if spelled.startswith(spellings) and len(spelled) > 1:
            before = [p for p in spoken.phones if p.stop_s <= each.start_s + 1e-6 and p.symbol]
            if before and each.start_s - before[-1].stop_s < _SHORTEST_S:
                yield word.text, before[-1]


def codas(script: SpeechScript, spoken: TimedSpeech, letter: str) -> Iterator[tuple[str, TimedPhone]]:
    """The word, and the phone after the vowel, of each syllable that ends with this letter."""
    for each in spoken.syllables:
        word = script.words[each.word]
        if word.syllables[each.place].lower().endswith(letter):
            after = [p for p in spoken.phones if p.start_s >= each.stop_s - 1e-6 and p.symbol]
            if after and after[0].start_s - each.stop_s < _SHORTEST_S:
                yield word.text, after[0]
