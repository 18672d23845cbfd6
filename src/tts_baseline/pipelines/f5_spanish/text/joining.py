"""Reads segments out one by one, and joins them to one text with the start of each."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from tts_baseline.pipelines.f5_spanish.plan import Omission
from tts_baseline.pipelines.f5_spanish.text.controls import Segment

Reader = Callable[[str], tuple[str, tuple[Omission, ...]]]

_PARAGRAPH = re.compile(r"(\n[^\S\n]*\n\s*)")
_ENDS_IN_NUMBER = re.compile(r"\d$")
_STARTS_WITH_WORD = re.compile(r"[^\W\d_]+")
_CLOSING = re.compile(r"[,;:.!?…)\]}»”’]")
_OPENING = re.compile(r"[¿¡(\[{«“‘]$")


class Joined(NamedTuple):
    """The text of all segments, and the start of each (for an empty one, that of the next)."""

    text: str
    starts: tuple[int, ...]
    omissions: tuple[Omission, ...]


class _Part(NamedTuple):
    """A paragraph of a segment, and the gap before it: nothing, a space, or a blank line."""

    segment: int
    text: str
    gap: str


def join(segments: Sequence[Segment], read: Reader) -> Joined:
    """The segments, read out paragraph by paragraph and joined; a tag between two words separates them.

    `read` is called once for each paragraph of a segment. A number at its end is read with the word that
    follows, so that they agree: 200 [slow]mujeres is doscientas.
    """
    parts = list(_parts(segments))
    starts: dict[int, int] = {}
    omissions: list[Omission] = []
    text, gap = "", ""
    for part, following in itertools.zip_longest(parts, parts[1:]):
        spoken, omitted = _read(part, following, read)
        omissions += omitted
        gap = max(gap, part.gap, key=len)
        if spoken:
            spoken = _in_sentence(part.text, spoken, text)
            text += _seam(text, gap, spoken)
            starts.setdefault(part.segment, len(text))
            text += spoken
            gap = ""
    start = len(text)
    places = [start := starts.get(index, start) for index in reversed(range(len(segments)))]
    return Joined(text, tuple(reversed(places)), tuple(omissions))


def _parts(segments: Sequence[Segment]) -> Iterator[_Part]:
    gap = ""
    for index, segment in enumerate(segments):
        for number, piece in enumerate(_PARAGRAPH.split(segment.text)):
            if number % 2:
                gap = "\n\n"
                continue
            text = piece.strip()
            if piece[:1].isspace():
                gap = gap or " "
            if text:
                yield _Part(index, text, gap)
                gap = " " if piece[-1].isspace() else ""


def _read(part: _Part, following: _Part | None, read: Reader) -> tuple[str, tuple[Omission, ...]]:
    word = None
    if following and following.gap != "\n\n" and _ENDS_IN_NUMBER.search(part.text):
        word = _STARTS_WITH_WORD.match(following.text)
    if word:
        spoken, omitted = read(f"{part.text} {word.group()}")
        if spoken.endswith(f" {word.group()}"):
            return spoken[: -len(word.group()) - 1].strip(), omitted
    spoken, omitted = read(part.text)
    return spoken.strip(), omitted


def _in_sentence(written: str, spoken: str, before: str) -> str:
    """The spoken text without the capital that a number gets at the start of a text: Hay [slow]200."""
    if before and not written[0].isalpha() and before[-1] not in ".!?…":
        return spoken[0].lower() + spoken[1:]
    return spoken


def _seam(text: str, gap: str, following: str) -> str:
    """The white space between a text and what follows it."""
    if not text or gap == "\n\n":
        return gap if text else ""
    if _CLOSING.match(following) or _OPENING.search(text):
        return ""
    return " " if gap or (text[-1].isalnum() and following[0].isalnum()) else ""
