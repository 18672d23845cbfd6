"""Durations: 2h30, 12h02m00s, 5' and 5'30"; and decades: los 80s, el Mundial del '78."""

from __future__ import annotations

import re

from tts_baseline.pipelines.f5_spanish.text.amounts import cardinal
from tts_baseline.pipelines.f5_spanish.text.overrides import Gender
from tts_baseline.pipelines.f5_spanish.text.rules import DIGIT, Paragraph, Rule, Said

_START = r"(?<![\w.,'’‘\\])"
_HOURS = re.compile(
    rf"{_START}(?P<hours>\d{{1,3}}) ?[hH] ?(?P<minutes>[0-5]?\d)(?: ?(?:min|m|['’′])"
    r"(?: ?(?P<seconds>[0-5]?\d) ?(?:seg|s|['’]{2}|[\"″”])?)?)?(?![^\W_]|[:.,]\d)"
)
_PRIMES = re.compile(
    rf"{_START}(?P<minutes>\d{{1,3}}) ?['’′]"
    r"(?: ?(?P<seconds>[0-5]?\d) ?(?:[\"″”]|['’]{2})(?P<hundredths>\d{2})?)?(?![\w'’\"″”])"
)
_SECONDS = re.compile(rf"{_START}(?P<seconds>\d{{1,3}}) ?(?:″|['’]{{2}})(?![\w'’\"″”])")
_OPEN_QUOTE = re.compile(r"(?<!\w)['’][^\W\d_]|‘(?![^’]*’)|`(?![^\"'’`]*[\"'’`])")
_QUOTED = 200  # chosen: a quotation in single quotes is shorter
_DECADE = re.compile(r"(?<![\w.,])(?P<century>1\d|20)?(?P<decade>\d0)['’]?s\b")
_SHORT_YEAR = re.compile(r"(?<!\w)['’](?P<year>\d\d)(?:['’]?s)?\b(?!['’])")
_NAMES = {
    "hours": ("hora", "horas"),
    "minutes": ("minuto", "minutos"),
    "seconds": ("segundo", "segundos"),
    "hundredths": ("centésima", "centésimas"),
}


def rules(region: str) -> tuple[Rule, ...]:
    """The rules for durations and decades."""
    return (
        Rule("hours and minutes", "time", (DIGIT,), _HOURS, _say_parts),
        Rule("minutes and seconds", "time", (DIGIT,), _PRIMES, _say_primes),
        Rule("seconds", "time", (DIGIT,), _SECONDS, _say_parts),
        Rule("decade", "date", (DIGIT,), _DECADE, _say_decade),
        Rule("short year", "date", ("'", "’"), _SHORT_YEAR, _say_short_year),
    )


def _say_parts(match: re.Match[str], paragraph: Paragraph) -> Said:
    """The hours, minutes and seconds that are written; noughts after the first are not said."""
    parts = [(name, int(number)) for name, number in match.groupdict().items() if number]
    said = [part for part in parts if part[1]] or parts[:1]
    return Said(" ".join(_part(name, number) for name, number in said))


def _part(name: str, number: int) -> str:
    gender: Gender = "f" if name in ("hours", "hundredths") else "m"
    return f"{cardinal(str(number), gender)} {_NAMES[name][number != 1]}"


def _say_primes(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    """A prime stands for minutes (DPD app. 4), unless it closes a quotation."""
    quoted = match["seconds"] is None and _OPEN_QUOTE.search(
        paragraph.text, max(0, match.start() - _QUOTED), match.start()
    )
    return None if quoted else _say_parts(match, paragraph)


def _say_decade(match: re.Match[str], paragraph: Paragraph) -> Said:
    """A decade has its plural in the article (DPD, década): los ochenta."""
    return Said(cardinal((match["century"] or "") + match["decade"]))


def _say_short_year(match: re.Match[str], paragraph: Paragraph) -> Said:
    """A year without its century, whose apostrophe is not Spanish, and is not said (OLE)."""
    return Said(cardinal(match["year"]))
