"""Days of the week, shortened beside another, their hours or a date: Lun-Vie 9-18 h, L-V, mar 10 mayo."""

from __future__ import annotations

import re

from tts_baseline.pipelines.f5_spanish.text.rules import Paragraph, Rule, Said

# DPD app. 2; the first letters are how timetables have them.
_DAYS = {
    "lun": "lunes", "mar": "martes", "mié": "miércoles", "mie": "miércoles", "jue": "jueves",
    "vie": "viernes", "sáb": "sábado", "sab": "sábado", "dom": "domingo",
}  # fmt: skip
_LETTERS = {
    "L": "lunes", "M": "martes", "X": "miércoles", "J": "jueves", "V": "viernes",
    "S": "sábado", "D": "domingo",
}  # fmt: skip
_DAY = "|".join((*_DAYS, *(day.capitalize() for day in _DAYS), *(day.upper() for day in _DAYS)))
_NAMES = "lunes|martes|miércoles|jueves|viernes|sábado|domingo"
_NAMED = re.compile(rf"(?<![^\W_])(?P<first>(?i:{_NAMES})) ?[-–—] ?(?P<last>(?i:{_NAMES}))(?![^\W_])")
_JOINING = r" ?[-–—] ?| (?:a|y|al) |/|, ?"
_HOURS = r"(?=:? ?(?:de )?(?:las? )?\d{1,2}(?::\d\d|[ -–]?h|\.\d\d| ?[-–a] ?\d))"
_MONTHS = "ene|feb|mar|abr|may|jun|jul|ago|sep|set|oct|nov|dic"
_DATE = rf"(?=,? \d{{1,2}} (?:de )?(?i:{_MONTHS})[a-z]*\b)"
_SEVERAL = re.compile(
    rf"(?<![^\W_])(?P<first>{_DAY})\.?(?P<joining>{_JOINING})(?P<last>{_DAY})(?:\.(?=[ ,:]+\d)|)(?![^\W_])"
)
_ONE = re.compile(rf"(?<![^\W_])(?P<first>{_DAY})(?![^\W_])\.?(?:{_HOURS}|{_DATE})")
_BY_LETTER = re.compile(
    rf"(?<![^\W_])(?P<first>[LMXJVSD])(?P<joining>[-–]| a )(?P<last>[LMXJVSD])(?![^\W_]){_HOURS}"
)
_RANGE = frozenset("-–—a")


def rules(region: str) -> tuple[Rule, ...]:
    """The rules for two days, for one before its hours, and for days by their letters."""
    heads = tuple(_DAY.split("|"))
    names = tuple(form for name in _NAMES.split("|") for form in (name, name.capitalize(), name.upper()))
    return (
        Rule("named days of the week", "range", names, _NAMED, _say_named),
        Rule("days of the week", "range", heads, _SEVERAL, _say),
        Rule("day of the week", "date", heads, _ONE, _say),
        Rule("days by their letters", "range", tuple(_LETTERS), _BY_LETTER, _say),
    )


def _say(match: re.Match[str], paragraph: Paragraph) -> Said:
    groups = match.groupdict()
    first, last = _name(groups["first"]), groups.get("last")
    if not last:
        return Said(first)
    joining = groups["joining"].strip()
    joined = "a" if joining in _RANGE else {",": ",", "/": "o"}.get(joining, joining)
    return Said(f"{first}{'' if joined == ',' else ' '}{joined} {_name(last)}")


def _say_named(match: re.Match[str], paragraph: Paragraph) -> Said:
    return Said(f"{match['first'].lower()} a {match['last'].lower()}")


def _name(written: str) -> str:
    return _LETTERS[written] if written in _LETTERS else _DAYS[written.lower()]
