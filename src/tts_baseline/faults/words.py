"""Faults of what is said: words lost, doubled and swapped, pauses moved, ends cut, another sentence."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from tts_baseline.faults.fault import Fault, Original
from tts_baseline.faults.hearing import (
    FADE_S,
    inserted,
    pauses,
    removed,
    replaced,
    span_of_speech,
    speech_power,
    words,
)

if TYPE_CHECKING:
    from tts_baseline.core.sounds import Samples

# chosen: a pause moves far enough to be heard elsewhere, and what is left of it is no shorter than a fade
_FAR_S = 0.3
_SYLLABLE_S = 0.05
_TRIED, _FEWEST = 16, 3
_BANDS, _LOWEST_HZ, _HIGHEST_HZ = 16, 200.0, 7_000.0
_WORDS = frozenset({"words"})
_HALF = 0.5


def _dropped(original: Original, seconds: float, dice: np.random.Generator) -> Samples | None:
    for start, stop in words(original.wave, original.rate, seconds, dice, 1):
        return removed(original.wave, original.rate, start, stop)
    return None


def _doubled(original: Original, seconds: float, dice: np.random.Generator) -> Samples | None:
    for start, stop in words(original.wave, original.rate, seconds, dice, 1):
        return inserted(original.wave, original.rate, stop, original.wave[start:stop])
    return None


def _swapped(original: Original, seconds: float, dice: np.random.Generator) -> Samples | None:
    """Another sound of the sentence, one of the half that is less like it, as loud as it."""
    wave, rate = original.wave, original.rate
    spans = list(dict.fromkeys(words(wave, rate, seconds, dice, _TRIED)))
    if len(spans) < _FEWEST:
        return None
    (start, stop), *others = spans
    own = _timbre(wave[start:stop], rate)
    unlike = [float(np.linalg.norm(_timbre(wave[a:b], rate) - own)) for a, b in others]
    middle = np.median(unlike)
    likely = [span for span, distance in zip(others, unlike, strict=True) if distance >= middle]
    other = wave[slice(*likely[int(dice.integers(len(likely)))])]
    gain = np.sqrt(np.mean(wave[start:stop] ** 2) / np.mean(other**2))
    return replaced(wave, rate, start, gain * other)


def _timbre(wave: Samples, rate: int) -> Samples:
    """The level of sixteen bands in dB, about their mean."""
    power = np.abs(np.fft.rfft(wave * np.hanning(wave.size))) ** 2
    edges = np.geomspace(_LOWEST_HZ, min(_HIGHEST_HZ, rate / 2), _BANDS + 1)
    bins = np.round(edges * wave.size / rate).astype(int)
    bands = [power[low : max(high, low + 1)].mean() for low, high in pairwise(bins.tolist())]
    level = 10 * np.log10(np.maximum(bands, 1e-12 * power.max()))
    return np.asarray(level - level.mean())


def _moved_pause(original: Original, seconds: float, dice: np.random.Generator) -> Samples | None:
    """So much of the longest pause between words is taken out, and put between others."""
    wave, rate = original.wave, original.rate
    length = round(seconds * rate)
    found = [(start, stop) for start, stop in pauses(wave, rate) if stop - start >= length + FADE_S * rate]
    if not found:
        return None
    middle = sum(found[0]) // 2
    piece = wave[middle - length // 2 : middle - length // 2 + length]
    rest = removed(wave, rate, middle - length // 2, middle - length // 2 + length)
    places = (start for start, _ in words(rest, rate, _SYLLABLE_S, dice, _TRIED))
    far = [place for place in places if abs(place - middle + length // 2) > _FAR_S * rate]
    return inserted(rest, rate, far[0], piece) if far else None


def _cut_end(original: Original, seconds: float, _: np.random.Generator) -> Samples:
    """So much of the end is missing, though never more than half of the speech."""
    first, last = span_of_speech(original.wave, original.rate)
    return original.wave[: last - min(round(seconds * original.rate), round(_HALF * (last - first)))]


def _wrong_sentence(original: Original, share: float, _: np.random.Generator) -> Samples | None:
    """From some word on it is another sentence, as loud as this one."""
    wave, other, rate = original.wave, original.other, original.rate
    if other is None:
        return None
    ours, theirs = (
        wave[: wave.size - round(share * wave.size)],
        other[other.size - round(share * other.size) :],
    )
    gain = np.sqrt(speech_power(wave, rate) / speech_power(other, rate))
    return np.concatenate([ours, gain * theirs])


FAULTS = (
    Fault(
        name="dropped word", what="so much speech is missing, from where a word may begin",
        strengths=(0.06, 0.1, 0.2, 0.3, 0.5), shown="{:g} s", plant=_dropped,
        gates=_WORDS,
    ),
    Fault(
        name="doubled word", what="so much speech is said twice",
        strengths=(0.06, 0.1, 0.2, 0.3, 0.5), shown="{:g} s", plant=_doubled,
        gates=_WORDS,
    ),
    Fault(
        name="swapped phone", what="so much speech is replaced by another sound of the sentence, as loud",
        strengths=(0.06, 0.08, 0.1, 0.15, 0.2), shown="{:g} s", plant=_swapped,
        gates=_WORDS,
    ),
    Fault(
        name="moved pause", what="so much of the longest pause is taken out, and put between other words",
        strengths=(0.05, 0.1, 0.15, 0.2, 0.3), shown="{:g} s", plant=_moved_pause,
        gates=frozenset({"pauses"}),
    ),
    Fault(
        name="cut end", what="so much of the end is missing, at most half of the speech",
        strengths=(0.05, 0.1, 0.2, 0.5, 5.0), shown="{:g} s", plant=_cut_end,
        gates=_WORDS | {"pauses"}, is_gross=True,
    ),
    Fault(
        name="wrong sentence", what="the last part, this share, is another sentence of the same voice",
        strengths=(0.1, 0.25, 0.5, 0.75, 1.0), shown="{:.0%}", plant=_wrong_sentence,
        gates=_WORDS, is_gross=True,
    ),
)  # fmt: skip
