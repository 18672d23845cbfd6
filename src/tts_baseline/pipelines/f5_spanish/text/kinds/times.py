"""Times of day in digits: 7:45, a las 9.30, 5 p. m., 9:00-14:00, GMT-3."""

from __future__ import annotations

import re

from tts_baseline.pipelines.f5_spanish.text.amounts import cardinal
from tts_baseline.pipelines.f5_spanish.text.kinds.spelling import spell
from tts_baseline.pipelines.f5_spanish.text.overrides import overrides, words
from tts_baseline.pipelines.f5_spanish.text.rules import DIGIT, Paragraph, Rule, Said
from tts_baseline.pipelines.f5_spanish.text.sentences import ends_sentence

HALF_DAY = r"[aApP](?:\. ?[mM]\.?|[mM]\b(?:\.(?=[,;)]))?)"
HOURS = r"(?:h(?:s|rs|oras)?|H(?:S|RS|ORAS)|Hrs)\b\.?(?!\w)"
HOUR, MINUTE = r"(?:[01]?\d|2[0-4])", r"[0-5]\d"
_TIME = re.compile(
    rf"(?<![^\W_])(?:(?P<hour>{HOUR}):(?P<minute>{MINUTE})(?::(?P<second>{MINUTE}))?(?![\d:]|[.,]\d)"
    rf"(?: ?(?P<half>{HALF_DAY})| ?(?P<hours>{HOURS}))?"
    rf"|(?P<hour2>{HOUR})\.(?P<minute2>{MINUTE})(?![\d.,])(?: ?(?P<half2>{HALF_DAY})| ?(?P<hours2>{HOURS}))"
    rf"|(?:(?<=\blas )|(?<=\bLAS ))(?P<hour3>{HOUR})[.,](?P<minute3>{MINUTE})(?!\d|[.,]\d| ?%)"
    rf"(?: ?(?P<hours3>{HOURS}))?"
    rf"|(?P<hour4>1[0-2]|0?[1-9]) ?(?P<half4>{HALF_DAY})"
    rf"|(?:(?<=\blas )|(?<=\bla ))(?P<hour5>0\d) ?(?P<hours5>{HOURS}))"
)
_MINUTE = re.compile(
    r"(?:(?<=\b[Ee]l )|(?<=\b[Aa]l )|(?<=\b[Dd]el ))(?P<minute>\d{1,3})(?:['’′´](?![\w'])|min(?= ))"
)
_VERSE = re.compile(r"(?<![^\W_])(?P<chapter>\d{1,3}):(?P<verse>\d{1,3})(?:[-–](?P<last>\d{1,3}))?(?![\d:])")
_ZONE = re.compile(
    rf"(?<![^\W_])(?P<zone>GMT|UTC) ?(?P<sign>[-−–+])(?P<hour>{HOUR})(?::(?P<minute>{MINUTE}))?(?![\w:])"
)
_NOON = re.compile(
    r"(?<![\w:.,])(?:(?<=\b[Ll]as )12 m\b\.?|12(?::(?P<minute>[0-5]\d))? (?:m\. ?d\.|md\b|M\. ?D\.)"
    r"|12:(?P<minute2>[0-5]\d) ?m(?:\.(?!\w)|(?![\w.])))"
)
_ZONES = re.compile(r" (?:[A-Z]{3,4}|UTC[-+−]\d+)(?![^\W_])")


def rules(region: str) -> tuple[Rule, ...]:
    """The rules for noon, times of day and time zones."""
    return (
        Rule("noon", "time", (DIGIT,), _NOON, _say_noon),
        Rule("time", "time", (DIGIT,), _TIME, _say_time),
        Rule("time zone", "time", ("GMT", "UTC"), _ZONE, _say_zone),
    )


def others(region: str) -> tuple[Rule, ...]:
    """The rules for what is no time of day: the minute of a match, chapter and verse."""
    return (
        Rule("minute of a match", "time", (DIGIT,), _MINUTE, _say_minute),
        Rule("verse", "code", (DIGIT,), _VERSE, _say_verse),
    )


