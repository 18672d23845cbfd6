"""How fast a run was, and what it held: by length of text, by stage, cold and warm."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from statistics import fmean, median, quantiles, stdev
from typing import NamedTuple

from tts_baseline.core.records import Calls, Run
from tts_baseline.core.registry import metrics
from tts_baseline.report.aggregate import suite_value
from tts_baseline.report.benchmark import solving
from tts_baseline.report.benchmark.figures import (
    Benchmark,
    Figure,
    FigureRow,
    FigureTable,
    LatencySpread,
    Shares,
    benchmark,
)
from tts_baseline.report.benchmark.gpu import gpu_tables
from tts_baseline.report.lengths import LENGTHS, length
from tts_baseline.stats.estimate import Estimate

ALL = "all"
# Fewer calls have no such percentile: five are beyond it in the mean.
_ENOUGH = {95: 100, 99: 500}
_PHASES = ("spawn_s", "import_s", "load_s", "first_request_s")
_FIRST = ("text", "model", "post")  # in the order of a call; what other pipelines tell comes after them
_LEAST_FITTED = 3  # a line through two points has no error


class _Group(NamedTuple):
    """The calls of the cases of one length, process by process."""

    name: str
    cases: int
    processes: tuple[tuple[Calls, ...], ...]

    @property
    def calls(self) -> tuple[Calls, ...]:
        return tuple(calls for process in self.processes for calls in process)


def performance(run: Run) -> Benchmark:
    """The figures of a run's speed and memory; nothing is measured, and nothing judged."""
    groups = list(_groups(run))
    found = {stage: None for group in groups for calls in group.calls for stage in calls.stages}
    stages = tuple(sorted(found, key=lambda stage: _FIRST.index(stage) if stage in _FIRST else len(_FIRST)))
    return benchmark(
        "performance",
        run,
        (
            FigureTable(
                title="warm latency",
                about="length of text",
                heads=("p50", "p95", "p99", "per s of audio"),
                rows=tuple(FigureRow(name=group.name, cells=_latency(group)) for group in groups),
            ),
            FigureTable(
                title="stages of a warm call, mean",
                about="length of text",
                heads=stages,
                rows=tuple(
                    FigureRow(name=group.name, cells=_stages(group, stages))
                    for group in groups * bool(stages)
                ),
            ),
            FigureTable(
                title="cold start",
                about="phase",
                heads=("mean",),
                rows=tuple(_cold_start(run)),
            ),
            FigureTable(
                title="warm latency of a case = fixed + so much per second of its audio",
                about="fit",
                heads=("value",),
                rows=tuple(_fit(run)),
            ),
            solving.table(run),
            FigureTable(
                title="memory of the worker",
                about="length of text",
                heads=("peak resident", "unique", "peak CUDA"),
                rows=tuple(FigureRow(name=group.name, cells=_memory(group)) for group in groups),
            ),
            *gpu_tables(run),
            FigureTable(title="the whole suite", about="metric", heads=("value",), rows=tuple(_suite(run))),
        ),
        spreads=tuple(_spread(group) for group in groups),
        shares=tuple(_shares(group, stages) for group in groups if stages),
        traffic=run.traffic,
        soak=run.soak,
    )


def _groups(run: Run) -> Iterator[_Group]:
    """Each length of text that was measured, then all of them."""
    lengths = {case.id: length(case.text) for case in run.cases}
    for name in (*LENGTHS, ALL):
        chosen = {case for case, own in lengths.items() if name in (own, ALL)}
        processes = tuple(
            tuple(calls for case, calls in replicate.calls.items() if case in chosen)
            for replicate in run.replicates
        )
        if all(processes):
            yield _Group(name, len({case for r in run.replicates for case in r.calls} & chosen), processes)


def _walls(calls: Sequence[Calls]) -> list[float]:
    return [wall for each in calls for wall in each.wall_s]


def _latency(group: _Group) -> tuple[Figure | None, ...]:
    walls, audio = _walls(group.calls), fmean(calls.audio_s for calls in group.calls)
    speed = _between(group, "s", lambda calls: fmean(_walls(calls)) / audio) if audio else None
    return (
        _between(group, "s", lambda calls: median(_walls(calls)), median(walls), len(walls)),
        _tail(walls, 95),
        _tail(walls, 99),
        speed,
    )


def _stages(group: _Group, stages: Sequence[str]) -> tuple[Figure, ...]:
    return tuple(_between(group, "s", partial(_stage, stage)) for stage in stages)


def _stage(stage: str, calls: Sequence[Calls]) -> float:
    return fmean(second for each in calls for second in each.stages.get(stage, (0.0,)))


def _between(
    group: _Group,
    unit: str,
    of: Callable[[Sequence[Calls]], float],
    value: float | None = None,
    count: int = 0,
) -> Figure:
    """A figure whose interval comes from how much processes differ in it."""
    each = [of(process) for process in group.processes]
    found = fmean(each) if value is None else value
    low, high = _around(found, each)
    known = count or sum(len(calls.wall_s) for calls in group.calls)
    return Figure(value=found, unit=unit, low=low, high=high, count=known, of=known)


