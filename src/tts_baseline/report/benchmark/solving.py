"""How a call's time follows its solver: t = c0 + c1·chunks + steps·(a·N + b·N²), N a chunk's frames.

Where all cases have as many chunks, c1 is not told from c0: they are one term.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import attrgetter
from statistics import median
from typing import NamedTuple

from tts_baseline.core.records import Calls, Run
from tts_baseline.report.benchmark.figures import Figure, FigureRow, FigureTable
from tts_baseline.stats.estimate import Estimate
from tts_baseline.stats.nonnegative import nonnegative

_FRAMES = 1_000.0  # of which a step's time is told
_SPARE = 2  # chosen: cases beyond the terms, that tell how well they are known
_SINGULAR = 1e-6  # chosen: where terms are told apart by rounding alone

Clock = Callable[[Calls], Sequence[float]]


class SolvedCase(NamedTuple):
    """The chunks of a case, the seconds of its median call, and its sums of steps·N and steps·N²."""

    chunks: float
    linear: float
    square: float
    seconds: float


class FittedTerms(NamedTuple):
    """Each term with its interval, and the root mean square of the relative errors that they leave."""

    terms: Mapping[str, tuple[float, float, float]]
    error: float


def table(run: Run) -> FigureTable:
    """The terms with their intervals; no row where none is told, one with the reason where none fits.

    On a CPU, of its seconds, too: those are the call's own, beside whatever else the machine does.
    """
    clocks: dict[str, Clock] = {"by the clock": attrgetter("wall_s")}
    if run.environment.device == "cpu":
        clocks["of CPU"] = attrgetter("cpu_s")
    return FigureTable(
        title="warm latency of a case = c0 + c1 chunks + steps (a N + b N²), N the frames of a chunk",
        about="term",
        heads=tuple(clocks),
        rows=tuple(_rows(run, tuple(clocks.values()))),
    )


def _rows(run: Run, clocks: Sequence[Clock]) -> Iterator[FigureRow]:
    told = [list(solved_cases(run, clock)) for clock in clocks]
    cases = len(told[0])
    if not cases:
        return
    fits = [fitted(each) for each in told]
    if isinstance(fits[0], str):
        yield FigureRow(name=f"no fit: {fits[0]}", cells=(None,) * len(clocks))
        return

    def figure(unit: str, value: float, low: float | None = None, high: float | None = None) -> Figure:
        return Figure(value=value, unit=unit, low=low, high=high, count=cases, of=len(run.cases))

    known = [None if isinstance(fit, str) else fit for fit in fits]
    for name in fits[0].terms:
        yield FigureRow(name=name, cells=tuple(fit and figure("s", *fit.terms[name]) for fit in known))
    rest = tuple(fit and figure("%", 100 * fit.error) for fit in known)
    yield FigureRow(name="left over, root mean square", cells=rest)


def solved_cases(run: Run, clock: Clock = attrgetter("wall_s")) -> Iterator[SolvedCase]:
    """What each case asked of the solver, in thousands of frames, and how long its median call took."""
    for case in run.cases:
        calls = [replicate.calls[case.id] for replicate in run.replicates if case.id in replicate.calls]
        if calls and calls[0].solved:
            chunks = [(frames / _FRAMES, steps) for frames, steps in calls[0].solved]
            yield SolvedCase(
                chunks=len(chunks),
                linear=math.fsum(steps * frames for frames, steps in chunks),
                square=math.fsum(steps * frames**2 for frames, steps in chunks),
                seconds=median(second for each in calls for second in clock(each)),
            )


def fitted(cases: Sequence[SolvedCase]) -> FittedTerms | str:
    """The terms by least squares of relative errors, none negative, each with its interval, or why not.

    The interval is that of 95 % without the bound (t; Draper and Smith, Applied Regression Analysis, 1998,
    section 5), as far as it is not below 0: it is as wide as the cases leave it open.
    """
    import numpy as np

    columns = _columns(cases)
    least = len(columns) + _SPARE
    if len(cases) < least:
        return f"{len(cases)} cases; {least} are needed"
    if min(case.seconds for case in cases) == 0:
        return "a case took no time that this clock shows"
    terms = np.array(list(columns.values())).T / np.array([[case.seconds] for case in cases])
    scale = np.sqrt((terms**2).sum(axis=0))
    sizes = np.linalg.svd(terms / scale, compute_uv=False)
    if sizes[-1] < _SINGULAR * sizes[0]:
        return "frames, steps and chunks of the cases rise together, so the terms are not told apart"
    inverse = np.linalg.pinv(terms / scale)
    free = inverse @ np.ones(len(cases))
    rest = terms / scale @ free - 1
    freedom = len(cases) - len(columns)
    errors = np.sqrt((inverse**2).sum(axis=1) * (rest @ rest) / freedom)
    weights, left = nonnegative(terms / scale)
    found = {}
    for at, name in enumerate(columns):
        value = float(weights[at] / scale[at])
        around = Estimate(float(free[at] / scale[at]), float(errors[at] / scale[at]), freedom)
        low, high = around.interval()
        found[name] = (value, max(0.0, min(low, value)), max(high, value))
    return FittedTerms(found, math.sqrt(left / freedom))


def _columns(cases: Sequence[SolvedCase]) -> dict[str, list[float]]:
    """What each term is multiplied by, case by case."""
    chunks = [case.chunks for case in cases]
    if len(set(chunks)) > 1:
        starts = {"fixed (c0)": [1.0] * len(cases), "a chunk (c1)": chunks}
    else:
        name = "its chunk (c0 + c1)" if chunks[0] == 1 else f"its chunks (c0 + {chunks[0]:g} c1)"
        starts = {f"fixed, with {name}": [1.0] * len(cases)}
    return {
        **starts,
        "a step, per 1,000 frames (a)": [case.linear for case in cases],
        "a step, per 1,000 x 1,000 frames (b)": [case.square for case in cases],
    }
