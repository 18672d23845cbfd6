"""Reads segments out one by one, and joins them to one text with the start of each."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from tts_baseline.pipelines.f5_spanish.plan import Omission
from tts_baseline.pipelines.f5_spanish.text.controls import Segment
from tts_baseline.pipelines.f5_spanish.text.normalize import SpokenSpan, SpokenText

Reader = Callable[[str], SpokenText]

_PARAGRAPH = re.compile(r"(\n[^\S\n]*\n\s*)")
_ENDS_IN_NUMBER = re.compile(r"\d$")
_STARTS_WITH_WORD = re.compile(r"[^\W\d_]+")
_CLOSING = re.compile(r"[,;:.!?…)\]}»”’]")
_OPENING = re.compile(r"[¿¡(\[{«“‘]$")


class Joined(NamedTuple):
    """The text of all segments, the start of each (for an empty one, that of the next), and the spans."""

    text: str
    starts: tuple[int, ...]
    omissions: tuple[Omission, ...]
    spans: tuple[SpokenSpan, ...]


class _Part(NamedTuple):
    """A paragraph of a segment from a place in it, and the gap before: nothing, a space, or a blank line."""

    segment: int
    text: str
    gap: str
    place: int


def join(segments: Sequence[Segment], read: Reader) -> Joined:
    """The segments, read out paragraph by paragraph and joined; a tag between two words separates them.

    `read` is called once for each paragraph of a segment. A number at its end is read with the word that
    follows, so that they agree: 200 [slow]mujeres is doscientas.
    """
    parts = list(_parts(segments))
    starts: dict[int, int] = {}
    omissions: list[Omission] = []
    spans: list[SpokenSpan] = []
    text, gap = "", ""
    for part, following in itertools.zip_longest(parts, parts[1:]):
        spoken = _read(part, following, read)
        omissions += spoken.omissions
        gap = max(gap, part.gap, key=len)
        if spoken.text:
            said = _in_sentence(part.text, spoken.text, text)
            text += _seam(text, gap, said)
            starts.setdefault(part.segment, len(text))
            segment = segments[part.segment]
            spans += (_placed(each, segment, part.place, len(text)) for each in spoken.spans)
            text += said
            gap = ""
    start = len(text)
    places = [start := starts.get(index, start) for index in reversed(range(len(segments)))]
    return Joined(text, tuple(reversed(places)), tuple(omissions), tuple(spans))


def _placed(spoken: SpokenSpan, segment: Segment, place: int, before: int) -> SpokenSpan:
    """A span of a part with its places in the source and in the whole text."""
    span = spoken.span
    start, end = segment.place(place + span.start, place + span.end)
    return SpokenSpan(replace(span, start=start, end=end), before + spoken.start, before + spoken.end)


def _parts(segments: Sequence[Segment]) -> Iterator[_Part]:
    gap = ""
    for index, segment in enumerate(segments):
        end = 0
        for number, piece in enumerate(_PARAGRAPH.split(segment.text)):
            place = end + len(piece) - len(piece.lstrip())
            end += len(piece)
            if number % 2:
                gap = "\n\n"
                continue
            text = piece.strip()
            if piece[:1].isspace():
                gap = gap or " "
            if text:
                yield _Part(index, text, gap, place)
                gap = " " if piece[-1].isspace() else ""


def _read(part: _Part, following: _Part | None, read: Reader) -> SpokenText:
    word = None
    if following and following.gap != "\n\n" and _ENDS_IN_NUMBER.search(part.text):
        word = _STARTS_WITH_WORD.match(following.text)
    if word:
        spoken = read(f"{part.text} {word.group()}")
        if spoken.text.endswith(f" {word.group()}"):
            text = spoken.text[: -len(word.group()) - 1].strip()
            return spoken._replace(
                text=text, spans=tuple(each for each in spoken.spans if each.end <= len(text))
            )
    return read(part.text)


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
