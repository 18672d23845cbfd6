"""Speech in even time: a dataset whose words last as long as their letters, by the phones of its clips.

`v1_average` spreads the tokens evenly over the frames, and speech does not: how far each word is from its
letters is what a small network finds last. Here mels are stretched and pressed, phone by phone, until each
word is beside its letters. Pitch and timbre stay; how long words last within a sentence does not.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from msgspec.structs import replace

from tts_baseline.core.errors import PipelineError
from tts_baseline.pipelines.f5_spanish.plan import SentenceType
from tts_baseline.training import dataset
from tts_baseline.training.dataset import Clip

PACE = 6  # frames of a token, 64 ms: of the teacher in recipes/dora each lasts 5.8
_SPACE = " "  # the phone, and in a vocabulary the token, between two words
_LONGEST_PHONE = 9  # frames: what is longer is a pause, and a token has no room for one
_LONGEST = 900  # frames, ten seconds: chosen, so that no clip with its tail is longer than a pair
_SHORT = 75  # tokens: two of these make a pair
_PAIRS, _TAILS = 0.7, 0.25  # of the clips: so many pairs of two, and so many with silence behind them
_TAIL = (20, 90)  # frames of that silence: as much as a short text is given beside its words
_JOINED = 0.7  # what it costs to take words or phones together, in units of `_apart`
_UNLIKE = 0.9  # over this a word, phones and letters are not of the same words
_Timed = tuple[Clip, np.ndarray[Any, Any]]  # a clip and its log mel


def even(folder: Path, out: Path, *, seed: int = 0) -> int:
    """How many clips of the dataset in a folder have no phones that fit their words; `out` is without them.

    Of every other it has one of `PACE` frames a token and one as long as it was, then pairs of clips one
    after the other, as a voice speaks after the clip that it continues, and clips with silence behind them.

    Raises PipelineError as `dataset.read` does, and where no clip fits.
    """
    chance, lost = random.Random(seed), 0
    made: list[_Timed] = []
    parts: tuple[dataset.Split, ...] = ("train", "held_out")
    for part in parts:
        if not dataset.has(folder, part):
            continue
        data = dataset.read(folder, part)
        space = data.vocabulary.encode([_SPACE])[0]
        paced = [retimed(clip, _mel(data, clip), PACE * len(clip.tokens), space) for clip in data.clips]
        fitting = [each for each in paced if each is not None]
        lost += len(paced) - len(fitting)
        made += fitting
        if part == "train":
            own = (retimed(clip, _mel(data, clip), clip.frames, space) for clip in data.clips)
            made += [(replace(each[0], id=f"{each[0].id}-own"), each[1]) for each in own if each is not None]
            made += _pairs(fitting, space, chance)
            made += _tails(fitting, chance)
    if not made:
        raise PipelineError(
            "no clip of this dataset has phones that fit its words",
            where=str(folder / dataset.CLIPS),
            hint='give phones in manifest.jsonl, with " " between two words (docs/training.md)',
        )
    dataset.write(out, made, dataset.read(folder).vocabulary)
    return lost


def spread(tokens: int, frames: int) -> np.ndarray[Any, Any]:
    """The frame that each token begins at, and the end (tokens + 1,): as `v1_average` spreads them."""
    share, longer = divmod(frames, tokens)
    token = np.arange(tokens + 1)
    return token * share + np.maximum(0, token - (tokens - longer))


def retimed(clip: Clip, mel: np.ndarray[Any, Any], frames: int, space: int) -> _Timed | None:
    """The clip and its log mel (n, m) in so many frames, each word where its letters are spread to.

    None where its phones do not fit its words. What is longer in a word stays longer, but for pauses.
    """
    words = _cut([token == space for token in clip.tokens])
    spoken = _cut([symbol == _SPACE for symbol, _ in clip.phones])
    matched = _matched([b - a for a, b in spoken], [b - a for a, b in words])
    if matched is None or frames < len(clip.tokens):
        return None
    begins = spread(len(clip.tokens), frames)
    before = np.array([length for _, length in clip.phones])
    after = np.zeros(len(before), dtype=int)
    for (first, last), (start, end) in matched:
        own = slice(spoken[first][0], spoken[last - 1][1])
        room = begins[words[end - 1][1]] - begins[words[start][0]]
        weights = np.clip(before[own], 0.3, _LONGEST_PHONE).cumsum()
        after[own] = np.diff(np.round(weights / weights[-1] * room), prepend=0)
    phones = tuple((symbol, int(length)) for (symbol, _), length in zip(clip.phones, after, strict=True))
    return replace(clip, frames=frames, phones=phones), _warped(mel, before, after)


def _warped(
    mel: np.ndarray[Any, Any], before: np.ndarray[Any, Any], after: np.ndarray[Any, Any]
) -> np.ndarray[Any, Any]:
    """The mel (n, m) with phones of other lengths: what is between two of its frames is interpolated."""
    is_kept = np.concatenate(([True], after > 0))
    was, now = (np.concatenate(([0], lengths.cumsum()))[is_kept] for lengths in (before, after))
    place = np.interp(np.arange(now[-1]) + 0.5, now, was) - 0.5
    place = place.clip(0, len(mel) - 1)
    low = np.floor(place).astype(int)
    high = np.minimum(low + 1, len(mel) - 1)
    share = (place - low)[:, None]
    between: np.ndarray[Any, Any] = mel[low] * (1 - share) + mel[high] * share
    return between


def _cut(is_space: Sequence[bool]) -> list[tuple[int, int]]:
    """Where each word begins and ends, the space behind it with it."""
    ends = [place + 1 for place, space in enumerate(is_space) if space]
    if not ends or ends[-1] != len(is_space):
        ends.append(len(is_space))
    return list(zip([0, *ends[:-1]], ends, strict=True))


def _matched(
    spoken: Sequence[int], written: Sequence[int]
) -> list[tuple[tuple[int, int], tuple[int, int]]] | None:
    """Which words as spoken are which as written, by their lengths: one is one, or one two or three.

    None where they are too unlike. A phonemizer speaks "de la" as one word, and "freedombox" as two.
    """
    least: dict[tuple[int, int], tuple[float, tuple[int, int]]] = {(0, 0): (0.0, (0, 0))}
    ends = (len(spoken), len(written))
    for i in range(ends[0] + 1):
        for j in range(ends[1] + 1):
            if (i, j) not in least:
                continue
            for a, b in ((1, 1), (1, 2), (2, 1), (1, 3), (3, 1)):
                if i + a > ends[0] or j + b > ends[1]:
                    continue
                cost = least[i, j][0] + _apart(sum(spoken[i : i + a]), sum(written[j : j + b]))
                cost += 0.0 if a == b else _JOINED
                if cost < least.get((i + a, j + b), (math.inf, None))[0]:
                    least[i + a, j + b] = (cost, (i, j))
    if ends not in least or least[ends][0] > _UNLIKE * ends[1]:
        return None
    steps = [ends]
    while steps[-1] != (0, 0):
        steps.append(least[steps[-1]][1])
    steps.reverse()
    return [((i, k), (j, m)) for (i, j), (k, m) in pairwise(steps)]


def _apart(phones: int, letters: int) -> float:
    return abs(phones - letters) / math.sqrt(max(phones, letters))


def _pairs(clips: Sequence[_Timed], space: int, chance: random.Random) -> Iterator[_Timed]:
    short = [each for each in clips if len(each[0].tokens) < _SHORT]
    for number in range(round(_PAIRS * len(clips)) if len(short) > 1 else 0):
        (first, before), (second, after) = chance.sample(short, 2)
        if (first.speaker, first.region, first.style) != (second.speaker, second.region, second.style):
            continue
        joined, mel = _followed(first, before, PACE, chance)
        tokens = (*first.tokens, space, *second.tokens)
        yield (
            replace(
                joined,
                id=f"{first.id}-pair-{number}",
                text=f"{first.text} {second.text}",
                tokens=tokens,
                frames=joined.frames + second.frames,
                phones=joined.phones + second.phones,
                sentences=_sentences(first, second),
            ),
            np.concatenate([mel, after]),
        )


def _sentences(first: Clip, second: Clip) -> tuple[tuple[SentenceType, int], ...]:
    if not (first.sentences and second.sentences):
        return ()
    *before, (last, tokens) = first.sentences
    return (*before, (last, tokens + 1), *second.sentences)


def _tails(clips: Sequence[_Timed], chance: random.Random) -> Iterator[_Timed]:
    for number in range(round(_TAILS * len(clips))):
        clip, mel = chance.choice(clips)
        frames = chance.randint(*_TAIL)
        if clip.frames + frames <= _LONGEST:
            longer, mel = _followed(clip, mel, frames, chance)
            yield replace(longer, id=f"{clip.id}-tail-{number}"), mel


def _followed(clip: Clip, mel: np.ndarray[Any, Any], frames: int, chance: random.Random) -> _Timed:
    """The clip and so many frames of what is before its first word."""
    noise = np.random.default_rng(chance.randrange(2**32)).normal(0, 0.15, (frames, mel.shape[1]))
    silence = (mel[:1] + noise).astype(mel.dtype)
    *phones, (last, length) = clip.phones
    longer = replace(clip, frames=clip.frames + frames, phones=(*phones, (last, length + frames)))
    return longer, np.concatenate([mel, silence])


def _mel(data: dataset.Dataset, clip: Clip) -> np.ndarray[Any, Any]:
    mel: np.ndarray[Any, Any] = data.mels[clip.start : clip.start + clip.frames].astype(np.float32)
    return mel
