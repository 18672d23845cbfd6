"""Where the places of a text went when parts of it were replaced, and where they came from."""

from __future__ import annotations

import bisect
import difflib
import re
from collections.abc import Callable, Iterable

_LONGEST = 304  # the longest formula (`markup`) with its signs: to compare takes the square of it


class Moves:
    """The replaced parts of a text, in order: the start and end of each, and the new length of each."""

    def __init__(self, edits: Iterable[tuple[int, int, int]] = ()) -> None:
        self._old: list[tuple[int, int]] = []
        self._new: list[tuple[int, int]] = []
        shift = 0
        for start, end, length in edits:
            self._old.append((start, end))
            self._new.append((start + shift, start + shift + length))
            shift += length - (end - start)

    def back(self, start: int, end: int) -> tuple[int, int]:
        """The place before the edits of a stretch of the text after them; a part of an edit counts as all."""
        return _moved(start, end, self._new, self._old)

    def on(self, start: int, end: int) -> tuple[int, int]:
        """The place after the edits of a stretch of the text before them."""
        return _moved(start, end, self._old, self._new)


def edited(pattern: re.Pattern[str], text: str, say: Callable[[re.Match[str]], str]) -> tuple[str, Moves]:
    """The text with every match replaced by what `say` returns, and the moves."""
    edits: list[tuple[int, int, int]] = []

    def replaced(match: re.Match[str]) -> str:
        spoken = say(match)
        start, end = match.span()
        if part := kept(match, spoken):
            edits.extend(((start, part[0], 0), (part[1], end, 0)))
        elif spoken != match.group():
            edits.extend(_changes(match.group(), spoken, start))
        return spoken

    text = pattern.sub(replaced, text)
    return text, Moves(edits)


def _changes(written: str, spoken: str, start: int) -> Iterable[tuple[int, int, int]]:
    """The edits that make one of the other; what both have, as the numbers of a formula, stays.

    Where as many characters stand for others, each stands for its own: a span may begin between them.
    """
    if len(spoken) <= 1 or len(written) > _LONGEST:
        return ((start, start + len(written), len(spoken)),)
    changes = difflib.SequenceMatcher(None, written, spoken, autojunk=False).get_opcodes()
    return (
        edit
        for tag, a, b, c, d in changes
        if tag != "equal"
        for edit in (
            ((start + at, start + at + 1, 1) for at in range(a, b))
            if b - a == d - c
            else ((start + a, start + b, d - c),)
        )
    )


def kept(match: re.Match[str], said: str) -> tuple[int, int] | None:
    """The place of the group that is said as it is written while the rest goes, or None."""
    groups = range(1, (match.lastindex or 0) + 1) if said else ()
    return next((match.span(group) for group in groups if match[group] == said), None)


def back(moves: Iterable[Moves], start: int, end: int) -> tuple[int, int]:
    """The place before several rounds of edits, the first round first."""
    for each in reversed(tuple(moves)):
        start, end = each.back(start, end)
    return start, end


def on(moves: Iterable[Moves], start: int, end: int) -> tuple[int, int]:
    """The place after several rounds of edits, the first round first."""
    for each in moves:
        start, end = each.on(start, end)
    return start, end


def _moved(
    start: int, end: int, here: list[tuple[int, int]], there: list[tuple[int, int]]
) -> tuple[int, int]:
    if not here:
        return start, end
    last = bisect.bisect_right(here, (start, start)) - 1
    while last + 1 < len(here) and here[last + 1][0] == start:
        last += 1
    first = _place(start, here, there, last, at_end=False)
    last = bisect.bisect_left(here, (end, -1)) - 1
    return first, max(first, _place(end, here, there, last, at_end=True))


def _place(
    place: int, here: list[tuple[int, int]], there: list[tuple[int, int]], index: int, *, at_end: bool
) -> int:
    """Where a place went, from the last edit that begins before it."""
    if index < 0:
        return place
    if place >= here[index][1]:
        return place - here[index][1] + there[index][1]
    return there[index][1] if at_end else there[index][0]
