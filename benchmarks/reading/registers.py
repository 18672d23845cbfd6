"""Whether a sentence is prose or technical, by its form: what is typed in it, and whether it is whole."""

from __future__ import annotations

import re
from typing import Literal

Register = Literal["prose", "technical"]

# Signs and writings that prose has not: of commands, paths, names of programs, keys, formulas and tables.
_TYPED = re.compile(
    r"[\\_|<>{}\[\]=*~^⌘⌥⇧▸→]|#\D|(?<!\d)(?<!\d )\$(?! ?\d)|\+(?! ?\d)|@\w"
    r"|(?<!\w)/\w|[^\W\d_]/(?!o\b)\w{2}"  # but y/o, km/h and dates
    r"|(?<!\S)--?\w"
    r"|[^\W\d_][.:][^\W\d_]{2}"
    r"|[^\W\d_]\d|\d[^\W\d_ºª]"
    r"|\w\(\w*\)"
    r"|\d\.\d+\.\d"
    r"|\b\w*[a-z][A-Z]\w*"
)
_BEGINS = re.compile(r"[¿¡«“\"'(—–-]*(?:\.\.\.|…)?\s?(?:[A-ZÁÉÍÓÚÑ]|\d+ [a-z])")
_ENDS = re.compile(r"[.?!…][»”\"')]*\Z")


def register(written: str) -> Register:
    """Prose, if it begins and ends as a sentence does and has nothing in it that is typed; else technical.

    A sentence is never left out by this: it is counted with the one or with the other.
    """
    whole = _BEGINS.match(written) and _ENDS.search(written)
    return "prose" if whole and not _TYPED.search(written) else "technical"
