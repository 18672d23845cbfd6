"""Amounts with their units: prices, measures, percentages, ranges, and numbers before a noun."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from tts_baseline.pipelines.f5_spanish.text.agreement import around
from tts_baseline.pipelines.f5_spanish.text.amounts import (
    NUMBER,
    SIGNS,
    Amount,
    cardinal,
    parse,
    say,
    say_amount,
)  # fmt: skip
from tts_baseline.pipelines.f5_spanish.text.kinds.abbreviations import HEAD
from tts_baseline.pipelines.f5_spanish.text.kinds.lookalikes import is_no_unit
from tts_baseline.pipelines.f5_spanish.text.overrides import Currency, Unit, in_region, overrides, words
from tts_baseline.pipelines.f5_spanish.text.rules import DIGIT, Paragraph, Rule, Said
from tts_baseline.pipelines.f5_spanish.text.sentences import ends_sentence

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tts_baseline.pipelines.f5_spanish.plan import SpanType
    from tts_baseline.pipelines.f5_spanish.text.overrides import Gender

_SCALE = " (?:mil millones|mil|millones|millón|billones|billón|trillones|trillón)\\b"
_SHORT = r" ?(?:MM|M|K|k)(?!\.\w)"
# 5K seguidores, 3M de personas, 1,5M: no kelvin, no mega
_COUNTED = (
    r"(?<=\d[MKk])(?=\+? (?:de )?[a-záéíóúñ]{4,}s\b)(?! (?:de )?(?:bits|bytes|millas|metros)\b)"
    r"|(?<=[.,]\dM)(?![^\W_])"
)
_SHORTENED = {"MM": "millones", "M": "millones", "K": "mil", "k": "mil"}
_ROUND_MILLIONS = re.compile(r"[1-9]\d*0{6}")
_ONE_GROUP = re.compile(r"[1-9]\d{0,2}(?P<mark>[.,])\d{3}")
_PLURAL_NOUN = re.compile(r" ([a-záéíóúñ]{3,}s)(?![^\W_])")
_OF_THEM = re.compile(r" de (?:l[ao]s|ell[ao]s|es[ao]s|est[ao]s|sus|nuestr[ao]s)\b")
_PARTICIPLE = r"(?<= ha) (?:[^\W\d_]+(?:[aií]do|cho|sto|rto|elto|ito)|habido)\b"  # ha is no hectare there
_PRICED = {"pts": "ptas"}  # points, but for what is paid
_OF_DATA = re.compile(
    r"(?i:\b(?:bytes?|bloques?|memoria|ram|discos?|tamaños?|archivos?|ficheros?|búfer|caché|descarg\w+)\b)"
    r"|\b[KMGT]i?B\b|\d ?[MG]\b"
)
_VERSION = re.compile(r"\b(?i:versión|version|versiones|clase|nivel|tipo|api|grado|v)\.? \Z")
_MONEY = re.compile(r" (?:euros?|pesos|dólares|soles|bolivianos|pesetas|libras|reales|quetzales|colones)\b")
_MORE = r"\+(?= [^\W\d]|[,;:)»”\n]|\.(?!\w)|\Z)"  # 12,000+
# After a sign no letter follows (10cmx15cm has an x), no name of a file (1.5m.txt), and no code (24N-07).
_UNIT_END = r"(?!(?!x\d)[^\W_]|\.(?:[a-záéíóúñ]|[A-ZÁÉÍÓÚÑ](?![a-záéíóúñ]))|-\d{4}(?!\d)|-\d++(?! ?[^\W\d]))"
_POINT = r"(?:\.(?= [a-záéíóúñ(]|[),;:]))"  # 10 cm. de alto: the point ends no sentence
_EACH = "día|hora|semana|mes|año|minuto|dosis|persona|noche"
_SHARES = ("%", "‰")
_PERCENT = " por ciento"
_ONE = Amount(integer="1")


@functools.cache
def quantities(region: str) -> Quantities:
    """The quantities of a region, made once."""
    return Quantities(region)


def rules(region: str) -> tuple[Rule, ...]:
    """The rules for quantities of all kinds, and for the unit of a table by itself: (mg/kg)."""
    here = quantities(region)
    pattern = re.compile(rf"(?:(?<=\()|(?<=\[))(?P<unit>{here.unit})/(?P<per>{here.unit})(?=[)\]])")

    def say_alone(match: re.Match[str], paragraph: Paragraph) -> Said:
        return Said(f"{here.units[match['unit']].many} por {here.units[match['per']].one}")

    heads = {HEAD.match(sign).group() for sign in here.units}  # type: ignore[union-attr]
    return (here.rule, Rule("unit in brackets", "measure", sorted(heads), pattern, say_alone))


class Quantities:
    """The units and currencies of one region, and its decimal mark."""

    def __init__(self, region: str) -> None:
        data = overrides()
        self.point = region in data.decimal_point
        currencies = {sign: row for row in in_region(data.currency, region) for sign in row.written}
        self.units: dict[str, Unit] = {sign: row for row in data.unit for sign in row.written} | currencies
        self.unit, money = _either(self.units), _either(currencies)
        before_money = rf"(?= ?(?:{money})(?![^\W_]))"
        short = rf"(?(before){_SHORT}\b|{_SHORT}(?:{before_money}|{_COUNTED}))"
        pattern = re.compile(
            rf"(?<![^\W_])(?P<sign>(?<![^\s(«\"“¿¡:=,;\[{{])[-−–+](?=\d|{money}))?"
            rf"(?:(?P<before>{money}) ?)?(?P<amount>{NUMBER})"
            rf"(?: ?[-–—] ?(?P<to>{NUMBER})|(?P<more>{_MORE}))?"
            rf"(?P<scale>{_SCALE}|{short})?(?P<over>(?<=[KkM])\+(?= ))?"
            rf"(?: ?(?P<unit>{self.unit}){_UNIT_END}(?!{_PARTICIPLE}){_POINT}?)?"
            rf"(?:(?:/(?P<each>\d{{1,4}}) ?|(?! /\w+[/_]) ?/ ?)"
            rf"(?P<per>{self.unit}|(?<=/)(?!pi\b|PI\b)[^\W\d_]+|{_EACH})(?![^\W_])"
            rf"(?:/(?P<also>{_EACH})(?![^\W_]))?)?"
            r"(?(unit)(?!(?!x\d)[^\W_])|(?![^\W_]))"
        )
        heads = {HEAD.match(sign).group() for sign in currencies}  # type: ignore[union-attr]
        at = (DIGIT, "+", "-", "−", "–", *sorted(heads))
        self.rule = Rule("quantity", "number", at, pattern, self.say)

    def say(self, match: re.Match[str], paragraph: Paragraph) -> Said | None:
        """The words of a quantity: sign, amount or range, scale, unit, and unit of reference."""
        written = match["unit"] or match["before"]
        if written == "K" and _OF_DATA.search(paragraph.text):
            return None  # 10K of data, no kelvin
        if written in _PRICED and _is_after("price", match, paragraph):
            written = _PRICED[written]
        if is_no_unit(match, written, paragraph):
            apart = bool(match["unit"]) and paragraph.text[match.start("unit") - 1] == " "
            number = say(match["amount"], "none", point=self.point)
            return Said(number, "number", end=match.end("amount")) if apart else None
        unit = self.units[written] if written else None
        over = match["more"] or match["over"]
        if over and (_VERSION.search(paragraph.before(match.start())) or "." in match["amount"][-2:]):
            return Said(say(match["amount"], "none", point=True), end=match.end("amount"))  # la versión 7+
        more = "más de " if over else ""
        spoken = more + SIGNS[match["sign"] or ""] + self._count(match, unit, paragraph)
        per = self.units.get(match["per"] or "")
        if match["each"] and match["per"] in _SHARES:
            return Said(spoken, end=match.start("each") - 1)  # 12pt/200%: one beside the other
        if match["unit"] == "%" and paragraph.text.startswith(_PERCENT, match.end()):
            return Said(spoken, "measure", end=match.end() + len(_PERCENT))  # written twice
        if match["per"] and not per and paragraph.text[match.start() - 1 : match.start()] == "/":
            return Said(spoken, end=match.end("per") - len(match["per"]) - 1)  # XP/2003/Vista: names in a row
        if match["per"]:
            one, many = (per.one, per.many) if per else (match["per"], match["per"])
            each = match["each"]
            spoken += f" a los {cardinal(each, 'm')} {many}" if each else f" por {one}"
            spoken += f" y {match['also']}" if match["also"] else ""
        point = match.group().endswith(".") and ends_sentence(paragraph.text[match.end() : match.end() + 80])
        kind: SpanType = "amount" if isinstance(unit, Currency) else "measure" if unit else "number"
        regional = isinstance(unit, Currency) and bool(unit.regions)
        return Said(spoken, "range" if match["to"] and not unit else kind, point=point, regional=regional)

    def _count(self, match: re.Match[str], unit: Unit | None, paragraph: Paragraph) -> str:
        """The words of an amount or a range with its scale and unit."""
        scale = (match["scale"] or "").strip()
        point = self.point != self._is_group(match["to"] or match["amount"], match, paragraph, unit)
        point = point or (
            paragraph.pointed and not isinstance(unit, Currency) and not self._counts(match, paragraph)
        )
        if match["to"] and match["amount"].startswith(("0.", "0,")):  # 0.000-1.000: no group begins with 0
            point = match["amount"][1] == "."
        last = parse(match["to"] or match["amount"], point=point)
        if not unit and not scale and last and last.decimals == "00":
            money = _MONEY.match(paragraph.text, match.end())
            if money and not match["to"]:  # 18.000,00 euros
                gender, _ = around(paragraph, match.start(), match.end(), last.integer)
                return say_amount(Amount(integer=last.integer, grouped=last.grouped), gender)
        if isinstance(unit, Currency) and last and not scale and not match["to"] and _has_cents(last, unit):
            return _price(last, unit)
        if unit:
            gender, counts = unit.gender, True
        else:
            gender, counts = around(paragraph, match.start(), match.end(), last.integer if last else "")
        spoken = self._scaled(match, _SHORTENED.get(scale, scale), gender, point=point)
        if counts and (spoken.endswith(("ones", "ón")) or (last and _is_round(last))):
            spoken += " de"
        if unit:
            spoken += f" {unit.one if last == _ONE and not scale and not match['to'] else unit.many}"
        return spoken

    def _scaled(self, match: re.Match[str], scale: str, gender: Gender, *, point: bool) -> str:
        """The words of an amount or a range with its scale: un millón, doscientas mil."""
        if scale and not (scale == "mil" and gender == "f"):
            gender = "m"
        spoken = say(match["amount"], gender, point=point)
        if match["to"]:
            spoken += f" a {say(match['to'], gender, point=point)}"
        if scale == "millones" and spoken == "un":
            scale = "millón"
        return f"{spoken} {scale}" if scale else spoken

    def _is_group(self, written: str, match: re.Match[str], paragraph: Paragraph, unit: Unit | None) -> bool:
        """True if the region's decimal mark groups thousands, as elsewhere: $ 16,356, 5,000 años.

        Money has no thousandths, nobody writes three noughts of decimals, and what has no unit is counted.
        """
        group = _ONE_GROUP.fullmatch(written)
        if not group or (group["mark"] == ".") != self.point:
            return False
        grouped = group["mark"] == "," and not written.startswith("0") and paragraph.comma_groups
        if isinstance(unit, Currency) or written.endswith("000") or grouped:
            return True
        return unit is None and self._counts(match, paragraph)

    def _counts(self, match: re.Match[str], paragraph: Paragraph) -> bool:
        """True before a noun of what is counted, of which nobody has a part: 1.200 personas."""
        if _OF_THEM.match(paragraph.text, match.end()):
            return True
        noun = _PLURAL_NOUN.match(paragraph.text, match.end())
        return noun is not None and noun.group(1) not in words("measured") | words("not-noun")


def _is_after(kind: str, match: re.Match[str], paragraph: Paragraph) -> bool:
    """True if a word of this kind stands before."""
    return paragraph.word_before(match.start()).lower() in words(kind)


def _is_round(amount: Amount) -> bool:
    """True if a number ends in millions, so that its noun takes de: un millón de euros."""
    return not amount.mark and _ROUND_MILLIONS.fullmatch(amount.integer) is not None


def _has_cents(amount: Amount, currency: Currency) -> bool:
    return bool(currency.cent) and len(amount.decimals) in (1, 2)


def _price(amount: Amount, currency: Currency) -> str:
    """A price's words: dos euros con cincuenta céntimos; only the cents if there are no units."""
    without_cents = Amount(integer=amount.integer, grouped=amount.grouped)
    units = say_amount(without_cents, currency.gender) + (" de" if _is_round(without_cents) else "")
    units += f" {currency.one if without_cents.integer == '1' else currency.many}"
    cents = str(int(amount.decimals.ljust(2, "0")))
    if cents == "0":
        return units
    spoken = f"{cardinal(cents, 'm')} {currency.cent}{'' if cents == '1' else 's'}"
    return f"{units} con {spoken}" if without_cents.integer.strip("0") else spoken


def _either(signs: Iterable[str]) -> str:
    return "|".join(re.escape(sign) for sign in sorted(signs, key=len, reverse=True))
