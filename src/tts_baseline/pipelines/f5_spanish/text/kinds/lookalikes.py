"""What looks like a unit beside a number, and is none: el 1A, calle 93 A, 15004 A Coruña, el Q3, Note 8T."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tts_baseline.pipelines.f5_spanish.text.overrides import words

if TYPE_CHECKING:
    from tts_baseline.pipelines.f5_spanish.text.rules import Paragraph

_QUARTER = re.compile(r"Q[1-4]")  # of a year
_LETTERS = ("A", "C", "H", "J", "K", "N", "T", "V", "W")
_OF_MODELS = ("C", "K", "N", "T")
_NAME_BEFORE = re.compile(r"\b[A-ZÁÉÍÓÚÑ][\w+-]* \Z")
_STREET = re.compile(r"\b(?i:calles?|carreras?|avenidas?|cra|kra|cl|cll|diagonal|transversal)\b.{0,24}\Z")
_EVENT = re.compile(r"\b(?i:elecci[oó]n(?:es)?|generales|europeas) \Z")
_NAME_AFTER = re.compile(r" [A-ZÁÉÍÓÚÑ][a-záéíóúñ]{2,}|-[^\W\d]")
_NUMBER_AFTER = re.compile(r" \d")  # DE 10 A 14


def is_no_unit(match: re.Match[str], written: str | None, paragraph: Paragraph) -> bool:
    """True if the sign of a quantity's match is a letter of a name, a street or a quarter of a year."""
    if written == "Q":
        return _QUARTER.fullmatch(match.group()) is not None
    if written not in _LETTERS:
        return False
    before, text, end = paragraph.before(match.start()), paragraph.text, match.end()
    if match.group()[-2].isdigit():
        named = written in _OF_MODELS and _NAME_BEFORE.search(before) is not None
        dated = written == "J" and _EVENT.search(before) is not None  # elecciones 23J
        if named or dated or paragraph.word_before(match.start()).lower() in words("singular"):
            return True
    if written == "A" and _NUMBER_AFTER.match(text, end):
        return True
    return _STREET.search(before) is not None or _NAME_AFTER.match(text, end) is not None
