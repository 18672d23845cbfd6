"""When each word of a text is said in a sound, by another voice's rendering of the text, or by a guess."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from tts_baseline.core.hearing import Passage
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.cepstrum import STEP_S, cepstrum
from tts_baseline.metrics.features.voice_activity import voice_activity
from tts_baseline.metrics.features.warping import warping

if TYPE_CHECKING:
    from tts_baseline.core.sounds import Samples

_VOWELS = re.compile(r"[aeiouáéíóúüy]+", re.IGNORECASE)
_MARKS = re.compile(r"^\W+|\W+$")
_QUIET_DB = -40.0  # chosen: below the loud frames; softer than the closure of a plosive in a room
_SHORT_S = 0.05  # chosen: a shorter place is a moment
_NEAR_S = 0.06  # chosen: half a syllable; a moment so near to a word's edge is beside the word
_ALL, _FEW_WORDS, _SHOWN_WORDS = 0.7, 3, 4


class TimedWord(NamedTuple):
    """A word of a text, without the marks around it, and the seconds between which it is said."""

    word: str
    start_s: float
    stop_s: float


class Spelled(NamedTuple):
    """A word that a rendering says: where in the text it begins, and when it is said."""

    position: int
    start_s: float
    stop_s: float


def aligned(text: str, sound: Sound, rendering: Sound, spelled: Sequence[Spelled]) -> tuple[TimedWord, ...]:
    """The words of the text in `sound`, in their order, by warping the rendering upon it."""
    seconds = warping(sound, rendering)
    found = []
    for start, stop, word in _tokens(text):
        said = [each for each in spelled if start <= each.position < stop]
        if said:
            begin, end = (_at(seconds, moment) for moment in (said[0].start_s, said[-1].stop_s))
            found.append(TimedWord(word, *_voiced(sound, begin, end)))
    return tuple(found)


def _voiced(sound: Sound, start_s: float, stop_s: float) -> tuple[float, float]:
    """The stretch without the pauses at its ends: warping cannot tell where in a pause a word begins."""
    import numpy as np

    first, last = round(start_s / STEP_S), round(stop_s / STEP_S)
    loud = np.flatnonzero(cepstrum(sound).level_db[first:last] > _QUIET_DB)
    if not loud.size:
        return start_s, stop_s
    return float((first + loud[0]) * STEP_S), float((first + loud[-1] + 1) * STEP_S)


def guessed(text: str, sound: Sound) -> tuple[TimedWord, ...]:
    """The words of the text, laid over the speech in `sound` by their numbers of syllables."""
    import numpy as np

    words = [word for _, _, word in _tokens(text)]
    speech = np.flatnonzero(voice_activity(sound).speech)
    if not speech.size:
        speech = np.arange(sound.samples.size)
    weights = np.array([max(1, len(_VOWELS.findall(word))) for word in words], dtype=float)
    edges = np.concatenate(([0.0], np.cumsum(weights))) / max(weights.sum(), 1.0)
    seconds = speech[np.round(edges * (speech.size - 1)).astype(int)] / sound.rate
    return tuple(
        TimedWord(word, float(start), float(stop))
        for word, start, stop in zip(words, seconds[:-1], seconds[1:], strict=True)
    )


def named(place: Passage, words: Sequence[TimedWord]) -> str:
    """The words at a place: '«tres»', '«y tres»', 'between «y» and «tres»', 'the whole sentence'."""
    inside = [word for word in words if _is_inside(word, place)]
    if len(inside) >= max(_FEW_WORDS, _ALL * len(words)):
        return "the whole sentence"
    if inside:
        return _quoted(inside)
    before = [word for word in words if (word.start_s + word.stop_s) / 2 < place.start_s]
    after = words[len(before) :]
    if before and after:
        return f"between «{before[-1].word}» and «{after[0].word}»"
    if before:
        return f"after «{before[-1].word}»"
    return f"before «{after[0].word}»" if after else ""


def _is_inside(word: TimedWord, place: Passage) -> bool:
    length = place.stop_s - place.start_s
    if length < _SHORT_S:
        return word.start_s + _NEAR_S <= place.start_s < word.stop_s - _NEAR_S
    overlap = min(word.stop_s, place.stop_s) - max(word.start_s, place.start_s)
    return overlap > 0 and 2 * overlap >= min(length, word.stop_s - word.start_s)


def _quoted(words: Sequence[TimedWord]) -> str:
    if len(words) > _SHOWN_WORDS:
        return f"«{words[0].word} … {words[-1].word}»"
    return f"«{' '.join(word.word for word in words)}»"


def _tokens(text: str) -> list[tuple[int, int, str]]:
    """Where each word of the text begins and ends, and the word without the marks around it."""
    found = ((match.start(), match.end(), _MARKS.sub("", match[0])) for match in re.finditer(r"\S+", text))
    return [token for token in found if token[2]]


def _at(seconds: Samples, moment_s: float) -> float:
    return float(seconds[min(round(moment_s / STEP_S), seconds.size - 1)])
