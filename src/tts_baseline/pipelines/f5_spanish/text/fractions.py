"""Fractions and mixed numbers with their noun: medio litro, dos horas y media, dos terceras partes."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from tts_baseline.pipelines.f5_spanish.text.agreement import noun_gender, singular
from tts_baseline.pipelines.f5_spanish.text.amounts import cardinal, ordinal
from tts_baseline.pipelines.f5_spanish.text.overrides import words

if TYPE_CHECKING:
    from tts_baseline.pipelines.f5_spanish.text.overrides import Unit
    from tts_baseline.pipelines.f5_spanish.text.reader import Read

_VULGAR = "¼½¾⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"
_YEARS = range(1800, 2100)  # chosen: 39/2015 is a law's number far more often than a fraction
_LARGEST_NAMED = 10  # chosen: un décimo is common, names of smaller parts are not
_OUT_OF_TEN = 10  # chosen: nueve sobre diez is a mark far more often than nine tenths


def pattern(unit: str) -> str:
    """The expression that matches fractions, from that of the units: 1/2 kg, 2 1/2 horas, ¾, 39/2015."""
    return (
        rf"(?:(?P<whole>\d{{1,3}}) ?(?P<vulgar>[{_VULGAR}])|(?P<alone>[{_VULGAR}])"
        rf"|(?:(?P<whole2>\d{{1,3}}) )?(?P<slashed>\d{{1,9}}(?:[/⁄]\d{{1,9}}(?!\d))++))"
        rf"(?: ?(?P<of>{unit})(?![^\W_])| (?P<noun>[^\W\d_]+))?"
    )


def say(match: re.Match[str], read: Read, *, units: dict[str, Unit]) -> str:
    """A fraction's words, with its unit or the noun after it."""
    written = match["vulgar"] or match["alone"]
    slashed = unicodedata.normalize("NFKC", written) if written else match["slashed"]
    parts = re.split("[/⁄]", slashed)
    whole = match["whole"] or match["whole2"] or ""
    rest = f" {match['noun']}" if match["noun"] else ""
    if len(parts) > 2:
        spoken = " barra ".join(cardinal(part, "none", read) for part in parts)
        return f"{cardinal(whole, 'none', read)} {spoken}{rest}" if whole else spoken + rest
    above, below = parts
    unit = units[match["of"]] if match["of"] else None
    noun = match["noun"] or ""
    if noun and (noun.lower() in words("not-noun") or not noun.islower()):
        noun = ""
    if whole:
        return _mixed(whole, above, below, unit, noun, rest, read)
    if noun in ("parte", "partes") and 3 <= int(below) <= _LARGEST_NAMED:
        return _parts(above, below, noun, read)
    if unit:
        name, gender = unit.one, unit.gender
    else:
        name, gender = ("", "none") if noun.endswith("s") else (noun, noun_gender(noun))
    if name and (above, below) == ("1", "2"):
        return f"{'media' if gender == 'f' else 'medio'} {name}"
    spoken = _plain(above, below, read)
    return f"{spoken} de {name}" if name and int(above) < int(below) else spoken + rest


def _mixed(whole: str, above: str, below: str, unit: Unit | None, noun: str, rest: str, read: Read) -> str:
    """A mixed number's words, with the noun before the fraction: dos horas y media."""
    half = (above, below) == ("1", "2")
    if unit:
        singular_form, plural_form, gender = unit.one, unit.many, unit.gender
    elif noun:
        singular_form, plural_form, gender = singular(noun), noun, noun_gender(noun)
    else:
        spoken = "medio" if half else _plain(above, below, read)
        return f"{cardinal(whole, 'none', read)} y {spoken}{rest}"
    fraction = ("media" if gender == "f" else "medio") if half else _plain(above, below, read)
    return f"{cardinal(whole, gender, read)} {singular_form if whole == '1' else plural_form} y {fraction}"


def _parts(above: str, below: str, noun: str, read: Read) -> str:
    """Thirds to tenths as parts: dos terceras partes."""
    many = above != "1"
    spoken = ordinal(below, "f", read, many=many)
    return f"{cardinal(above, 'f', read)} {spoken} {noun}"


def _plain(above: str, below: str, read: Read) -> str:
    """A fraction's words: tres cuartos, siete medios; with sobre if it has no name, with barra for a year."""
    if "0" in (above[0], below[0]) or int(above) in _YEARS or int(below) in _YEARS:
        return f"{cardinal(above, 'none', read)} barra {cardinal(below, 'none', read)}"
    over, under = int(above), int(below)
    marks = under == _OUT_OF_TEN and over > 1
    if over < under < 1000 and not marks:
        return read(f"{over}/{under}")
    if marks or under == 1 or under > _LARGEST_NAMED:
        return f"{cardinal(above, 'none', read)} sobre {cardinal(below, 'none', read)}"
    return f"{cardinal(above, 'm', read)} {read(f'1/{under}').removeprefix('un ')}s"
