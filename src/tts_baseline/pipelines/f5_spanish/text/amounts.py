"""Written amounts such as 1.250,50: their parts and their words."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from tts_baseline.core.records import Record
from tts_baseline.pipelines.f5_spanish.text import numerals
from tts_baseline.pipelines.f5_spanish.text.agreement import agree, agree_one
from tts_baseline.pipelines.f5_spanish.text.overrides import names, overrides

if TYPE_CHECKING:
    from tts_baseline.pipelines.f5_spanish.text.overrides import Gender

# An apostrophe for the decimal mark is not Spanish any more, but is written (DPD, apóstrofo): 22'6.
_APOSTROPHE = r"(?:[1-9]\d{0,2}(?:['’]\d{3})+|\d+['’]\d+)(?![\d'’\"″])"
NUMBER = rf"(?:\d{{1,3}}(?: \d{{3}})+(?:,\d+)?(?![\d]|[.,]\d)|{_APOSTROPHE}|\d++(?:[.,]\d+)*+)"
SIGNS = {"": "", "+": "más ", "-": "menos ", "−": "menos ", "–": "menos "}
_MARKS = {".": "punto", ",": "coma", "'": "coma", "’": "coma"}
_GROUPED = re.compile(r"([1-9]\d{0,2}([., '’])\d{3}(?:\2\d{3})*)(?:(?!\2)([.,])(\d+))?")
_PLAIN = re.compile(r"(\d+)(?:([.,'’])(\d+))?")
_LONGEST = 15  # chosen: nobody says a longer one as a number
_LONGEST_UNGROUPED = 9  # chosen: longer ones without separators are identifiers, as telephone numbers are
_DECIMALS_AS_NUMBER = 3  # NGLE, on numerals


class Amount(Record, frozen=True, kw_only=True):
    """A number's digits before and after the decimal mark, the mark's name, and whether it had groups."""

    integer: str
    decimals: str = ""
    mark: str = ""
    grouped: bool = False


def parse(written: str, *, point: bool) -> Amount | None:
    """The parts of a written number; None if its marks make no number (3.11.2).

    `point` is True if the region's decimal mark is the point. It matters for 1.250 and 1,250 only: repeated
    marks group thousands in every region, and of two different marks the last is the decimal mark.
    """
    grouped = _GROUPED.fullmatch(written)
    if grouped:
        integer, separator, mark, decimals = grouped.groups()
        groups = re.split("[., '’]", integer)
        if mark or len(groups) > 2 or separator != ("." if point else ","):
            return Amount(
                integer="".join(groups), decimals=decimals or "", mark=_MARKS.get(mark, ""), grouped=True
            )
    plain = _PLAIN.fullmatch(written)
    if not plain:
        return None
    integer, mark, decimals = plain.groups()
    return Amount(integer=integer, decimals=decimals or "", mark=_MARKS.get(mark, ""))


def say(written: str, gender: Gender, *, point: bool) -> str:
    """A written number's words; if its marks make no number, part by part: tres punto once."""
    amount = parse(written, point=point)
    if amount:
        return say_amount(amount, gender)
    parts = re.split("([.,])", written.replace(" ", ""))
    return " ".join(_MARKS[part] if part in _MARKS else cardinal(part) for part in parts)


def say_amount(amount: Amount, gender: Gender) -> str:
    """An amount's words: up to three decimals as one number, more digit by digit (NGLE, on numerals)."""
    if not amount.mark:
        return cardinal(amount.integer, gender, grouped=amount.grouped)
    integer = cardinal(amount.integer, "none", grouped=amount.grouped)
    rest = amount.decimals.lstrip("0")
    zeros = digits("0" * (len(amount.decimals) - len(rest)))
    if len(amount.decimals) > _DECIMALS_AS_NUMBER:
        decimals = digits(amount.decimals)
    else:
        last = agree_one(numerals.cardinal(int(rest)), gender) if rest else ""
        decimals = f"{zeros} {last}".strip()
    return f"{integer} {amount.mark} {decimals}"


def cardinal(number: str, gender: Gender = "none", *, grouped: bool = False) -> str:
    """A whole number's words in agreement; digit by digit if it starts with 0 or is an identifier."""
    identifier = len(number) > _LONGEST_UNGROUPED and not number.endswith("000") and not grouped
    if len(number) > _LONGEST or identifier or (len(number) > 1 and number[0] == "0"):
        return digits(number)
    return agree(numerals.cardinal(int(number)), gender)


def ordinal(number: str, gender: Gender, *, short: bool = False, many: bool = False) -> str:
    """An ordinal's words up to 100, above it the cardinal (NGLE); `short` is primer, `many` primeros."""
    spoken = numerals.ordinal(int(number)) if number[0] != "0" and len(number) <= _LONGEST else None
    if spoken is None:
        return cardinal(number, gender)
    if short and gender != "f":
        return re.sub(r"(primer|tercer)o$", r"\1", spoken)
    ending = ("a" if gender == "f" else "o") + ("s" if many else "")
    return re.sub(r"o\b", ending, spoken)


def digits(number: str) -> str:
    """Digits one by one."""
    return " ".join(_digit_names()[digit] for digit in number)


@functools.cache
def _digit_names() -> dict[str, str]:
    return {char: name for char, name in names(overrides().symbol, "").items() if char.isdecimal()}
