"""How a run sounded: every metric of sound, over all cases, by region and by kind of sentence."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from tts_baseline.core.protocols import MetricSpec
from tts_baseline.core.records import Case, Run
from tts_baseline.core.registry import metrics
from tts_baseline.report.aggregate import pooled
from tts_baseline.report.benchmark.figures import Benchmark, Figure, FigureRow, FigureTable, benchmark
from tts_baseline.stats.median import LEAST_FOR_INTERVAL, median_interval

# The kinds of sentence that the built-in suite tags its cases with (suites/es.toml).
KINDS = ("statement", "yes-no-question", "wh-question", "exclamation", "emphasis")
_MELODY = "nuclear"


def quality(run: Run) -> Benchmark:
    """The figures of a run's sound; nothing is measured, and nothing judged."""
    regions = {region: [case for case in run.cases if case.region == region] for region in _regions(run)}
    kinds = {kind: [case for case in run.cases if kind in case.tags] for kind in KINDS}
    return benchmark(
        "quality",
        run,
        (
            FigureTable(
                title="sound, over all cases",
                about="metric",
                heads=("middle", "lowest", "highest"),
                rows=tuple(
                    FigureRow(name=spec.name, cells=(_middle(run, spec, run.cases), *_ends(run, spec)))
                    for spec in _specs(run)
                ),
            ),
            _grouped(run, "sound by region", regions),
            _grouped(run, "sound by kind of sentence", {k: cases for k, cases in kinds.items() if cases}),
            _crossed(run, regions, {k: cases for k, cases in kinds.items() if cases}),
        ),
    )


def _regions(run: Run) -> tuple[str, ...]:
    return tuple(dict.fromkeys(case.region for case in run.cases))


def _specs(run: Run) -> Iterator[MetricSpec]:
    """The metrics of sound that have a value of some case."""
    for metric in metrics().values():
        values = run.by_metric.get(metric.spec.name, {}).values()
        if metric.spec.family == "quality" and any(reading.value is not None for reading in values):
            yield metric.spec


def _values(run: Run, spec: MetricSpec, cases: Collection[Case]) -> list[float]:
    readings = run.by_metric[spec.name]
    known = (readings[case.id].value for case in cases if case.id in readings)
    return [value for value in known if value is not None]


def _middle(run: Run, spec: MetricSpec, cases: Sequence[Case]) -> Figure | None:
    """What the gate decides by, over these cases, with the interval of their median."""
    values = _values(run, spec, cases)
    if not values:
        return None
    has_interval = len(values) >= LEAST_FOR_INTERVAL
    _, low, high = median_interval(values) if has_interval else (0.0, None, None)
    return Figure(
        value=pooled(values, spec), unit=spec.unit, low=low, high=high, count=len(values), of=len(cases)
    )


def _ends(run: Run, spec: MetricSpec) -> Iterator[Figure]:
    values = _values(run, spec, run.cases)
    for value in (min(values), max(values)):
        yield Figure(value=value, unit=spec.unit, count=len(values), of=len(run.cases))


def _grouped(run: Run, title: str, groups: Mapping[str, Sequence[Case]]) -> FigureTable:
    """A row a metric and a column a group; no row where there is only one group."""
    rows = tuple(
        FigureRow(name=spec.name, cells=tuple(_middle(run, spec, cases) for cases in groups.values()))
        for spec in _specs(run)
    )
    return FigureTable(title=title, about="metric", heads=tuple(groups), rows=rows if len(groups) > 1 else ())


def _crossed(
    run: Run, regions: Mapping[str, Sequence[Case]], kinds: Mapping[str, Sequence[Case]]
) -> FigureTable:
    """The final melody, which is right by region and by kind; no row where there is one of either alone."""
    spec = next((each for each in _specs(run) if each.name == _MELODY), None)
    rows = []
    for region, cases in regions.items() if spec and min(len(regions), len(kinds)) > 1 else ():
        of_kinds = [[case for case in cases if case in of_kind] for of_kind in kinds.values()]
        cells = tuple(_middle(run, spec, each) if spec and each else None for each in of_kinds)
        rows.append(FigureRow(name=region, cells=cells))
    title = f"final melody by region and kind of sentence: {_MELODY}"
    return FigureTable(title=title, about="region", heads=tuple(kinds), rows=tuple(rows))
