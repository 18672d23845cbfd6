"""Two numbers with a dash: a score, a season, a code, or (left to the quantities) a range. Decided here."""

from __future__ import annotations

import re

from tts_baseline.pipelines.f5_spanish.plan import Alternative
from tts_baseline.pipelines.f5_spanish.text.amounts import cardinal, say
from tts_baseline.pipelines.f5_spanish.text.kinds.quantities import Quantities, quantities
from tts_baseline.pipelines.f5_spanish.text.overrides import words
from tts_baseline.pipelines.f5_spanish.text.rules import DIGIT, Paragraph, Rule, Said

_PAIR = re.compile(
    r"(?<![^\W_])(?P<first>\d++(?:[.,]\d+)*+) ?[-–—] ?(?P<second>\d++(?:[.,]\d+)*+)(?![^\W_]| ?[-–—/=] ?\d)"
)
_NAME_AFTER = re.compile(r" [A-ZÁÉÍÓÚÑ]\w")
_NAME_BEFORE = re.compile(r"[A-ZÁÉÍÓÚÑ][\w.]* \Z")
_YEAR = re.compile(r"(?:19|20)\d\d")
_ERA = re.compile(r" ?[aA]\.? ?(?:de )?C\b| A?EC\b")
_ADDRESS = re.compile(r"# ?\Z")  # carrera 7 # 12-34: a street, and the metres from it
_DECIMAL = re.compile(r"\d+(?:\.\d+)?")
_PACKAGE = re.compile(r"(?<![^\W_])[a-z]\w*-[a-z]\w* \Z")  # net-tools 1.60-4: a version
_MOST_GOALS = 30  # chosen: more is no score of goals or sets
_MOST_POINTS = 199  # chosen: of basketball
_OF_POINTS = re.compile(
    r"(?i:\b(?:baloncesto|básquet\w*|NBA|ACB|Euroliga|rebotes|triples|cuarto|parcial|balance|marcador|tanteo|vestuarios"
    r"|descanso)\b)"
)
_LONGEST_RANGE = 4  # chosen: beside a unit, numbers of more digits are codes


def rules(region: str) -> tuple[Rule, ...]:
    """The rule for pairs that are no range."""
    here = quantities(region)

    def say_pair(match: re.Match[str], paragraph: Paragraph) -> Said | None:
        return _say(match, paragraph, here)

    return (Rule("pair", "code", (DIGIT,), _PAIR, say_pair),)


def _say(match: re.Match[str], paragraph: Paragraph, here: Quantities) -> Said | None:
    """The words of a pair by what it is; None for a range, or where a unit follows."""
    measured = here.rule.pattern.match(paragraph.text, match.start())
    if (measured and (measured["unit"] or measured["scale"])) or _ERA.match(paragraph.text, match.end()):
        return None
    first, second = match["first"], match["second"]
    word = paragraph.word_before(match.start())
    previous = word.lower()
    most = _MOST_POINTS if _OF_POINTS.search(paragraph.text) else _MOST_GOALS
    coded = previous in words("coded") and word != "en"  # EN, a European standard
    before = paragraph.before(match.start())
    whole = first.isdecimal() and second.isdecimal()
    as_range = f"{say(first, 'none', point=here.point)} a {say(second, 'none', point=here.point)}"
    if whole and (previous in words("season") or _is_season(first, second)):
        both = f"{cardinal(first)} {cardinal(second.lstrip('0') or '0')}"
        return Said(both, "date", others=(Alternative(type="range", reading=as_range, rule="quantity"),))
    if previous in words("subtraction") and whole:
        return Said(f"{cardinal(first)} menos {cardinal(second)}", "formula")
    if whole and _ADDRESS.search(before):
        return Said(f"{cardinal(first)} {cardinal(second)}", "code")
    if "." in first and _YEAR.fullmatch(second) and len(first) > len(second):
        return Said(f"{say(first, 'none', point=True)} {cardinal(second)}", "code")  # 1003.1-1990: a standard
    if "." in first and second.isdecimal() and _PACKAGE.search(before):
        return Said(f"{say(first, 'none', point=True)} guion {cardinal(second)}", "version")
    if coded or not _is_range(first, second, whole):
        score = previous in words("score") or _is_score(first, second, whole, most)
        if not score or coded:
            return Said(" ".join(_code(part, here) for part in (first, second)), "code")
    name = _NAME_AFTER.match(paragraph.text, match.end()) or _NAME_BEFORE.search(before)
    won = int(first) >= int(second) if whole else False
    if _is_score(first, second, whole, most) and (previous in words("score") or name or won):
        return Said(as_range, "score", others=(Alternative(type="range", reading=as_range, rule="quantity"),))
    return None


def _is_season(first: str, second: str) -> bool:
    """2003-04: a year, and the two last digits of the next one."""
    return len(first) == 4 and len(second) == 2 and (int(first) + 1) % 100 == int(second)


def _is_score(first: str, second: str, whole: bool, most: int = _MOST_GOALS) -> bool:  # noqa: FBT001
    return whole and max(len(first), len(second)) <= 3 and max(int(first), int(second)) <= most


def _is_range(first: str, second: str, whole: bool) -> bool:  # noqa: FBT001
    """True if the numbers can be the ends of a range: plain, and the second one is larger."""
    if "." in first and first.count(".") > 1:
        return False
    if not whole:
        plain = _DECIMAL.fullmatch(first) and _DECIMAL.fullmatch(second)
        return not plain or float(first) < float(second)
    short = len(second) < len(first) <= _LONGEST_RANGE and len(second) == 2  # 1939-45
    return int(first) < int(second) or short


def _code(part: str, here: Quantities) -> str:
    return say(part, "none", point=here.point)
