"""Dates in digits, and in digits and words: 3/11/2026, 2026-11-03, 3 de mayo de 1985, 21 oct 2020."""

from __future__ import annotations

import re

from tts_baseline.pipelines.f5_spanish.text.amounts import cardinal
from tts_baseline.pipelines.f5_spanish.text.kinds.times import clock
from tts_baseline.pipelines.f5_spanish.text.overrides import overrides
from tts_baseline.pipelines.f5_spanish.text.rules import DIGIT, Paragraph, Rule, Said

_MONTH = "enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|setiembre|octubre|noviembre|diciembre"
_MONTHS = _MONTH.replace("|setiembre", "").split("|")
_SHORT = {month[:3]: month for month in _MONTHS} | {"sept": "septiembre"}  # DPD app. 2
_ENGLISH = {"jan": "enero", "apr": "abril", "aug": "agosto", "dec": "diciembre"}  # as systems write dates
_ABBREVIATED = "|".join(sorted(_SHORT, key=len, reverse=True))
_D, _M = "(?:0?[1-9]|[12]\\d|3[01])", "(?:0?[1-9]|1[0-2])"
_END = r"(?![\w/-]|[.,]\d)"
_YEAR_FIRST = re.compile(
    rf"(?<![^\W_])(?P<sign>[-−](?=0))?(?P<year>[12]\d{{3}}|0\d{{3}}(?=-))(?P<mark>[-/])(?P<month>{_M})(?P=mark)(?P<day>{_D})"
    r"(?:[T ](?P<hour>[01]\d|2[0-4]):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d)(?:[.,]\d+)?)?"
    r"(?:Z|(?P<zone>[+-]\d\d:?\d\d))?)?"
    r"(?![\d/-])"
)
_DAY_FIRST = re.compile(
    rf"(?<![^\W_])(?:(?P<day>{_D})(?P<mark>[/.-])(?P<month>{_M})(?P=mark)(?P<year>[12]\d{{3}})(?![\d/-])"
    rf"|(?<![\w.])(?P<day4>(?=\d\d){_D})\.(?P<month4>0[1-9]|1[0-2])\.(?P<year4>\d\d)(?![\w/-]|\.\d)"
    rf"|(?P<day2>{_D})/(?P<month2>{_M})/(?P<year2>\d\d)(?![\d/-])"
    rf"|(?<![\w-])(?P<day5>(?=\d\d){_D})-(?P<month5>0[1-9]|1[0-2])-(?P<year5>\d\d)(?![\w/-]|\.\d)"
    r"|(?:(?<=\b[eE]l )|(?<=\b[aA]l )|(?<=\b[dD]el )|(?<=\b[dD]ía ))"
    rf"(?P<day3>{_D})[/-](?P<month3>{_M})(?![\d/%-])(?! ?[%€$]))"
)
# 25/07, 06/01 – Epifanía, 2018 31/12: no fraction has a zero before it, and of a year a day follows.
_SLASHED = re.compile(
    r"(?<![\w/.,-])(?:(?P<day>0[1-9]|[12]\d|3[01])/(?P<month>0[1-9])|(?P<day2>0[1-9])/(?P<month2>1[0-2])"
    r"|(?<=\b[12]\d{3} )(?P<day3>[12]\d|3[01])/(?P<month3>1[0-2]))(?![\w/]|[.,]\d)"
)
_GOALS = re.compile(r"\d-\d")
_OF_DATES = re.compile(
    r"\b(?:día|desde el|hasta el|fecha\w*:? (?:es )?(?:el|del)) \Z|\bdel \d\d?-\d\d? al \Z"
)
_HOUR_AFTER = re.compile(r" a las? \d| al \d\d?-\d")
_MONTH_FIRST = re.compile(
    r"(?<![^\W_])(?P<month>0?[1-9]|1[0-2])/(?P<day>1[3-9]|2\d|3[01])/(?P<year>[12]\d{3})(?![\d/-])"
)
_NAMED = re.compile(
    rf"(?<![^\W_])(?P<day>{_D})(?: (?P<of_month>(?i:de)) | )"
    rf"(?:(?P<month>(?i:{_MONTH}))\b"
    r"(?:(?P<of>,? (?i:del?) (?:año )?|,? )(?P<year>\d{4}|(?<=l )\d\d)(?!\d))?"
    rf"|(?P<short>(?i:{_ABBREVIATED}))\b\.?(?P<of_short>(?: del?)? )(?P<year_short>[12]\d{{3}}))"
    rf"(?![^\W_])(?!\.?\d)"
)
_SHORT_DASHED = "|".join((*_SHORT, *_ENGLISH))
_DASHED = re.compile(
    rf"(?<![\w-])(?P<day>{_D})-(?P<short>(?i:{_SHORT_DASHED}))-(?P<year>[12]\d{{3}}|\d\d)(?![\w-])"
    rf"|(?<![\w-])(?P<day2>{_D})-(?P<short2>{'|'.join(_SHORT)})(?![\w-])"
)
_MONTH_YEAR = re.compile(
    rf"(?<![^\W_])(?:(?P<month>(?i:{_MONTH})),?(?P<of> del? | )(?P<year>[12]\d{{3}}){_END}"
    rf"|(?P<short>(?i:{_ABBREVIATED}))"
    rf"(?:\.(?: del?)? (?P<year_short>[12]\d{{3}}|\d\d)|[-/](?P<dashed>[12]\d{{3}})){_END})"
)
_STREET = re.compile(r"(?i:\b(?:av|avda|bv|bvar|pje)\.|\b(?:avenida|calle|bulevar|pasaje|plaza)) \Z")
_HEADS = [
    form for month in (*_MONTHS, "setiembre", *_SHORT) for form in (month, month.capitalize(), month.upper())
]


