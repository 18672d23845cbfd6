"""Sessions of pytest-benchmark compared: files that it wrote, and stored runs as if it had written them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tts_baseline.core.benchmark_file import BenchmarkSession, session_of
from tts_baseline.core.errors import BaselineError
from tts_baseline.core.verdict import FAILING
from tts_baseline.gate.benchmarks import RoundsVerdict, judged
from tts_baseline.report.format import View
from tts_baseline.report.formats import pytest_benchmark
from tts_baseline.session.outcome import reopen
from tts_baseline.session.project import Project


def is_file(name: str) -> bool:
    """Whether this names a file of pytest-benchmark, and no run: not the `run.json` of one, either."""
    return name.endswith(".json") and Path(name).name != "run.json"


def compared(project: Project, names: Sequence[str]) -> tuple[RoundsVerdict, ...]:
    """The last of these files, or runs, against those before it, which are the earlier sessions.

    Raises BaselineError for what is none, for other hardware, and where nothing has the same name.
    """
    *earlier, now = [_opened(project, name) for name in names]
    _check_hardware(now, earlier)
    if not any(now.medians.keys() & session.medians.keys() for session in earlier):
        first = next(iter(now.medians))
        raise BaselineError(
            f"no benchmark of {now.name} is in {', '.join(session.name for session in earlier)}: "
            f"it has {first!r}, there is {next(iter(earlier[0].medians))!r}",
            hint="compare sessions of the same tests",
        )
    medians = [session.medians for session in earlier]
    return judged(now.medians, medians, project.limits["latency"].relative)


def of_one(
    project: Project, now: BenchmarkSession, earlier: Sequence[BenchmarkSession], tests: int
) -> RoundsVerdict:
    """The verdict of a session's only benchmark, one of so many tests; raises as `compared` does.

    Sessions of other hardware are passed over, unless there are no others.
    """
    name, median = next(iter(now.medians.items()))
    if not earlier:
        return RoundsVerdict(name=name, status="no baseline", now=median)
    here = [session for session in earlier if session.hardware == now.hardware] or earlier
    _check_hardware(now, here)
    limit = project.limits["latency"].relative
    own = [{name: session.medians[name]} for session in here]
    return next(each for each in judged(now.medians, own, limit, tests=tests) if each.name)


def is_failing(project: Project, verdicts: Sequence[RoundsVerdict]) -> bool:
    """Whether one of them fails the build, by the project's policies."""
    settings = project.settings
    undecided = settings.undecided == "fail" and any(
        verdict.status == "undecided" and verdict.name is None for verdict in verdicts
    )
    return undecided or any(
        verdict.status in FAILING or (verdict.status == "no baseline" and settings.missing == "fail")
        for verdict in verdicts
    )


def _opened(project: Project, name: str) -> BenchmarkSession:
    if is_file(name):
        try:
            return session_of(Path(name).read_bytes(), name)
        except OSError as error:
            raise BaselineError(
                f"cannot be read: {error.strerror}", where=name, hint="pytest --benchmark-json=now.json"
            ) from error
    return session_of(pytest_benchmark.render(reopen(project, name), View()), name)


def _check_hardware(now: BenchmarkSession, earlier: Sequence[BenchmarkSession]) -> None:
    for session in earlier:
        if session.hardware != now.hardware:
            raise BaselineError(
                f"{session.name} is of {session.hardware or 'a machine that it does not name'}, "
                f"{now.name} of {now.hardware or 'one that it does not name'}: times are not comparable",
                hint="compare sessions of one machine",
            )
