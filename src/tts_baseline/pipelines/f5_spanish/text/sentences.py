"""Replacing parts of a text while its sentences stay what they were: the capital and the final point."""

from __future__ import annotations

import re
from collections.abc import Callable

_TAIL = 40
_BEFORE_FIRST = " \n\"'«“‘(¿¡—-"
_END = re.compile(r"[\"'»”’)\]]*\s*$")
_END_OR_CAPITAL = re.compile(r"[\"'»”’)\]]*(?:\s*$|\s+[\"'«“‘(¿¡—]*[A-ZÁÉÍÓÚÑÜ])")


def substitute(pattern: re.Pattern[str], text: str, say: Callable[[re.Match[str]], str]) -> str:
    """The text with every match replaced by what `say` returns, capitalized at the start of a sentence.

    Only what is written with a capital or without a letter gets a capital: 21 casas, Av. Sol.
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
    """Whether what follows `before` begins a sentence."""
    before = before.rstrip(_BEFORE_FIRST)
    return not before or before[-1] in ".!?…"


def ends_sentence(rest: str, *, capital: bool = True) -> bool:
    """Whether a sentence ends before `rest`: the text does, or (with `capital`) a capital follows."""
    return bool((_END_OR_CAPITAL if capital else _END).match(rest))
