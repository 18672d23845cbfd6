"""Formulas of numbers: 2+2=4, 10 × 15 cm, the powers 10⁸ and 2^10, and the notation 1e-5."""

from __future__ import annotations

import re
import unicodedata

from tts_baseline.pipelines.f5_spanish.text.amounts import cardinal, say
from tts_baseline.pipelines.f5_spanish.text.kinds.quantities import Quantities, quantities
from tts_baseline.pipelines.f5_spanish.text.kinds.spelling import spell
from tts_baseline.pipelines.f5_spanish.text.rules import (
    DIGIT,
    JOINED,
    LETTER,
    Expression,
    Paragraph,
    Rule,
    Said,
)

# DPD: más, menos, por, entre, igual; OLE, names of signs.
_OPERATORS = {
    "+": "más", "-": "menos", "−": "menos", "–": "menos", "×": "por", "✕": "por", "·": "por", "*": "por",
    "x": "por", "X": "por",
    "÷": "entre", "=": "es igual a", "==": "es igual a", "≠": "es distinto de", "!=": "es distinto de",
    "<": "menor que", ">": "mayor que", "≤": "menor o igual que", "<=": "menor o igual que",
    "≥": "mayor o igual que", ">=": "mayor o igual que", "≈": "es aproximadamente igual a",
}  # fmt: skip
_SIGNS = {"": "", "-": "menos ", "−": "menos ", "±": "más menos "}
_POWERS = {"2": "al cuadrado", "3": "al cubo"}
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_NUMBER = r"(?:\d{1,3}(?: \d{3})+(?:,\d+)?(?!\d|\.\d)|\d{1,3}(?:\.\d{3})+(?:,\d+)?(?![\d.])|\d+(?:[.,]\d+)?)"
_POWER = rf"(?:⁻?[{_RAISED}]+|\^[-−]?\d+)"
_OPERAND = rf"[-−±]?{_NUMBER}{_POWER}?"
_OPERATOR = r"[!<>=]=|[-−–+×✕*·xX÷=≠<>≤≥≈]"
_FORMULA = re.compile(
    rf"(?<![\w.,]){_OPERAND}(?: ?(?:{_OPERATOR}) ?{_OPERAND})+(?:(?![^\W_])|(?=(?:[cmk]?m|px)(?![^\W_])))"
)
_RAISED_NUMBER = re.compile(rf"(?<![\w.,]){_NUMBER}{_POWER}(?![^\W_])")
_RAISED_LETTER = re.compile(rf"(?<![^\W_¼½¾])(?P<letter>[a-zA-Z]{{1,2}})(?P<power>{_POWER})(?![^\W_])")
_LESS = re.compile(
    r"(?<![^\W_])(?P<letter>[nNik]|n[A-Z][a-z]+|[a-z]+(?:Count|Index|Length|Size))[-−](?P<less>[12])(?![\w-]|[.,]\d)"
)
_TIMES = re.compile(r"(?:\b(?i:multipl\w+|aument\w+|crec\w+|sub[ei]\w*|rind\w+)(?: \w+){0,2} |\d[cmk]?m ?)\Z")
_ROAD = re.compile(r"(?:\b[Ll]a|[Cc]arretera|[Aa]utovía|[Aa]utopista|[Rr]uta|[Nn]acional) \Z")
_SCIENTIFIC = re.compile(
    rf"(?<![\w.,])(?P<number>{_NUMBER})[eE](?P<sign>[-−+]?)(?P<power>\d{{1,3}})(?![^\W_])"
)
_PIECE = re.compile(rf"(?P<sign>[-−±]?)(?P<number>{_NUMBER})(?P<power>{_POWER})?|(?P<operator>{_OPERATOR})| ")
_POWERED = re.compile(_POWER)
_DASHES = frozenset("-−–")
_OF_TEN = re.compile(rf"(?<!\d)10{_POWER}\Z")


