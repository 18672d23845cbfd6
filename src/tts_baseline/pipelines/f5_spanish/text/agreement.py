"""Agreement of a number with its noun: the gender of its words, and their short forms (un, veintiún)."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from tts_baseline.pipelines.f5_spanish.text.kinds.abbreviations import expanded
from tts_baseline.pipelines.f5_spanish.text.overrides import Gender, overrides, words

if TYPE_CHECKING:
    from tts_baseline.pipelines.f5_spanish.text.rules import Paragraph

_UNO = re.compile(r"\b(?:veintiuno|uno)$")
_MASCULINE = {"veintiuno": "veintiún", "uno": "un"}
_FEMININE = {"veintiuno": "veintiuna", "uno": "una"}
_HUNDREDS = re.compile(r"(cient|quinient|setecient|novecient)os\b")
_MILLIONS = re.compile(r".*\b(?:millón|millones|billón|billones)\b")

_WORD = r"([^\W\d_]+)"
_AFTER = re.compile(rf"((?: (?:y|o|u|a|ni) | ?[-–—] ?)\d[\d.,]*)?[ \n]{_WORD}(?:[ \n]{_WORD})?")
_SECTION = re.compile(r"\d+\.\d+ [A-ZÁÉÍÓÚÑ]")  # 1.1 Alcance: the number of a heading
_MEASURE = re.compile(r" \w*(?:litro|gramo|metro|hora|día|taza|cucharad\w+)s?\b")  # x = 1 litro, no name
# Of a noun with a prefix the noun tells the gender: exoplanetas, subsistemas.
_PREFIX = re.compile(
    r"^(?:exo|sub|micro|macro|mini|super|multi|ciber|auto|vice|tele|radio|eco|bio|video|foto|ex)(?=\w{4})"
)
_YEAR = re.compile(r"(?:19|20)\d\d")


def agree(cardinal: str, gender: Gender) -> str:
    """A cardinal's words before a noun: veintiún años, doscientas una casas; unchanged for "none".

    Only the part after millones is feminine: doscientos millones doscientas mil personas (DPD, cardinales).
    """
    if gender == "f":
        millions = _MILLIONS.match(cardinal)
        split = millions.end() if millions else 0
        cardinal = cardinal[:split] + _HUNDREDS.sub(r"\1as", cardinal[split:])
    return agree_one(cardinal, gender)


def agree_one(cardinal: str, gender: Gender) -> str:
    """A number's words with a final uno in agreement; for decimals, which have no feminine hundreds."""
    if gender == "none":
        return cardinal
    forms = _FEMININE if gender == "f" else _MASCULINE
    return _UNO.sub(lambda match: forms[match.group()], cardinal)


def around(paragraph: Paragraph, start: int, end: int, digits: str) -> tuple[Gender, bool]:
    """The gender that the number at a place takes, and whether its noun follows directly.

    `digits` is the number without separators. After a number above 1 a noun is plural, so a word without
    final s is no noun (los 21 llegaron). After a label or a singular article the number is a name.
    """
    if paragraph.before(start).endswith(("= ", "=")) and not _MEASURE.match(paragraph.text, end):
        return "none", False
    if _SECTION.match(paragraph.text, start):
        return "none", False
    before = paragraph.word_before(start)
    if digits == "1" and len(before) > 1 and before.isupper() and not paragraph.shouted:
        return "none", False  # RAID 1 logrando: a level, no count
    previous = before.lower()
    noun, coordinated = _noun(paragraph, end, digits)
    if previous in words("label") or (previous in words("singular") and digits != "1"):
        return "none", False
    if previous in words("year") and _YEAR.fullmatch(paragraph.text[start:end]):
        return "none", False
    if previous in words("feminine"):
        return "f", bool(noun) and not coordinated
    if not noun:
        return "none", False
    gender = "m" if previous in words("masculine") else noun_gender(noun, digits)
    if coordinated and gender == "m":
        return "none", False
    return gender, not coordinated


def noun_gender(noun: str, digits: str = "2") -> Gender:
    """The gender that a number takes before a noun, by the lists of exceptions, else by the noun's ending."""
    noun = noun.lower()
    listed = _listed().get(noun) or _listed().get(_PREFIX.sub("", noun))
    if listed is None:
        return next((row.gender for row in overrides().ending if noun.endswith(row.endings)), "m")
    if listed == "f-un":
        return "m" if digits == "1" else "f"
    return "m" if listed == "m" else "f"


def plural(noun: str) -> str:
    """The regular plural of a noun: casas, luces, razones."""
    if noun.endswith("z"):
        return noun[:-1] + "ces"
    if noun[-1] in "aeiouáéó":
        return noun + "s"
    if noun.endswith("s"):
        return noun
    bare = noun[:-2] + noun[-2].translate(_BARE) + noun[-1]
    return bare + "es"


def singular(noun: str) -> str:
    """The singular of a measure's plural: horas, kilos, meses."""
    return "mes" if noun == "meses" else noun.removesuffix("s")


_BARE = str.maketrans("áéíóú", "aeiou")


def _noun(paragraph: Paragraph, end: int, digits: str) -> tuple[str, bool]:
    """The noun after a number ("" if there is none), and whether another number is between them."""
    after = _AFTER.match(paragraph.text, end)
    if not after:
        return "", False
    coordinated, noun, next_word = after.groups()
    abbreviated = expanded(paragraph, after.start(2))
    if abbreviated:
        noun, next_word = abbreviated[0].partition(" ")[0], ""
    if noun.lower() in words("adjective") and next_word:
        noun = next_word
    lower = noun.lower()
    is_plural = lower.endswith("s") and lower not in words("ends-in-s")
    wants_plural = digits != "1" or bool(coordinated)
    fits = is_plural == wants_plural or lower in words("invariable")
    return (
        ("", False)
        if lower in words("not-noun") or lower.endswith(("mente", "rá", "rán")) or not fits
        else (noun, bool(coordinated))
    )


@functools.cache
def _listed() -> dict[str, str]:
    listed: dict[str, str] = {noun: row.gender for row in overrides().noun for noun in row.words.split()}
    return {plural(noun): gender for noun, gender in listed.items()} | listed
