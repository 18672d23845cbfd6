"""Degrees that are written with º or °, which are also ordinal marks; and coordinates."""

from __future__ import annotations

import re

from tts_baseline.pipelines.f5_spanish.text.amounts import SIGNS, cardinal, say
from tts_baseline.pipelines.f5_spanish.text.overrides import overrides, words
from tts_baseline.pipelines.f5_spanish.text.rules import DIGIT, JOINED, LETTER, Paragraph, Rule, Said

_NUMBER = r"(?P<number>\d{1,4}(?:[.,]\d{1,2})?)"
_DEGREES = re.compile(rf"(?<![^\W_])(?P<sign>(?<![^\s(«\"“¿¡:=,])[-−–+])?{_NUMBER} ?[º°](?![^\W_]| ?[CF]\b)")
_COORDINATES = re.compile(
    r"(?<![^\W_])(?:(?P<first>[NSEOW]) ?)?(?P<degrees>\d{1,3}(?:[.,]\d+)?) ?[°º]"
    r"(?: ?(?P<minutes>\d{1,2}(?:[.,]\d+)?) ?['’′])?"
    r"(?: ?(?P<seconds>\d{1,2}(?:[.,]\d+)?) ?(?:″|”|\"|['’]{2}))?"
    r"(?: ?(?P<side>[NSEOW])(?![^\W_]))?"
)
_SIDES = {"N": "norte", "S": "sur", "E": "este", "O": "oeste", "W": "oeste"}
_NAMES = {
    "degrees": ("grado", "grados"),
    "minutes": ("minuto", "minutos"),
    "seconds": ("segundo", "segundos"),
}
_NOUN = re.compile(" ([a-záéíóúñ]{3,})")
_SCHOOL = re.compile(
    r" de (?:primaria|secundaria|ESO|bachillerato|bachiller|carrera|infantil|EGB|BUP|grado)\b"
)
_MONTH = re.compile(
    r" de (?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|se[pt]+iembre|octubre|nov|dic)"
)


def rules(region: str) -> tuple[Rule, ...]:
    """The rules for coordinates and degrees."""
    return (
        Rule("coordinates", "measure", (DIGIT, JOINED, LETTER, "E", "O"), _COORDINATES, _say_coordinates),
        Rule("degrees", "measure", (DIGIT, "-", "−", "–", "+"), _DEGREES, _say_degrees),
    )


def _say_coordinates(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    parts = [(name, number) for name, number in match.groupdict().items() if number and name in _NAMES]
    side = match["side"] or match["first"]
    if len(parts) < 2 and not match["side"]:
        return None
    point = paragraph.region in overrides().decimal_point
    spoken = [f"{say(n.lstrip('0') or '0', 'm', point=point)} {_NAMES[name][n != '1']}" for name, n in parts]
    return Said(" ".join((*spoken, _SIDES[side])) if side else " ".join(spoken))


def _say_degrees(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    """Degrees where no ordinal can be: after a decimal or a minus, or where the words around say so."""
    number, rest = match["number"], paragraph.text[match.end() : match.end() + 40]
    exact = "," in number or "." in number or match["sign"]
    if not exact and not _measured(paragraph, match, rest):
        return None
    point = paragraph.region in overrides().decimal_point
    words_said = say(number, "m", point=point) if exact else cardinal(number, "m")
    return Said(f"{SIGNS[match['sign'] or '']}{words_said} {'grado' if number == '1' else 'grados'}")


def _measured(paragraph: Paragraph, match: re.Match[str], rest: str) -> bool:
    previous = paragraph.word_before(match.start()).lower()
    noun = _NOUN.match(rest)
    if _SCHOOL.match(rest) or _MONTH.match(rest):
        return False
    if noun and noun.group(1) not in words("not-noun") and noun.group(1) not in words("after-degrees"):
        return False
    return previous in words("before-degrees")