def rules(region: str) -> tuple[Rule, ...]:
    """The rules for formulas, powers, and the notation with e."""
    here = quantities(region)

    def say_formula(match: re.Match[str], paragraph: Paragraph) -> Said | None:
        said = _say_formula(match, paragraph, here)
        return measured(said, match.end(), paragraph) if said and said.end == match.end() else said

    def say_letters(match: re.Match[str], paragraph: Paragraph) -> Said | None:
        unit = here.units.get(match.group()) if len(match["letter"]) > 1 else None
        if unit:
            return Said(unit.many)  # en cm²
        return Said(f"{spell(match['letter'], region)} {_raised(match['power'])}")

    unit_after = Expression(rf" ?(?P<unit>{here.unit})(?:/(?P<per>{here.unit}))?(?![\w/^])")

    def measured(said: Said, end: int, paragraph: Paragraph) -> Said:
        """With the unit of a power of ten: por diez elevado a menos tres kilogramos."""
        unit = (
            unit_after.match(paragraph.text, end)
            if _OF_TEN.search(paragraph.text, max(0, end - 8), end)
            else None
        )
        if not unit:
            return said
        per = f" por {here.units[unit['per']].one}" if unit["per"] else ""
        return Said(f"{said.words} {here.units[unit['unit']].many}{per}", end=unit.end())

    def say_power(match: re.Match[str], paragraph: Paragraph) -> Said:
        piece = _PIECE.match(match.group())
        said = Said(_operand(piece, here.point) if piece else match.group())
        return measured(said, match.end(), paragraph)

    def say_scientific(match: re.Match[str], paragraph: Paragraph) -> Said | None:
        minus = "menos " if match["sign"] in _DASHES else ""
        number = say(match["number"], "none", point=here.point)
        return Said(f"{number} por diez a la {minus}{cardinal(str(int(match['power'])))}")

    multiplier = re.compile(rf"[xX](?P<number>{_NUMBER})(?: ?(?P<unit>{here.unit}))?(?![^\W_])")

    def say_multiplier(match: re.Match[str], paragraph: Paragraph) -> Said | None:
        whole = match["number"].isdecimal()
        if whole and not _TIMES.search(paragraph.before(match.start())):
            return None  # x2 is also a name
        unit = f" {here.units[match['unit']].many}" if match["unit"] else ""
        return Said(f"por {say(match['number'], 'none', point=here.point or not whole)}{unit}")

    return (
        Rule("multiplier", "formula", ("x", "X"), multiplier, say_multiplier),
        Rule("scientific notation", "formula", (DIGIT,), _SCIENTIFIC, say_scientific),
        Rule("formula", "formula", (DIGIT, "±"), _FORMULA, say_formula),
        Rule("power of letters", "formula", (JOINED, LETTER), _RAISED_LETTER, say_letters),
        Rule("one less", "formula", (JOINED, LETTER), _LESS, _say_less),
        Rule("power", "formula", (DIGIT,), _RAISED_NUMBER, say_power),
    )


def _say_less(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    """A letter that counts less one or two: los N-1 discos; no road (la N-1)."""
    if _ROAD.search(paragraph.before(match.start())):
        return None
    letter = match["letter"]
    named = letter if len(letter) > 1 else spell(letter, paragraph.region)
    return Said(f"{named} menos {cardinal(match['less'])}")


def _say_formula(match: re.Match[str], paragraph: Paragraph, here: Quantities) -> Said | None:
    """A formula's words; a lone minus between numbers is a range or a score."""
    if not _OTHER_THAN_DASH.search(
        match.group()
    ):  # told at once: a long chain of dashes is asked at each number
        return None
    spoken: list[str] = []
    operators: set[str] = set()
    place, end = match.start(), match.end()
    wants_operator = False
    while place < end:
        piece = (_OPERATION if wants_operator else _PIECE).match(paragraph.text, place, end)
        if piece is None:
            return None
        place = piece.end()
        if piece.lastgroup == "operator":
            operators.add(piece["operator"])
            spoken.append(_OPERATORS[piece["operator"]])
            wants_operator = False
        elif piece.group() != " ":
            measured = (
                here.rule.pattern.match(paragraph.text, piece.start("number")) if place == end else None
            )
            if measured and measured["unit"] and measured["amount"] == piece["number"]:
                said = here.say(measured, paragraph)
                spoken.append(_SIGNS[piece["sign"]] + (said.words if said else ""))
                end = place = measured.end()
            else:
                spoken.append(_operand(piece, here.point or paragraph.pointed))
            wants_operator = True
    if operators == {"·"} and " · " in match.group() and not _POWERED.search(match.group()):
        return None  # Madrid · 20 min: it parts
    return None if operators <= _DASHES else Said(" ".join(spoken), end=end)


_OTHER_THAN_DASH = re.compile(r"[+×✕*·xX÷=≠<>≤≥≈!]")


_OPERATION = re.compile(rf"(?P<operator>{_OPERATOR})| ")


def _operand(piece: re.Match[str], point: bool) -> str:  # noqa: FBT001
    number = _SIGNS[piece["sign"]] + say(piece["number"], "none", point=point)
    return f"{number} {_raised(piece['power'])}" if piece["power"] else number


def _raised(power: str) -> str:
    """The words of a power: al cuadrado, elevado a menos tres."""
    power = power.removeprefix("^")
    minus = "menos " if power[0] in "-−⁻" else ""
    digits = unicodedata.normalize("NFKC", power.lstrip("-−⁻"))
    if not minus and digits in _POWERS:
        return _POWERS[digits]
    return f"elevado a {minus}{cardinal(digits)}"
