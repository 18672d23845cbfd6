"""The figures of a benchmark: numbers with their unit, their interval and how many values they stand for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from msgspec import Meta

from tts_baseline.core import bounds
from tts_baseline.core.records import Record, Run
from tts_baseline.core.soak import Soak
from tts_baseline.core.traffic import Traffic

BenchmarkKind = Literal["performance", "quality"]
Attainment = Literal["met", "missed", "open", "not measured"]
VERSION = 1


class Figure(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A number with its unit; `low` and `high` are its interval of 95 %, None where none is known.

    `count` is how many values it stands for, of `of` that there could be.
    """

    value: bounds.Number
    unit: str
    low: bounds.Number | None = None
    high: bounds.Number | None = None
    count: bounds.Natural
    of: bounds.Natural


class FigureRow(Record, frozen=True, kw_only=True):
    """A row of figures under the heads of its table; None where there is nothing to tell."""

    name: str
    cells: tuple[Figure | None, ...]


class FigureTable(Record, frozen=True, kw_only=True):
    """A table of figures; `about` says what its rows are."""

    title: str
    about: str
    heads: tuple[str, ...]
    rows: tuple[FigureRow, ...]


class LatencySpread(Record, frozen=True, kw_only=True):
    """How values are spread: the 5th, 25th, 50th, 75th and 95th percentile, and the median's interval."""

    name: str
    percentiles: Annotated[tuple[bounds.Number, ...], Meta(min_length=5, max_length=5)]
    low: bounds.Number
    high: bounds.Number


class Shares(Record, frozen=True, kw_only=True):
    """What a whole is made of, part by part, in seconds."""

    name: str
    parts: dict[str, bounds.Seconds]


class Criterion(Record, frozen=True, kw_only=True):
    """Whether what was to be reached is so: what was wanted and measured, what that says, the evidence."""

    name: str
    wanted: str
    says: Attainment
    figure: Figure | None
    evidence: str


class Benchmark(Record, frozen=True, kw_only=True):
    """All that a benchmark tells of a run, of whose `cases` so many `failed`."""

    version: int = VERSION
    kind: BenchmarkKind
    run: str
    created: str
    commit: str | None
    pipeline: str
    variant: str
    suite: str
    machine: str
    cases: bounds.Natural
    failed: bounds.Natural
    tables: tuple[FigureTable, ...]
    spreads: tuple[LatencySpread, ...] = ()
    shares: tuple[Shares, ...] = ()
    traffic: Traffic | None = None
    soak: Soak | None = None
    criteria: tuple[Criterion, ...] = ()


def benchmark(
    kind: BenchmarkKind,
    run: Run,
    tables: Sequence[FigureTable],
    spreads: Sequence[LatencySpread] = (),
    shares: Sequence[Shares] = (),
    traffic: Traffic | None = None,
    soak: Soak | None = None,
) -> Benchmark:
    """The benchmark of a run that has these figures; tables without a row are left out."""
    return Benchmark(
        kind=kind,
        run=run.id,
        created=run.created,
        commit=run.commit,
        pipeline=run.pipeline,
        variant=run.variant,
        suite=run.suite,
        machine=run.environment.key,
        cases=len(run.cases),
        failed=len(run.failures),
        tables=tuple(table for table in tables if table.rows),
        spreads=tuple(spreads),
        shares=tuple(shares),
        traffic=traffic,
        soak=soak,
    )
