"""Writes what a region writes and says otherwise as rows of data, from the libraries that keep it.

    python benchmarks/reading/regional.py [--write]

`babel` (CLDR) gives the decimal mark of each region's countries, the names and signs of the currencies and
the hour at which night begins; `phonenumbers` the groups of telephone numbers. The pipeline needs neither:
what they say is kept in `rows/cldr.toml` and `rows/phones.toml`, and a test compares both with them. A row of
ours wins over one of theirs: how a currency is called every day, and its hundredth, is in no library.
"""

from __future__ import annotations

import argparse
import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import babel
import phonenumbers
from babel import Locale, languages, numbers
from babel.core import get_cldr_version, get_global
from phonenumbers import PhoneMetadata

from tts_baseline.pipelines.f5_spanish.text import overrides

ROWS = Path(overrides.__file__).with_name("rows")
HEAD = "# Made by `python benchmarks/reading/regional.py --write` from {source}: mend that, not this.\n"
# chosen: what is a word, an hour, a distribution or another acronym, too, is meant so more often at a number
NO_MONEY = """ALL AMD BAM BIF BND BSD BTN CDF CVE ERN ETB GEL GIP HUF IRR KES KGS LAK LRD MAD MDL MGA MOP MUR
MVR NAD PGK PHP RON RSD SAR SCR SDG SHP SOS SRD SSP STN SZL TMT TOP VUV WST XCG XPF YER ZWG"""
FEMININE = (
    "corona",
    "dobra",
    "libra",
    "lira",
    "pataca",
    "rupia",
)  # not all adjectives show it
HUNDREDTH = {"peso": "centavo"}  # DLE centavo
_SPANISH = Locale("es")


def files() -> dict[Path, str]:
    """The text of each file of rows."""
    cldr = HEAD.format(source=f"babel {babel.__version__} (CLDR {get_cldr_version()})")
    phones = HEAD.format(source=f"phonenumbers {phonenumbers.__version__}")
    points = [region for region in _countries() if _decimal_points(region)]
    cldr += (
        f"\ndecimal_point = {_toml(points)}  # regions that write 1,250.50 in all of their countries"
        f"\nnight = {_night()}  # the hour from which p. m. is of the night\n"
    )
    return {
        ROWS / "cldr.toml": cldr + "".join(map(_row, (*_currencies(), *_signs()))),
        ROWS / "phones.toml": phones + "".join(map(_row, _phones())),
    }


def _countries() -> dict[str, tuple[str, ...]]:
    return dict(overrides.overrides().countries)


def _every_country() -> list[str]:
    return sorted({country for countries in _countries().values() for country in countries})


def _decimal_points(region: str) -> bool:
    """True if all countries of a region write the point."""
    marks = {Locale("es", country).number_symbols["latn"]["decimal"] for country in _countries()[region]}
    return marks == {"."} and region != "neutral"


def _night() -> int:
    """The hour at which night begins, where all countries agree."""
    (second,) = {
        part["from"] for country in _every_country()
        for part in Locale("es", country).day_period_rules[None]["night1"]
    }  # fmt: skip
    return int(second) // 3600


def _currencies() -> Iterator[tuple[str, dict[str, object]]]:
    """A row for each currency that is tender anywhere, by its code and a sign that is its own.

    None for those that a row of ours calls as people do every day.
    """
    signs = _own_signs()
    ours = {sign for row in overrides.overrides().currency if not row.of for sign in row.written}
    for code in sorted(signs.keys() - ours):
        written = [*([] if code in NO_MONEY.split() else [code]), *sorted(signs[code] - ours)]
        if not written:
            continue
        one, many = (numbers.get_currency_name(code, count, locale=_SPANISH) for count in (1, 2))
        yield "currency", {
            "of": code, "written": written, "one": one, "many": many,
            **_gender(one), "source": "CLDR", "examples": [[f"2 {written[0]}", f"Dos {many}"]],
        }  # fmt: skip


def _own_signs() -> dict[str, set[str]]:
    """The currencies that are tender, each with the characters that its countries write for it alone."""
    found: dict[str, set[str]] = {}
    for territory in get_global("territory_currencies"):
        for code in numbers.get_territory_currencies(territory, tender=True):
            known = found.setdefault(code, set())
            for language in languages.get_official_languages(territory):
                try:
                    sign = Locale.parse(f"{language}_{territory}").currency_symbols.get(code, "")
                except babel.UnknownLocaleError:
                    continue
                if len(sign) == 1 and unicodedata.category(sign) == "Sc":
                    known.add(sign)
    shared = [sign for signs in found.values() for sign in signs]
    return {code: {sign for sign in signs if shared.count(sign) == 1} for code, signs in found.items()}


def _signs() -> Iterator[tuple[str, dict[str, object]]]:
    """A row for each region whose countries all have the same sign and noun for their money: $, pesos."""
    for region, countries in _countries().items():
        money = {_money(country) for country in countries}
        if len(money) == 1 and region != "neutral":
            sign, one, many = money.pop()
            cent = {"cent": HUNDREDTH[one]} if one in HUNDREDTH else {}
            if sign == "$":
                yield "currency", {
                    "written": [sign], "one": one, "many": many, **cent, "regions": [region],
                    "source": f"CLDR, {' '.join(countries)}", "examples": [[f"{sign} 2", f"Dos {many}"]],
                }  # fmt: skip


def _money(country: str) -> tuple[str, str, str]:
    """The sign of a country's money, and its noun in the singular and the plural."""
    (code, *_), locale = numbers.get_territory_currencies(country), Locale("es", country)
    one, many = (numbers.get_currency_name(code, count, locale=_SPANISH).split()[0] for count in (1, 2))
    return numbers.get_currency_symbol(code, locale), one, many


def _gender(name: str) -> dict[str, str]:
    noun, _, rest = name.partition(" ")
    adjective = rest.partition(" ")[0]
    return {"gender": "f"} if noun in FEMININE or (adjective != "de" and adjective.endswith("a")) else {}


def _phones() -> Iterator[tuple[str, dict[str, object]]]:
    """A row for each country, with the groups of its numbers by what they begin with."""
    for country in _every_country():
        data = PhoneMetadata.metadata_for_region(country)
        main = PhoneMetadata.metadata_for_region(phonenumbers.region_code_for_country_code(data.country_code))
        yield "phone", {
            "country": country, "code": str(data.country_code),
            "number": data.general_desc.national_number_pattern,
            "forms": [
                [form.leading_digits_pattern[-1] if form.leading_digits_pattern else "", form.pattern]
                for form in main.number_format
            ],
        }  # fmt: skip


def _row(row: tuple[str, dict[str, object]]) -> str:
    kind, fields = row
    return f"\n[[{kind}]]\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in fields.items())


def _toml(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--write", action="store_true", help="replace the files")
    options = parser.parse_args()
    for file, text in files().items():
        same = file.exists() and file.read_text(encoding="utf-8") == text
        print(f"{file.name}: {'as it is' if same else 'another text'}")
        if options.write:
            file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