def rules(region: str) -> tuple[Rule, ...]:
    """The rules for dates."""
    return (
        Rule("year first", "date", (DIGIT, "-", "−"), _YEAR_FIRST, _say_year_first),
        Rule("date", "date", (DIGIT,), _DAY_FIRST, _say_date),
        Rule("day and month", "date", (DIGIT,), _SLASHED, _say_date),
        Rule("month first", "date", (DIGIT,), _MONTH_FIRST, _say_date),
        Rule("named month", "date", (DIGIT,), _NAMED, _say_named),
        Rule("day, month and year with dashes", "date", (DIGIT,), _DASHED, _say_dashed),
        Rule("month and year", "date", _HEADS, _MONTH_YEAR, _say_month_year),
    )


def _day(day: str, region: str) -> str:
    number = str(int(day))
    if number == "1" and region not in overrides().first_is_uno:
        return "primero"
    return cardinal(number)


def _say_date(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    """A date's words, day first: tres de noviembre de dos mil veintiséis.

    A year of two digits stays short (tres de noviembre del veintiséis), because its century is unknown.
    """
    dated = _OF_DATES.search(paragraph.before(match.start())) or _HOUR_AFTER.match(
        paragraph.text, match.end()
    )
    if _GOALS.fullmatch(match.group()) and not dated:
        return None  # el 2-1 is a score
    groups = {name.rstrip("12345"): value for name, value in match.groupdict().items() if value}
    spoken = f"{_day(groups['day'], paragraph.region)} de {_MONTHS[int(groups['month']) - 1]}"
    year = groups.get("year")
    if year:
        spoken += f" {'del' if len(year) == 2 else 'de'} {cardinal(year)}"
    return Said(spoken, regional=int(groups["day"]) == 1)


def _say_year_first(match: re.Match[str], paragraph: Paragraph) -> Said:
    spoken = f"{_day(match['day'], paragraph.region)} de {_MONTHS[int(match['month']) - 1]}"
    early = f"del año{' menos' * bool(match['sign'])}" if match["year"][0] == "0" else "de"
    spoken += f" {early} {cardinal(str(int(match['year'])))}"
    if match["hour"]:
        spoken += f" a la{'' if int(match['hour']) == 1 else 's'} {_moment(match)}"
    return Said(spoken)


def _moment(match: re.Match[str]) -> str:
    """The time of a moment as logs have it: the seconds are said, and the distance from UTC."""
    spoken = clock(match["hour"], match["minute"])
    if match["second"] and match["second"] != "00":
        spoken = (
            f"{spoken} y {cardinal(str(int(match['second'])), 'm')} segundo{'s' * (match['second'] != '01')}"
        )
    if not match["zone"] or not int(match["zone"][1:3]):
        return spoken
    sign = "más" if match["zone"][0] == "+" else "menos"
    half = " y media" if match["zone"][-2:] == "30" else ""
    return f"{spoken} {sign} {cardinal(str(int(match['zone'][1:3])))}{half}"


def _say_named(match: re.Match[str], paragraph: Paragraph) -> Said:
    """A day with its month, as it is written; 1 enero, without de, is uno de enero."""
    day = _day(match["day"], paragraph.region) if match["of_month"] else cardinal(str(int(match["day"])))
    month = match["month"] or _SHORT[match["short"].lower()]
    year = match["year"] or match["year_short"]
    of = (match["of"] or match["of_short"] or "").strip(" ,")
    spoken = f"{day} de {month}"
    if year and not of and (_STREET.search(paragraph.before(match.start())) or not 1000 <= int(year) < 2200):
        return Said(f"{spoken} {cardinal(year)}")  # 9 de Julio 1234: a street, and the house
    return Said(f"{spoken} {of.lower() or 'de'} {cardinal(year)}" if year else spoken)


def _say_dashed(match: re.Match[str], paragraph: Paragraph) -> Said:
    if match["day2"]:
        return Said(f"{_day(match['day2'], paragraph.region)} de {_SHORT[match['short2']]}")
    month = (_SHORT | _ENGLISH)[match["short"].lower()]
    of = "del" if len(match["year"]) == 2 else "de"
    return Said(f"{_day(match['day'], paragraph.region)} de {month} {of} {cardinal(match['year'])}")


def _say_month_year(match: re.Match[str], paragraph: Paragraph) -> Said:
    if match["short"]:
        month, year = _SHORT[match["short"].lower()], match["year_short"] or match["dashed"]
        return Said(f"{month} {cardinal(year)}" if len(year) == 2 else f"{month} de {cardinal(year)}")
    return Said(f"{match['month']} {match['of'].strip() or 'de'} {cardinal(match['year'])}")
