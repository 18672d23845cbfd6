"""Written amounts: what 1.250,50 is made of, and how it is said."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from tts_baseline.core.records import Record
from tts_baseline.pipelines.f5_spanish.text.agreement import agree, agree_one
from tts_baseline.pipelines.f5_spanish.text.overrides import names, overrides

if TYPE_CHECKING:
    from tts_baseline.pipelines.f5_spanish.text.overrides import Gender
    from tts_baseline.pipelines.f5_spanish.text.reader import Read

NUMBER = r"(?:\d{1,3}(?: \d{3})+(?:,\d+)?(?![\d]|[.,]\d)|\d+(?:[.,]\d+)*)"
_MARKS = {".": "punto", ",": "coma"}
_GROUPED = re.compile(r"([1-9]\d{0,2}([., ])\d{3}(?:\2\d{3})*)(?:(?!\2)([.,])(\d+))?")
_PLAIN = re.compile(r"(\d+)(?:([.,])(\d+))?")
_LONGEST = 15
_LONGEST_UNGROUPED = 9
_DECIMALS_AS_NUMBER = 3


class Amount(Record, frozen=True, kw_only=True):
    """A number in parts: digits before and after the decimal mark, its name; whether there were groups."""

    integer: str
    decimals: str = ""
    mark: str = ""
    grouped: bool = False


def parse(written: str, *, point: bool) -> Amount | None:
    """The parts of a written number; None where its marks make no number (3.11.2).

    `point`: the region's decimal mark is the point. It decides 1.250 and 1,250 alone: two marks of one kind
    group thousands anywhere, and of two kinds the last one is the decimal mark.
    """
    grouped = _GROUPED.fullmatch(written)
    if grouped:
        integer, separator, mark, decimals = grouped.groups()
        groups = re.split("[., ]", integer)
        if mark or len(groups) > 2 or separator != ("." if point else ","):
            return Amount(
                integer="".join(groups), decimals=decimals or "", mark=_MARKS.get(mark, ""), grouped=True
            )
    plain = _PLAIN.fullmatch(written)
    if not plain:
        return None
    integer, mark, decimals = plain.groups()
    return Amount(integer=integer, decimals=decimals or "", mark=_MARKS.get(mark, ""))


def say(written: str, gender: Gender, read: Read, *, point: bool) -> str:
    """A written number's words; one whose marks make no number is said part by part: tres punto once."""
    amount = parse(written, point=point)
    if amount:
        return say_amount(amount, gender, read)
    parts = re.split("([.,])", written.replace(" ", ""))
    return " ".join(_MARKS[part] if part in _MARKS else cardinal(part, "none", read) for part in parts)


def say_amount(amount: Amount, gender: Gender, read: Read) -> str:
    """An amount's words: up to three decimals as a number, more one by one (NGLE, on numerals)."""
    if not amount.mark:
        return cardinal(amount.integer, gender, read, grouped=amount.grouped)
    integer = cardinal(amount.integer, "none", read, grouped=amount.grouped)
    rest = amount.decimals.lstrip("0")
    zeros = digits("0" * (len(amount.decimals) - len(rest)))
    if len(amount.decimals) > _DECIMALS_AS_NUMBER:
        decimals = digits(amount.decimals)
    else:
        last = agree_one(read(rest), gender) if rest else ""
        decimals = f"{zeros} {last}".strip()
    return f"{integer} {amount.mark} {decimals}"


def cardinal(number: str, gender: Gender, read: Read, *, grouped: bool = False) -> str:
    """A whole number's words, agreeing; digit by digit if it starts with 0 or is a number to identify by."""
    identifier = len(number) > _LONGEST_UNGROUPED and not number.endswith("000") and not grouped
    if len(number) > _LONGEST or identifier or (len(number) > 1 and number[0] == "0"):
        return digits(number)
    # Grouped, for damga takes nine digits in a row for a telephone.
    return agree(read(f"{int(number):_}".replace("_", ".")), gender)


def ordinal(number: str, gender: Gender, read: Read, *, short: bool = False, many: bool = False) -> str:
    """An ordinal's words to 100, above it the cardinal (NGLE); `short` is primer, `many` primeros."""
    if number[0] == "0" or len(number) > 3 or int(number) > 100:
        return cardinal(number, gender, read)
    spoken = read(f"{number}.º")
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
