"""The text of a page of a manual as it is printed, without the requests of roff."""

from __future__ import annotations

import re
import shlex

_SIGNS = {
    "aq": "'", "cq": "’", "oq": "‘", "dq": '"', "lq": "“", "rq": "”", "ha": "^", "ti": "~", "em": "—",
    "en": "–", "hy": "-", "rs": "\\", "co": "©", "ga": "`", "at": "@", "sl": "/", ">=": "≥", "la": "<",
    "ra": ">", "pd": "∂", "is": "∫", "if": "∞", "de": "°", "dg": "†",
    "Fo": "«", "Fc": "»", "r!": "¡", "r?": "¿",
    **{f"'{plain}": accented for plain, accented in zip("aeiouAEIOU", "áéíóúÁÉÍÓÚ", strict=True)},
    "~n": "ñ", "~N": "Ñ", ":u": "ü", ":U": "Ü",
}  # fmt: skip
_ESCAPE = re.compile(
    r"\\(?:\"[^\n]*|[hv]'(?:[^'\\]|\\w'[^']*')*'"
    r"|[fm](?:\[[^\]]*\]|\(..|.)|s[-+]?\d|[&/,:%^|cdtu](?!\w)|[&/,:%^|{}]|(?P<char>[-e.'` ~0])"
    r"|\*?\((?P<two>..)|\[(?P<named>[^\]]{1,20})\])"
)
_CHARS = {"e": "\\", "~": " ", "0": " "}
_BREAKS = frozenset("PP LP P TP TQ IP HP SH SS RS RE br sp".split())  # noqa: SIM905
_HEADS = frozenset(["SH", "SS", "IP"])
_FONTS = frozenset("B I BR RB IR RI BI IB SM SB".split())  # noqa: SIM905
_LISTINGS = {"nf": "fi", "EX": "EE", "TS": "TE", "de": ".", "ie": "el"}


def paragraphs(page: str) -> list[str]:
    """The paragraphs of a page in roff (man), the tag of each apart, without listings and tables."""
    found, until, tag = [""], "", False
    for line in page.split("\n"):
        request = line[1:].split(maxsplit=1)[0] if line[:1] in ".'" and line[1:].strip() else ""
        if until or request in _LISTINGS:
            until = _LISTINGS.get(request, "" if request == until else until)
        elif request in _BREAKS:
            found += ["", _argument(line)] if request in _HEADS else []
            found.append("")
            tag = request == "TP"
        elif request in _FONTS or not request:
            words = _arguments(line) if request else [line]
            found[-1] += " " + ("" if len(request) > 1 else " ").join(words)
            found += [""] if tag else []
            tag = False
    return [text for text in (" ".join(_ESCAPE.sub(_said, each).split()) for each in found) if text]


def _arguments(line: str) -> list[str]:
    words = shlex.shlex(line[1:], posix=True)
    words.whitespace_split, words.commenters, words.quotes, words.escape = True, "", '"', ""
    try:
        return list(words)[1:]
    except ValueError:  # a quotation mark that is not closed
        return line.split()[1:]


def _argument(line: str) -> str:
    return next(iter(_arguments(line)), "")


def _said(escape: re.Match[str]) -> str:
    char = escape["char"]
    if char:
        return _CHARS.get(char, char)
    return _SIGNS.get(escape["two"] or escape["named"] or "", "")
