"""Registration plates after their word: placas TUV-220-B y 16-95 LTF."""

from __future__ import annotations

import re

from tts_baseline.pipelines.f5_spanish.text.amounts import cardinal
from tts_baseline.pipelines.f5_spanish.text.kinds.spelling import spell
from tts_baseline.pipelines.f5_spanish.text.rules import CAPITALS, DIGIT, JOINED, Paragraph, Rule, Said

_PLATE = re.compile(
    r"(?<![\w/-])(?:[A-Z]{1,4}(?:-\d{1,4}){1,2}(?:-[A-Z]{1,3})?|\d{2}-\d{2}[ -][A-Z]{2,3}|\d{3,4}-[A-Z]{2,3})"
    r"(?![\w/-]|[.,]\d)"
)
_WORD = re.compile(r"(?i:\b(?:placas?|matr[ií]culas?|patentes?)\b)[^.;]*\Z")
_NEAR = 160  # chosen: a list of four cars and their plates
_GROUP = re.compile(r"[A-Z]+|\d+")


def rules(region: str) -> tuple[Rule, ...]:
    """The rule for plates."""
    return (Rule("plate after its word", "code", (JOINED, CAPITALS, DIGIT), _PLATE, _say),)


def _say(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    """Letters by their names, digits as numbers by the groups they are written in."""
    if not _WORD.search(paragraph.text[max(0, match.start() - _NEAR) : match.start()]):
        return None
    groups = _GROUP.findall(match.group())
    return Said(" ".join(cardinal(g) if g.isdecimal() else spell(g, paragraph.region) for g in groups))
