"""Listeners' ratings from a file, beside a run's metrics: means by listener, and who foretells them."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path
from statistics import fmean

import msgspec

from tts_baseline.core.errors import SettingsError
from tts_baseline.core.files import read_bounded
from tts_baseline.core.ratings import GOLDEN, Rating, RatingKind
from tts_baseline.core.records import Quality, Run
from tts_baseline.core.registry import metrics
from tts_baseline.report.benchmark.criteria import AS_NATURAL, SAME_MOS, criterion
from tts_baseline.report.benchmark.figures import Criterion, Figure, FigureRow, FigureTable
from tts_baseline.session.scores import moved, scored
from tts_baseline.stats.listeners import mean_by_listener
from tts_baseline.stats.ranks import spearman

_LARGEST = 2**24  # chosen: 16 MiB, a quarter of a million ratings
_COLUMNS = tuple(field.name for field in msgspec.structs.fields(Rating))
_TITLES: Mapping[RatingKind, str] = {"mos": "MOS", "cmos": "CMOS", "ab": "preferred"}
_UNITS: Mapping[RatingKind, str] = {"mos": "MOS", "cmos": "MOS", "ab": "1"}


def read(path: Path, run: Run) -> tuple[Rating, ...]:
    """The ratings in a CSV file that are of a run, or of its golden.

    Raises SettingsError for a file that cannot be read, with the line of what is wrong; for one without a
    rating of this run.
    """
    try:
        text = read_bounded(path, _LARGEST).decode("utf-8-sig")
    except (OSError, ValueError) as error:  # a name that no file can have is a ValueError
        raise _refused(path, f"the ratings cannot be read: {error}") from error
    rows = csv.DictReader(StringIO(text, newline=""), strict=True)
    cases = {case.id for case in run.cases}
    found: dict[tuple[str, ...], Rating] = {}
    try:
        for row in rows:
            rating = _rating(row, path, rows.line_num)
            if rating.case not in cases:
                raise _refused(path, f"line {rows.line_num}: run {run.id} has no case {rating.case!r}")
            key = (rating.listener, rating.case, rating.kind, rating.sound, rating.against)
            if key in found:
                raise _refused(path, f"line {rows.line_num}: this listener has rated that already")
            found[key] = rating
    except csv.Error as error:
        raise _refused(path, f"line {rows.line_num}: no CSV: {error}") from error
    own = tuple(each for each in found.values() if each.sound in (run.id, GOLDEN))
    if not any(each.sound == run.id for each in own):
        raise _refused(path, f"none of the {len(found)} ratings is of run {run.id}")
    return own


def _rating(row: Mapping[str | None, str | None], path: Path, line: int) -> Rating:
    if set(row) != {*_COLUMNS}:
        raise _refused(path, f"line {line}: the columns are {', '.join(_COLUMNS)}")
    try:
        rating = msgspec.convert(row, Rating, strict=False)
    except msgspec.ValidationError as error:
        raise _refused(path, f"line {line}: {error}") from error
    if rating.fault:
        raise _refused(path, f"line {line}: {rating.fault}")
    return rating


def _refused(path: Path, what: str) -> SettingsError:
    example = "listener,case,kind,sound,against,score"
    return SettingsError(
        what, where=str(path), hint=f"a first line of {example}; docs/benchmark.md has the rest"
    )


def tables(ratings: Sequence[Rating], run: Run, quality: Quality | None) -> tuple[FigureTable, ...]:
    """What listeners said of the run, by region, and how each metric ranks the cases as they do."""
    regions = tuple(dict.fromkeys(case.region for case in run.cases))
    of_region = {case.id: case.region for case in run.cases}
    rows = []
    for (kind, against), own in _grouped(ratings, run).items():
        parts = [own, *([r for r in own if of_region[r.case] == region] for region in regions)]
        name = f"{_TITLES[kind]} against {against}" if against else _TITLES[kind]
        rows.append(FigureRow(name=name, cells=tuple(_mean(part, kind) for part in parts)))
    heads = ("all", *regions)
    people = FigureTable(title="listeners, mean by listener", about="rating", heads=heads, rows=tuple(rows))
    return (people, _agreement(ratings, run, quality))


def criteria(ratings: Sequence[Rating], run: Run) -> tuple[Criterion, ...]:
    """Whether listeners find the run as good as its golden: MOS of those who rated both, and CMOS."""
    gains: dict[str, list[float]] = defaultdict(list)
    golden = {(r.listener, r.case): r.score for r in ratings if r.kind == "mos" and r.sound == GOLDEN}
    for rating in _grouped(ratings, run).get(("mos", ""), ()):
        if (rating.listener, rating.case) in golden:
            gains[rating.listener].append(rating.score - golden[rating.listener, rating.case])
    compared = _grouped(ratings, run).get(("cmos", GOLDEN), ())
    mos = _figure(gains, "MOS") if gains else None
    return (
        criterion(
            "MOS of listeners", SAME_MOS, mos,
            "of those who rated both" if mos else "nobody rated both run and golden by MOS",
        ),
        criterion(
            "naturalness", AS_NATURAL, _mean(compared, "cmos"),
            "CMOS against the golden" if compared else "nobody compared it with the golden by CMOS",
        ),
    )  # fmt: skip


def _grouped(ratings: Sequence[Rating], run: Run) -> Mapping[tuple[RatingKind, str], list[Rating]]:
    """The ratings of the run by kind and by what it was compared with."""
    found: dict[tuple[RatingKind, str], list[Rating]] = defaultdict(list)
    for rating in ratings:
        if rating.sound == run.id:
            found[rating.kind, rating.against].append(rating)
    return found


def _mean(ratings: Sequence[Rating], kind: RatingKind) -> Figure | None:
    scores: dict[str, list[float]] = defaultdict(list)
    for rating in ratings:
        scores[rating.listener].append(rating.score)
    return _figure(scores, _UNITS[kind]) if scores else None


def _figure(scores: Mapping[str, Sequence[float]], unit: str) -> Figure:
    """The mean by listener; its count is that of listeners."""
    mean, low, high, count = mean_by_listener(scores)
    return Figure(value=mean, unit=unit, low=low, high=high, count=count, of=count)


def _agreement(ratings: Sequence[Rating], run: Run, quality: Quality | None) -> FigureTable:
    """Spearman's rho of each metric with MOS, and of its change with CMOS; above 0 where better is liked."""
    columns: tuple[tuple[RatingKind, str], ...] = (("mos", ""), ("cmos", GOLDEN))
    liked = [_by_case(_grouped(ratings, run).get(column, ())) for column in columns]
    rows = []
    for name, metric in metrics().items():
        if metric.spec.family != "quality":
            continue
        sign = -1.0 if metric.spec.better == "lower" else 1.0
        values = scored(run, name), moved(run, quality, name)
        cells = tuple(_rho(each, of, sign) for each, of in zip(values, liked, strict=True))
        if any(cells):
            rows.append(FigureRow(name=name, cells=cells))
    heads = ("with MOS", "its change with CMOS")
    return FigureTable(
        title="rank correlation with listeners (Spearman)", about="metric", heads=heads, rows=tuple(rows)
    )


def _by_case(ratings: Sequence[Rating]) -> Mapping[str, float]:
    scores: dict[str, list[float]] = defaultdict(list)
    for rating in ratings:
        scores[rating.case].append(rating.score)
    return {case: fmean(each) for case, each in scores.items()}


def _rho(values: Mapping[str, float], liked: Mapping[str, float], sign: float) -> Figure | None:
    pairs = [(sign * values[case], liked[case]) for case in liked if case in values]
    found = spearman([x for x, _ in pairs], [y for _, y in pairs])
    if found is None:
        return None
    return Figure(value=found.rho, unit="1", low=found.low, high=found.high, count=found.pairs, of=len(liked))
