"""From one hour to another: 9:00-14:00, 8:00 AM - 6:00 PM, de 10 a 13,30 horas."""

from __future__ import annotations

import re

from tts_baseline.pipelines.f5_spanish.text.amounts import cardinal
from tts_baseline.pipelines.f5_spanish.text.kinds.times import (
    HALF_DAY,
    HOUR,
    HOURS,
    MINUTE,
    clock,
    half_day,
    minutes,
)
from tts_baseline.pipelines.f5_spanish.text.rules import DIGIT, Paragraph, Rule, Said
from tts_baseline.pipelines.f5_spanish.text.sentences import ends_sentence

_DASH = " ?[-–—] ?"
_RANGE = re.compile(
    rf"(?<![^\W_])(?P<hour>{HOUR}):(?P<minute>{MINUTE}){_DASH}(?P<hour2>{HOUR}):(?P<minute2>{MINUTE})"
    rf"(?![\d:]|[.,]\d)(?: ?{HOURS})?"
)
_HALVES = re.compile(
    rf"(?<![^\W_])(?P<hour>{HOUR})(?::(?P<minute>{MINUTE}))?(?: ?(?P<half>{HALF_DAY}))?{_DASH}"
    rf"(?P<hour2>{HOUR})(?::(?P<minute2>{MINUTE}))? ?(?P<half2>{HALF_DAY})"
)
# De 10 a 13,30 horas: with horas after it a comma is none of a decimal, nor is a point before a quarter.
_QUARTERS = "00|15|30|45"
_TIMETABLE = re.compile(
    rf"(?:(?<=\b[Dd]e )|(?<=\bDE ))(?:"
    rf"(?P<hour>{HOUR})(?:[.,:](?P<minute>{MINUTE}))? a "
    rf"(?P<hour2>{HOUR})(?:[.,:](?P<minute2>{MINUTE}))?(?= horas\b)"
    rf"|(?P<hour3>{HOUR})\.(?P<minute3>{_QUARTERS}) [aA] (?P<hour4>{HOUR})\.(?P<minute4>{_QUARTERS})"
    r"(?![\w.,]*\d| ?[€$%]| (?i:euros|dólares|pesos|soles|puntos|millones|mil|metros|kilos|segundos)\b))"
)


def rules(region: str) -> tuple[Rule, ...]:
    """The rules for ranges of hours."""
    return (
        Rule("hours", "range", (DIGIT,), _RANGE, _say_range),
        Rule("hours of halves of a day", "range", (DIGIT,), _HALVES, _say_halves),
        Rule("hours of a timetable", "range", (DIGIT,), _TIMETABLE, _say_timetable),
    )


def _say_range(match: re.Match[str], paragraph: Paragraph) -> Said:
    return Said(
        f"{_of(match, paragraph)}{clock(match['hour'], match['minute'])}"
        f" a {clock(match['hour2'], match['minute2'])}"
    )


def _say_halves(match: re.Match[str], paragraph: Paragraph) -> Said:
    """De ocho de la mañana a seis de la tarde: 8:00 AM - 6:00 PM."""
    first = _moment(match["hour"], match["minute"], match["half"])
    last = _moment(match["hour2"], match["minute2"], match["half2"])
    point = match.group().endswith(".") and ends_sentence(paragraph.text[match.end() : match.end() + 80])
    return Said(f"{_of(match, paragraph)}{first} a {last}", point=point)


def _say_timetable(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    number = "3" if match["hour3"] else ""
    first, last = ("hour3", "hour4") if number else ("hour", "hour2")
    ends = [(match[end], match[end.replace("hour", "minute")] or "") for end in (first, last)]
    if not any(minute for _, minute in ends):
        return None
    return Said(" a ".join(clock(hour, minute) for hour, minute in ends))


def _of(match: re.Match[str], paragraph: Paragraph) -> str:
    """De, where no word before says it."""
    return "" if paragraph.word_before(match.start()).lower() in ("de", "desde", "las") else "de "


def _moment(hour: str, minute: str | None, half: str | None) -> str:
    said = cardinal(str(int(hour)), "f") + minutes(minute or "", announced=False)
    return said + half_day(int(hour), half or "")
