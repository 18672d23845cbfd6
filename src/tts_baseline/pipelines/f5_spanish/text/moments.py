"""Reads out dates and times of day that are written in digits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tts_baseline.pipelines.f5_spanish.text.amounts import cardinal
from tts_baseline.pipelines.f5_spanish.text.sentences import ends_sentence

if TYPE_CHECKING:
    from tts_baseline.pipelines.f5_spanish.text.reader import Read

_MONTH = "enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre"
_MONTHS = _MONTH.split("|")
_D, _M = "(?:0?[1-9]|[12]\\d|3[01])", "(?:0?[1-9]|1[0-2])"
_HALF_DAY = r"[aApP](?:\. ?[mM]\.?|[mM]\b)"

DATE = (
    rf"(?P<day>{_D})(?P<slash>[/.-])(?P<month>{_M})(?P=slash)(?P<year>[12]\d{{3}})(?![\d/-])"
    rf"|(?P<day2>{_D})/(?P<month2>{_M})/(?P<year2>\d\d)(?![\d/-])"
    rf"|(?P<year3>[12]\d{{3}})-(?P<month3>{_M})-(?P<day3>{_D})(?![\d/-])"
    rf"|(?:(?<=\b[eE]l )|(?<=\b[aA]l )|(?<=\b[dD]el )|(?<=\b[dD]ía ))"
    rf"(?P<day4>{_D})[/-](?P<month4>{_M})(?![\d/%-])(?! ?[%€$])"
    rf"|(?P<first>1)(?= de (?:{_MONTH}|setiembre)\b)"
)
TIME = (
    r"(?P<hour>[01]?\d|2[0-4]):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?(?![\d:]|[.,]\d)"
    rf"(?: ?(?P<half>{_HALF_DAY})| ?(?P<hours>h(?:s|rs|oras)?\b\.?(?!\w)))?"
    r"|(?P<hour2>[01]?\d|2[0-4])\.(?P<minute2>[0-5]\d)(?![\d.,])"
    rf"(?: ?(?P<half2>{_HALF_DAY})| ?(?P<hours2>h(?:s|rs|oras)?\b\.?(?!\w)))"
    r"|(?<=\blas )(?P<hour3>[01]?\d|2[0-4])\.(?P<minute3>[0-5]\d)(?![\d.,%])(?! ?%)"
    rf"|(?P<hour4>1[0-2]|0?[1-9]) ?(?P<half4>{_HALF_DAY})"
)


def date(match: re.Match[str], read: Read, *, first: str) -> str:
    """A date's words, day first: tres de noviembre de dos mil veintiséis; `first` is the word for day 1.

    A year of two digits stays short (tres de noviembre del veintiséis), because its century is unknown.
    """
    if match["first"]:
        return first
    day, month = _any(match, "day"), _any(match, "month")
    spoken = first if int(day) == 1 else cardinal(str(int(day)), "none", read)
    spoken += f" de {_MONTHS[int(month) - 1]}"
    if match["year2"]:
        return f"{spoken} del {cardinal(match['year2'], 'none', read)}"
    year = _any(match, "year")
    return f"{spoken} de {cardinal(year, 'none', read)}" if year else spoken


def time(match: re.Match[str], read: Read) -> str:
    """A time's words: as in conversation for the hours 1 to 12 (siete y cinco, diez y media, siete cuarenta y
    cinco), as in announcements for the others (trece cero cinco, veinte horas)."""
    hour, minute, half = int(_any(match, "hour")), _any(match, "minute"), _any(match, "half")
    hours_said = cardinal(str(hour), "f", read)
    if match["second"]:
        parts = [hours_said, "hora" if hour == 1 else "horas"]
        for value, singular, plural in (
            (minute, "minuto", "minutos"),
            (match["second"], "segundo", "segundos"),
        ):
            parts += [cardinal(str(int(value)), "m", read), singular if int(value) == 1 else plural]
        return " ".join(parts[:4]) + " y " + " ".join(parts[4:])
    announced = not half and not 1 <= hour <= 12
    unit = " horas" if announced and (_any(match, "hours") or minute == "00") else ""
    spoken = hours_said + _minutes(minute, read, announced=announced) + unit + _half_day(hour, half)
    written = _any(match, "half") or _any(match, "hours")
    return spoken + _final_point(written, match.string[match.end() :])


def _minutes(minute: str, read: Read, *, announced: bool) -> str:
    if minute in ("", "00"):
        return ""
    if announced:
        zero = "cero " if minute[0] == "0" else ""
        return f" {zero}{cardinal(str(int(minute)), 'none', read)}"
    if minute in ("15", "30"):
        return {"15": " y cuarto", "30": " y media"}[minute]
    joined = " y " if int(minute) < 30 else " "
    return joined + cardinal(str(int(minute)), "none", read)


def _half_day(hour: int, half: str) -> str:
    """The part of the day for a. m. or p. m. (DPD, hora)."""
    if not half:
        return ""
    if half[0] in "aA":
        return " de la noche" if hour == 12 else " de la mañana"
    if hour == 12:
        return " del mediodía"
    return " de la tarde" if hour < 8 else " de la noche"


def _final_point(written: str, rest: str) -> str:
    """A point if that of the abbreviation also ends the sentence, else nothing."""
    return "." if written.endswith(".") and ends_sentence(rest) else ""


def _any(match: re.Match[str], name: str) -> str:
    """The first non-empty one of the groups name, name2, …, or ''."""
    groups = match.groupdict()
    return next((groups[n] for n in (name, *(name + str(i) for i in range(2, 5))) if groups.get(n)), "")
