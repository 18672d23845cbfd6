"""How a call's time follows its solver: t = c0 + c1·chunks + steps·(a·N + b·N²), N a chunk's frames."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from statistics import median
from typing import NamedTuple

from tts_baseline.core.records import Run
from tts_baseline.report.benchmark.figures import Figure, FigureRow, FigureTable
from tts_baseline.stats.estimate import Estimate

_FRAMES = 1_000.0  # of which a step's time is told
_NAMES = (
    "fixed (c0)",
    "a chunk (c1)",
    "a step, per 1,000 frames (a)",
    "a step, per 1,000 x 1,000 frames (b)",
)
_SPARE = 2  # chosen: cases beyond the terms, that tell how well they are known
_SINGULAR = 1e-6  # chosen: where terms are told apart by rounding alone


class SolvedCase(NamedTuple):
    """The chunks of a case, the seconds of its median call, and its sums of steps·N and steps·N²."""

    chunks: float
    linear: float
    square: float
    seconds: float


class FittedTerms(NamedTuple):
    """Each term with its interval, and the root mean square of the relative errors that they leave."""

    terms: tuple[tuple[float, float, float], ...]
    error: float


def table(run: Run) -> FigureTable:
    """The terms with their intervals; no row where none is told, one with the reason where none fits."""
    return FigureTable(
        title="warm latency of a case = c0 + c1 chunks + steps (a N + b N²), N the frames of a chunk",
        about="term",
        heads=("value",),
        rows=tuple(_rows(run)),
    )


def _rows(run: Run) -> Iterator[FigureRow]:
    cases = list(solved_cases(run))
    if not cases:
        return
    found = fitted(cases)
    if isinstance(found, str):
        yield FigureRow(name=f"no fit: {found}", cells=(None,))
        return
    for name, (value, low, high) in zip(_NAMES, found.terms, strict=True):
        figure = Figure(value=value, unit="s", low=low, high=high, count=len(cases), of=len(run.cases))
        yield FigureRow(name=name, cells=(figure,))
    rest = Figure(value=100 * found.error, unit="%", count=len(cases), of=len(run.cases))
    yield FigureRow(name="left over, root mean square", cells=(rest,))


def solved_cases(run: Run) -> Iterator[SolvedCase]:
    """What each case asked of the solver, in thousands of frames, and how long its median call took."""
    for case in run.cases:
        calls = [replicate.calls[case.id] for replicate in run.replicates if case.id in replicate.calls]
        if calls and calls[0].solved:
            chunks = [(frames / _FRAMES, steps) for frames, steps in calls[0].solved]
            yield SolvedCase(
                chunks=len(chunks),
                linear=math.fsum(steps * frames for frames, steps in chunks),
                square=math.fsum(steps * frames**2 for frames, steps in chunks),
                seconds=median(wall for each in calls for wall in each.wall_s),
            )


def fitted(cases: Sequence[SolvedCase]) -> FittedTerms | str:
    """The terms by least squares of relative errors, each with its interval of 95 % (t, n - 4), or why not.

    Draper and Smith, Applied Regression Analysis, 1998, section 5.
    """
    import numpy as np

    least = len(_NAMES) + _SPARE
    if len(cases) < least:
        return f"{len(cases)} cases; {least} are needed"
    if len({case.chunks for case in cases}) == 1:
        return f"all cases have as many chunks, {cases[0].chunks:g}, so that c1 is not told from c0"
    seconds = np.array([case.seconds for case in cases])
    terms = np.array([(1.0, case.chunks, case.linear, case.square) for case in cases]) / seconds[:, None]
    scale = np.sqrt((terms**2).sum(axis=0))
    sizes = np.linalg.svd(terms / scale, compute_uv=False)
    if sizes[-1] < _SINGULAR * sizes[0]:
        return "frames, steps and chunks of the cases rise together, so the terms are not told apart"
    inverse = np.linalg.pinv(terms / scale)
    values = inverse @ np.ones(len(cases))
    rest = terms / scale @ values - 1
    freedom = len(cases) - len(_NAMES)
    errors = np.sqrt((inverse**2).sum(axis=1) * (rest @ rest) / freedom)
    return FittedTerms(
        tuple(
            (value, *Estimate(value, error, freedom).interval())
            for value, error in zip((values / scale).tolist(), (errors / scale).tolist(), strict=True)
        ),
        math.sqrt(float(rest @ rest) / freedom),
    )
