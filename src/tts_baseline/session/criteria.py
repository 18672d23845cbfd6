"""What a run reached of what the project set out for, and how regional it sounds beside what was accepted."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from tts_baseline.baseline import recordings
from tts_baseline.core.errors import TtsBaselineError
from tts_baseline.core.protocols import MetricSpec
from tts_baseline.core.records import Case, Quality, Run
from tts_baseline.core.registry import metrics
from tts_baseline.metrics.regions.passport import (
    AccentScore,
    TokensByCase,
    accent_gain,
    accent_score,
    customs,
    known_regions,
)
from tts_baseline.report.benchmark.criteria import MORE_REGIONAL, SAME_MOS, criterion
from tts_baseline.report.benchmark.figures import Benchmark, Criterion, Figure, FigureRow, FigureTable
from tts_baseline.session import ratings as listeners
from tts_baseline.session.passport import heard_in
from tts_baseline.session.project import Project
from tts_baseline.session.scores import moved
from tts_baseline.stats.median import LEAST_FOR_INTERVAL, median_interval

_OPINION, _UNIT = "MOS", "%"
_BY_A_NETWORK = "predicted by a network, pair by pair with what was accepted"


def judged(
    shown: Benchmark, project: Project, folder: Path, run: Run, ratings: Path | None = None
) -> Benchmark:
    """The benchmark of sound with each region's accent, with what listeners said, and what was to be reached.

    Raises SettingsError for ratings that cannot be read.
    """
    said = listeners.read(ratings, run) if ratings else ()
    accents, regional = _accents(project, folder, run)
    more = listeners.tables(said, run, project.store_of(run).quality()) if said else ()
    tables = (*shown.tables, *(table for table in (accents, *more) if table.rows))
    criteria = (*_opinions(project, run), *regional, *listeners.criteria(said, run))
    return replace(shown, tables=tables, criteria=criteria)


def _opinions(project: Project, run: Run) -> tuple[Criterion, ...]:
    """How predicted opinions moved from what was accepted, a criterion for each that has values in both."""
    quality = project.store_of(run).quality()
    opinions = [metric.spec for metric in metrics().values() if _predicts(metric.spec)]
    found = [
        criterion(spec.name, SAME_MOS, figure, _BY_A_NETWORK)
        for spec in opinions
        if (figure := _moved(spec, run, quality)) is not None
    ]
    if found:
        return tuple(found)
    named = any(run.by_metric.get(spec.name) for spec in opinions)
    why = (
        "nothing accepted to compare with" if named else "[tool.tts-baseline.ears] names no predicted opinion"
    )
    return (criterion("predicted MOS", SAME_MOS, None, why),)


def _predicts(spec: MetricSpec) -> bool:
    """True for an opinion of a sound by itself; PESQ's is of a difference."""
    return spec.unit == _OPINION and not spec.golden


def _moved(spec: MetricSpec, run: Run, quality: Quality | None) -> Figure | None:
    """The median paired difference of a metric from its accepted values, in its unit."""
    changes = [*moved(run, quality, spec.name).values()]
    if not changes:
        return None
    middle, low, high = median_interval(changes)
    has_interval = len(changes) >= LEAST_FOR_INTERVAL
    return Figure(
        value=middle, unit=spec.unit, low=low if has_interval else None, high=high if has_interval else None,
        count=len(changes), of=len(run.cases),
    )  # fmt: skip


def _accents(project: Project, folder: Path, run: Run) -> tuple[FigureTable, tuple[Criterion, ...]]:
    """The accent score of each region, of this run and of the goldens, and whether it grew."""
    rows, criteria = [], []
    for region in (each for each in known_regions() if any(case.region == each for case in run.cases)):
        asked = customs(region)
        cases = [case for case in run.cases if case.region == region]
        if not any(each.usual for each in asked):
            continue
        now, _ = heard_in(cases, lambda case: recordings.read(folder, run, case)[1])
        then = _goldens(project, run, cases)
        scores = accent_score(asked, then), accent_score(asked, now)
        rows.append(FigureRow(name=region, cells=tuple(_figure(each, len(cases), "1") for each in scores)))
        gain = _figure(accent_gain(asked, then, now), len(cases), _UNIT)
        evidence = (
            "accent score about the goldens', uncalibrated" if gain else "no golden that could be measured"
        )
        criteria.append(criterion(f"regional, {region}", MORE_REGIONAL, gain, evidence))
    table = FigureTable(title="accent score", about="region", heads=("accepted", "now"), rows=tuple(rows))
    return table, tuple(criteria)


def _goldens(project: Project, run: Run, cases: list[Case]) -> TokensByCase:
    """The tokens of the goldens of these cases; none where they cannot be read."""
    store = project.store_of(run)
    try:
        goldens = store.goldens(store.quality(), [case.id for case in cases])
    except TtsBaselineError:
        return {}
    known = [case for case in cases if case.id in goldens]
    return heard_in(known, lambda case: goldens[case])[0]


def _figure(score: AccentScore | None, cases: int, unit: str) -> Figure | None:
    if score is None:
        return None
    return Figure(value=score.value, unit=unit, low=score.low, high=score.high, count=cases, of=cases)
