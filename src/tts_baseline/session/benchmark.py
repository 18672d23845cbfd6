"""A benchmark: a run is measured, or looked up, and its figures are taken; nothing is judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tts_baseline.baseline import pending
from tts_baseline.core.records import Case, Run
from tts_baseline.report.benchmark.figures import Benchmark, BenchmarkKind
from tts_baseline.report.benchmark.performance import performance
from tts_baseline.report.benchmark.quality import quality
from tts_baseline.session import places
from tts_baseline.session.criteria import judged
from tts_baseline.session.measurement.progress import Progress
from tts_baseline.session.measurement.suite import take
from tts_baseline.session.project import Project

BENCHMARKS: Mapping[BenchmarkKind, Callable[[Run], Benchmark]] = {
    "performance": performance,
    "quality": quality,
}


def measured(
    project: Project,
    cases: Sequence[Case],
    kind: BenchmarkKind,
    progress: Progress,
    ratings: Path | None = None,
) -> Benchmark:
    """The benchmark of a new run over the cases, which is pending like any other: it may be accepted.

    Raises BaselineError, before measuring, where a place that will be written to cannot be, and as `take`
    does.
    """
    places.check(places.of_comparison(project))
    run, utterances = take(project, cases, progress)
    folder = places.kept(project, lambda report: pending.save(report, run, utterances), progress)
    return _shown(project, folder, pending.load(folder), kind, ratings)


def looked_up(project: Project, run: str, kind: BenchmarkKind, ratings: Path | None = None) -> Benchmark:
    """The benchmark of a pending run: its id, a part of it, or `last`. Raises BaselineError without one."""
    return _shown(project, *pending.opened(project.report, run), kind, ratings)


def _shown(project: Project, folder: Path, run: Run, kind: BenchmarkKind, ratings: Path | None) -> Benchmark:
    shown = BENCHMARKS[kind](run)
    return judged(shown, project, folder, run, ratings) if kind == "quality" else shown