def _around(value: float, each: Sequence[float]) -> tuple[float | None, float | None]:
    """The interval of a positive value by the spread of its repeats, in logs; none for one of them, or 0."""
    if len(each) < 2 or min(each) <= 0 or value <= 0:
        return None, None
    error = stdev(map(math.log, each)) / math.sqrt(len(each))
    low, high = Estimate(math.log(value), error, len(each) - 1).interval()
    return math.exp(low), math.exp(high)


def _tail(walls: Sequence[float], percent: int) -> Figure | None:
    if len(walls) < _ENOUGH[percent]:
        return None
    value = quantiles(walls, n=100)[percent - 1]
    return Figure(value=value, unit="s", count=len(walls), of=len(walls))


def _cold_start(run: Run) -> Iterator[FigureRow]:
    starts = [replicate.cold_start for replicate in run.replicates if replicate.cold_start]
    if not starts:
        return
    for name in (*_PHASES, "total_s"):
        each = [float(getattr(start, name)) for start in starts]
        low, high = _around(fmean(each), each)
        mean = Figure(
            value=fmean(each), unit="s", low=low, high=high, count=len(each), of=len(run.replicates)
        )
        yield FigureRow(name=name.removesuffix("_s").replace("_", " "), cells=(mean,))


def _fit(run: Run) -> Iterator[FigureRow]:
    """A straight line through the medians of the cases, by least squares."""
    points = []
    for case in run.cases:
        calls = [replicate.calls[case.id] for replicate in run.replicates if case.id in replicate.calls]
        if calls:
            points.append((fmean(each.audio_s for each in calls), median(_walls(calls))))
    if len({audio for audio, _ in points}) < _LEAST_FITTED:
        return
    for name, (value, low, high) in zip(("fixed", "per s of audio"), line(points), strict=True):
        figure = Figure(value=value, unit="s", low=low, high=high, count=len(points), of=len(run.cases))
        yield FigureRow(name=name, cells=(figure,))


def line(points: Sequence[tuple[float, float]]) -> tuple[tuple[float, float, float], ...]:
    """Intercept and slope of the line of least squares, each with its interval of 95 % (t, n - 2).

    Draper and Smith, Applied Regression Analysis, 1998, sections 1.3 and 1.4.
    """
    count = len(points)
    middle, height = fmean(x for x, _ in points), fmean(y for _, y in points)
    spread = math.fsum((x - middle) ** 2 for x, _ in points)
    slope = math.fsum((x - middle) * (y - height) for x, y in points) / spread
    fixed = height - slope * middle
    rest = math.fsum((y - fixed - slope * x) ** 2 for x, y in points)
    error = math.sqrt(rest / (count - 2))
    errors = (error * math.sqrt(1 / count + middle**2 / spread), error / math.sqrt(spread))
    return tuple(
        (value, *Estimate(value, own, count - 2).interval())
        for value, own in zip((fixed, slope), errors, strict=True)
    )


def _memory(group: _Group) -> tuple[Figure | None, ...]:
    return tuple(_largest(group, name) for name in ("peak_rss", "uss", "peak_cuda"))


def _largest(group: _Group, name: str) -> Figure | None:
    """The largest of all calls; its interval comes from how much that of each process differs."""
    each = [
        float(max(known))
        for process in group.processes
        if (known := [size for calls in process if (size := getattr(calls, name)) is not None])
    ]
    if len(each) < len(group.processes):
        return None
    low, high = _around(max(each), each)
    return Figure(value=max(each), unit="B", low=low, high=high, count=len(each), of=len(each))


def _suite(run: Run) -> Iterator[FigureRow]:
    for metric in metrics().values():
        spec, value = metric.spec, suite_value(run, metric.spec)
        if spec.family in ("latency", "memory", "work") and value is not None:
            known = sum(r.value is not None for r in run.by_metric[spec.name].values())
            of = known if spec.scope == "run" else len(run.cases)
            yield FigureRow(name=spec.name, cells=(Figure(value=value, unit=spec.unit, count=known, of=of),))


def _spread(group: _Group) -> LatencySpread:
    walls = _walls(group.calls)
    cuts = quantiles(walls, n=20, method="inclusive") if len(walls) > 1 else walls * 19
    middle = median(walls)
    low, high = _around(middle, [median(_walls(process)) for process in group.processes])
    return LatencySpread(
        name=group.name,
        percentiles=(cuts[0], cuts[4], middle, cuts[14], cuts[18]),
        low=middle if low is None else low,
        high=middle if high is None else high,
    )


def _shares(group: _Group, stages: Sequence[str]) -> Shares:
    """What the mean call of these cases is made of; what no stage tells is the rest."""
    parts = {stage: _stage(stage, group.calls) for stage in stages}
    rest = fmean(_walls(group.calls)) - sum(parts.values())
    return Shares(name=group.name, parts={**parts, "rest": max(0.0, rest)})