def clock(hour: str, minute: str) -> str:
    """The words of an hour and a minute: siete y media, catorce cero cinco."""
    announced = not 1 <= int(hour) <= 12
    return cardinal(str(int(hour)), "f") + minutes(minute, announced=announced)


def _say_noon(match: re.Match[str], paragraph: Paragraph) -> Said:
    """12 m. is the meridian (DPD, hora)."""
    ends = match.group().endswith(".") and ends_sentence(paragraph.text[match.end() : match.end() + 80])
    minute = match["minute"] or match["minute2"] or ""
    return Said(f"doce{minutes(minute, announced=False)} del mediodía", point=ends)


def _say_verse(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    if paragraph.word_before(match.start()).lower() not in words("verse"):
        return None
    last = f" a {cardinal(match['last'])}" if match["last"] else ""
    return Said(f"{cardinal(match['chapter'])} {cardinal(match['verse'])}{last}")


def _say_minute(match: re.Match[str], paragraph: Paragraph) -> Said:
    """Gol en el 43': in the minute that is said by its number."""
    return Said(f"minuto {cardinal(match['minute'])}")


def _say_zone(match: re.Match[str], paragraph: Paragraph) -> Said:
    sign = "más" if match["sign"] == "+" else "menos"
    minute = match["minute"] or "00"
    half = " y media" if minute == "30" else f" {cardinal(minute)}"
    hour = cardinal(str(int(match["hour"])))
    return Said(f"{spell(match['zone'], paragraph.region)} {sign} {hour}{'' if minute == '00' else half}")


def _say_time(match: re.Match[str], paragraph: Paragraph) -> Said:
    """A time's words: as in conversation for the hours 1 to 12 (siete y cinco, diez y media, siete cuarenta y
    cinco), as in announcements for the others (trece cero cinco, veinte horas)."""
    hour, minute, half = int(_any(match, "hour")), _any(match, "minute"), _any(match, "half")
    hours_said = cardinal(str(hour), "f")
    if match["second"]:
        parts = [hours_said, "hora" if hour == 1 else "horas"]
        for value, singular, plural in (
            (minute, "minuto", "minutos"),
            (match["second"], "segundo", "segundos"),
        ):
            parts += [cardinal(str(int(value)), "m"), singular if int(value) == 1 else plural]
        return Said(" ".join(parts[:4]) + " y " + " ".join(parts[4:]))
    announced = not half and not 1 <= hour <= 12
    unit = " horas" if announced and (_any(match, "hours") or minute == "00") else ""
    spoken = hours_said + minutes(minute, announced=announced) + unit + half_day(hour, half)
    written, rest = (
        _any(match, "half") or _any(match, "hours"),
        paragraph.text[match.end() : match.end() + 80],
    )
    return Said(spoken, point=written.endswith(".") and not _ZONES.match(rest) and ends_sentence(rest))


def minutes(minute: str, *, announced: bool) -> str:
    """The words of minutes after their hour: y media, cero cinco; "" for none."""
    if minute in ("", "00"):
        return ""
    if announced:
        zero = "cero " if minute[0] == "0" else ""
        return f" {zero}{cardinal(str(int(minute)))}"
    if minute in ("15", "30"):
        return {"15": " y cuarto", "30": " y media"}[minute]
    joined = " y " if int(minute) < 30 else " "
    return joined + cardinal(str(int(minute)))


def half_day(hour: int, half: str) -> str:
    """The part of the day for a. m. or p. m. (DPD, hora)."""
    if not half:
        return ""
    if half[0] in "aA":
        return " de la noche" if hour == 12 else " de la mañana"
    if hour == 12:
        return " del mediodía"
    return " de la tarde" if hour + 12 < overrides().night else " de la noche"


def _any(match: re.Match[str], name: str) -> str:
    """The first non-empty one of the groups name, name2, …, or ''."""
    groups = match.groupdict()
    return next((groups[n] for n in (name, *(name + str(i) for i in range(2, 6))) if groups.get(n)), "")
