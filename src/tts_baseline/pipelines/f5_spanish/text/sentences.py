"""Replaces parts of a text and keeps the capital and the final point of its sentences."""

from __future__ import annotations

import re
from collections.abc import Callable

_TAIL = 40  # chosen: longer than any run of spaces and quotation marks at the start of a sentence
_BEFORE_FIRST = " \n\"'«“‘(¿¡—-"
_END = re.compile(r"[\"'»”’)\]]*\s*$")
_END_OR_CAPITAL = re.compile(r"[\"'»”’)\]]*(?:\s*$|\s+[\"'«“‘(¿¡—]*[A-ZÁÉÍÓÚÑÜ])")


def substitute(pattern: re.Pattern[str], text: str, say: Callable[[re.Match[str]], str]) -> str:
    """The text with every match replaced by what `say` returns, capitalized at the start of a sentence.

    A match that begins with a small letter gets no capital: 21 casas and Av. Sol do.
    """
    out: list[str] = []
    tail, copied = "", 0
    for match in pattern.finditer(text):
        between, spoken = text[copied : match.start()], say(match)
        tail = (tail + between)[-_TAIL:]
        if not match.group()[0].islower() and spoken[:1].islower() and starts_sentence(tail):
            spoken = spoken[0].upper() + spoken[1:]
        out += between, spoken
        tail = (tail + spoken)[-_TAIL:]
        copied = match.end()
    return "".join((*out, text[copied:])) if copied else text


def starts_sentence(before: str) -> bool:
    """True if a sentence begins after `before`."""
    before = before.rstrip(_BEFORE_FIRST)
    return not before or before[-1] in ".!?…"


def ends_sentence(rest: str, *, capital: bool = True) -> bool:
    """True if a sentence ends before `rest`: nothing follows, or (with `capital`) a capital does."""
    return bool((_END_OR_CAPITAL if capital else _END).match(rest))
