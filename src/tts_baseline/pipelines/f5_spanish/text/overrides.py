"""The data of normalization, from `rows/*.toml`: written forms, spoken forms, and their sources."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec
from msgspec.structs import replace

from tts_baseline.core.errors import SettingsError
from tts_baseline.core.records import Record
from tts_baseline.core.registry import nearest
from tts_baseline.pipelines.f5_spanish.plan import SpanType

Gender = Literal["m", "f", "none"]

_FOLDER = Path(__file__).with_name("rows")  # general.toml explains the rows


class Row(Record, frozen=True, kw_only=True):
    """A rule: its source, examples (written, spoken), and its regions (none: all)."""

    source: str
    examples: tuple[tuple[str, str], ...]
    regions: tuple[str, ...] = ()


class Word(Row, frozen=True, kw_only=True):
    """Fixed written forms and their spoken forms, if the expressions `after` and `before` match around them.

    With `ends`, the final point of a form also ends the sentence if a capital follows.
    """

    written: dict[str, str]
    type: SpanType = "abbreviation"
    ends: bool = False
    before: str = ""
    after: str = ""


class Pattern(Row, frozen=True, kw_only=True):
    """An expression and its reading, if `after` matches the text before it; `at` is as in `rules.Rule`."""

    name: str
    type: SpanType
    at: tuple[str, ...]
    pattern: str
    spoken: str
    after: str = ""


class Unit(Row, frozen=True, kw_only=True):
    """Signs after a number: their noun in the singular and the plural, and its gender."""

    written: tuple[str, ...]
    one: str
    many: str
    gender: Gender = "m"


class Currency(Unit, frozen=True, kw_only=True):
    """Signs before or after an amount; `cent` names the hundredth (if "", amounts are read as decimals).

    A row without a noun has that of the row before it that is `of` the same code (ISO 4217).
    """

    one: str = ""
    many: str = ""
    of: str = ""
    cent: str = ""


class Phones(Record, frozen=True, kw_only=True):
    """The telephone numbers of a country: its code, what its numbers are, and their groups.

    `forms` are pairs of expressions: how a number begins, and its groups.
    """

    country: str
    code: str
    number: str
    forms: tuple[tuple[str, str], ...]


class Nouns(Row, frozen=True, kw_only=True):
    """Singular nouns whose ending does not show their gender; f-un: feminine, but un in the singular."""

    gender: Literal["m", "f", "f-un"]
    words: str


class Endings(Row, frozen=True, kw_only=True):
    """Endings that show the gender of a noun; earlier rows win."""

    gender: Literal["m", "f"]
    endings: tuple[str, ...]


class Context(Row, frozen=True, kw_only=True):
    """Words around a number that decide how it agrees."""

    kind: Literal[
        "label",
        "feminine",
        "masculine",
        "singular",
        "adjective",
        "not-noun",
        "ends-in-s",
        "invariable",
        "year",
        "readable",
        "before-letter",
        "before-degrees",
        "measured",
        "verse",
        "season",
        "numbered",
        "coded",
        "score",
        "subtraction",
        "after-degrees",
        "counted",
        "listed",
        "price",
        "opener",
        "short",
        "particle",
        "english",
        "piece",
        "spelled",
        "function",
        "sign",
        "typed",
        "typed-ending",
        "typed-noun",
        "said",
        "head",
        "used",
    ]
    words: str


class Roman(Row, frozen=True, kw_only=True):
    """Words next to which capitals are a roman numeral, and how it is read there."""

    kind: Literal["regnal", "regnal-f", "century", "division", "event", "event-f"]
    words: str


class Names(Row, frozen=True, kw_only=True):
    """Characters and their names; with `alone`, only if no letter is next to them."""

    names: dict[str, str]
    alone: bool = False


class Overrides(Record, frozen=True, kw_only=True):
    """All rows of the data files, by kind."""

    regions: tuple[str, ...]
    countries: dict[str, tuple[str, ...]]
    decimal_point: tuple[str, ...]
    night: int
    first_is_uno: tuple[str, ...]
    word: tuple[Word, ...]
    pattern: tuple[Pattern, ...]
    unit: tuple[Unit, ...]
    currency: tuple[Currency, ...]
    phone: tuple[Phones, ...]
    noun: tuple[Nouns, ...]
    ending: tuple[Endings, ...]
    context: tuple[Context, ...]
    roman: tuple[Roman, ...]
    letter: tuple[Names, ...]
    link: tuple[Names, ...]
    symbol: tuple[Names, ...]
    character: tuple[Names, ...]


R = TypeVar("R", bound=Row)
_NOUN = ("one", "many", "gender")


def in_region(rows: tuple[R, ...], region: str) -> tuple[R, ...]:
    """The rows for a region; those for this region only come last, so that they win."""
    return tuple(r for r in rows if not r.regions) + tuple(r for r in rows if region in r.regions)


def names(rows: tuple[Names, ...], region: str) -> dict[str, str]:
    """The names of characters in a region, by character."""
    return {char: name for row in in_region(rows, region) for char, name in row.names.items()}


@functools.cache
def overrides() -> Overrides:
    """The rows of the data files, read once."""
    tables: dict[str, Any] = {}
    for file in sorted(_FOLDER.glob("*.toml")):
        for kind, rows in tomllib.loads(file.read_text(encoding="utf-8")).items():
            tables[kind] = [*tables.get(kind, ()), *rows] if isinstance(rows, list) else rows
    data = msgspec.convert(tables, Overrides)
    return replace(data, currency=tuple(_named(data.currency)))


def _named(rows: Iterable[Currency]) -> Iterator[Currency]:
    """The currencies, each with its noun."""
    known: dict[str, Currency] = {}
    for row in rows:
        kept = row if row.one else replace(row, **{key: getattr(known[row.of], key) for key in _NOUN})
        known.setdefault(row.of, kept)
        yield kept


@functools.cache
def words(kind: str) -> frozenset[str]:
    """All words of the `context` and `roman` rows of this kind."""
    data = overrides()
    rows: tuple[Context | Roman, ...] = (*data.context, *data.roman)
    return frozenset(word for row in rows if row.kind == kind for word in row.words.split())


def check_region(region: str) -> None:
    """Nothing; raises SettingsError, with the known regions, for an unknown one."""
    known = overrides().regions
    if region not in known:
        raise SettingsError(
            f"no region is named {region!r}{nearest(region, known)}",
            where="region of a request or a case",
            hint=f'region = "{known[0]}"  # or {", ".join(known[1:])}',
        )
