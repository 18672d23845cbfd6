"""Takes the machine's momentary speed out of wall-clock times.

Each call is measured next to a fixed reference computation. How much of the calls' drift the reference
explains within runs is estimated (a slope from 0, a pipeline that waits, to 1, a pipeline that computes), and
that much of its drift between runs is taken out of the comparison.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean, median

from msgspec import Struct

from tts_baseline.core.records import Replicate, Run
from tts_baseline.stats.covariate import pooled_slope


class Clock(Struct, frozen=True):
    """The slope shared by a run and its baseline."""

    slope: float

    def drift(self, replicate: Replicate) -> float:
        """What to subtract from a log time measured in this replicate."""
        return self.slope * _speed(replicate)


UNADJUSTED = Clock(0.0)


def calibrate(runs: Sequence[Run]) -> Clock:
    """The clock for comparing these runs; unadjusted on CUDA, where the CPU's speed says little."""
    if any(run.environment.device == "cuda" for run in runs):
        return UNADJUSTED
    return Clock(pooled_slope(_passes(run) for run in runs))


def machine_change(current: Run, earlier: Sequence[Run]) -> float:
    """How much slower the reference computation was now than in earlier runs (natural log)."""
    return _mean_speed(current) - fmean(_mean_speed(run) for run in earlier)


def _mean_speed(run: Run) -> float:
    speeds = [_speed(replicate) for replicate in run.replicates if replicate.calls]
    return fmean(speeds) if speeds else 0.0


def _speed(replicate: Replicate) -> float:
    medians = [math.log(median(calls.reference_s)) for calls in replicate.calls.values()]
    return fmean(medians) if medians else 0.0


def _passes(run: Run) -> tuple[list[float], list[float]]:
    reference: list[float] = []
    wall: list[float] = []
    for replicate in run.replicates:
        columns = list(replicate.calls.values())
        for turn in range(min((len(calls.wall_s) for calls in columns), default=0)):
            reference.append(fmean(math.log(calls.reference_s[turn]) for calls in columns))
            wall.append(fmean(math.log(calls.wall_s[turn]) for calls in columns))
    return reference, wall
