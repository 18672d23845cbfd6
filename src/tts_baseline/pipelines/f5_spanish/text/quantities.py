"""Reads out amounts with their units: prices, measures, percentages, ranges, and numbers before a noun."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tts_baseline.pipelines.f5_spanish.text.agreement import around
from tts_baseline.pipelines.f5_spanish.text.amounts import NUMBER, Amount, cardinal, parse, say, say_amount
from tts_baseline.pipelines.f5_spanish.text.overrides import Currency, Unit, in_region, overrides

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tts_baseline.pipelines.f5_spanish.text.overrides import Gender
    from tts_baseline.pipelines.f5_spanish.text.reader import Read

_SCALE = " (?:mil millones|mil|millones|millón|billones|billón|trillones|trillón)\\b"
_SHORT = " ?(?:MM|M|K|k)"
_SHORTENED = {"MM": "millones", "M": "millones", "K": "mil", "k": "mil"}
_SIGNS = {"": "", "+": "más ", "-": "menos ", "−": "menos ", "–": "menos "}
_ROUND_MILLIONS = re.compile(r"[1-9]\d*0{6}")
_ONE = Amount(integer="1")


class Quantities:
    """The units and currencies of one region, and its decimal mark."""

    def __init__(self, region: str) -> None:
        data = overrides()
        self.point = region in data.decimal_point
        currencies = {sign: row for row in in_region(data.currency, region) for sign in row.written}
        self.units: dict[str, Unit] = {sign: row for row in data.unit for sign in row.written} | currencies
        self.unit, money = _either(self.units), _either(currencies)
        self.pattern = (
            rf"(?P<sign>(?<![^\s(«\"“¿¡:=,])[-−–+](?=\d|{money}))?"
            rf"(?:(?P<before>{money}) ?)?(?P<amount>{NUMBER})"
            rf"(?: ?[-–—] ?(?P<to>{NUMBER}))?"
            rf"(?P<scale>{_SCALE}|(?(before){_SHORT}\b|{_SHORT}(?= ?(?:{money})(?![^\W_]))))?"
            rf"(?: ?(?P<unit>{self.unit})(?![^\W_]))?"
            rf"(?:/(?P<per>{self.unit}|[^\W\d_]+)(?![^\W_]))?(?![^\W_])"
        )

    def say(self, match: re.Match[str], read: Read) -> str:
        """The words of a match of `pattern`: sign, amount or range, scale, unit, and unit of reference."""
        written = match["unit"] or match["before"]
        unit = self.units[written] if written else None
        spoken = _SIGNS[match["sign"] or ""] + self._count(match, unit, read)
        if not match["per"]:
            return spoken
        per = self.units.get(match["per"])
        return f"{spoken} por {per.one if per else match['per']}"

    def _count(self, match: re.Match[str], unit: Unit | None, read: Read) -> str:
        """The words of an amount or a range with its scale and unit."""
        scale = (match["scale"] or "").strip()
        last = parse(match["to"] or match["amount"], point=self.point)
        if isinstance(unit, Currency) and last and not scale and not match["to"] and _has_cents(last, unit):
            return _price(last, unit, read)
        if unit:
            gender, counts = unit.gender, True
        else:
            gender, counts = around(match.string, match.start(), match.end(), last.integer if last else "")
        spoken = self._scaled(match, _SHORTENED.get(scale, scale), gender, read)
        if counts and (spoken.endswith(("ones", "ón")) or (last and _is_round(last))):
            spoken += " de"
        if unit:
            spoken += f" {unit.one if last == _ONE and not scale and not match['to'] else unit.many}"
        return spoken

    def _scaled(self, match: re.Match[str], scale: str, gender: Gender, read: Read) -> str:
        """The words of an amount or a range with its scale: un millón, doscientas mil."""
        if scale and not (scale == "mil" and gender == "f"):
            gender = "m"
        spoken = say(match["amount"], gender, read, point=self.point)
        if match["to"]:
            spoken += f" a {say(match['to'], gender, read, point=self.point)}"
        if scale == "millones" and spoken == "un":
            scale = "millón"
        return f"{spoken} {scale}" if scale else spoken


def _is_round(amount: Amount) -> bool:
    """True if a number ends in millions, so that its noun takes de: un millón de euros."""
    return not amount.mark and _ROUND_MILLIONS.fullmatch(amount.integer) is not None


def _has_cents(amount: Amount, currency: Currency) -> bool:
    return bool(currency.cent) and len(amount.decimals) in (1, 2)


def _price(amount: Amount, currency: Currency, read: Read) -> str:
    """A price's words: dos euros con cincuenta céntimos; only the cents if there are no units."""
    without_cents = Amount(integer=amount.integer, grouped=amount.grouped)
    units = say_amount(without_cents, currency.gender, read) + (" de" if _is_round(without_cents) else "")
    units += f" {currency.one if without_cents.integer == '1' else currency.many}"
    cents = str(int(amount.decimals.ljust(2, "0")))
    if cents == "0":
        return units
    spoken = f"{cardinal(cents, 'm', read)} {currency.cent}{'' if cents == '1' else 's'}"
    return f"{units} con {spoken}" if without_cents.integer.strip("0") else spoken


def _either(signs: Iterable[str]) -> str:
    return "|".join(re.escape(sign) for sign in sorted(signs, key=len, reverse=True))
