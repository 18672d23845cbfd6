"""Takes the machine's momentary speed out of wall-clock times.

Each call is timed next to a fixed reference computation. A pipeline that computes all the time slows down as
the reference does, one that waits (for a server, a disk) does not feel it; so the reference's drift counts
by the share of its time in which the pipeline computed: process CPU time over wall time, at most 1.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from operator import truediv
from statistics import fmean, median

from msgspec import Struct

from tts_baseline.core.records import Replicate, Run


class Adjustment(Struct, frozen=True):
    """How much of the machine's momentary speed a pipeline feels: the share of its time that it computes."""

    share: float

    def of(self, replicates: Collection[Replicate]) -> float:
        """What to subtract from the mean of log times measured in these replicates."""
        return self.share * fmean(each.speed for each in replicates) if self.share and replicates else 0.0


UNADJUSTED = Adjustment(0.0)
# Three standard deviations of the sessions in benchmarks/reference_clock/results.json (wall clock, 0.157).
PLAUSIBLE = math.log(1.6)


def calibrate(runs: Sequence[Run]) -> Adjustment:
    """The adjustment for comparing these runs.

    Unadjusted where the reference says nothing about the pipeline: on CUDA; between Python versions, whose
    speed it would measure; and where it changed by more than a machine's moods do (a tracer, an emulator).
    """
    pythons = {run.environment.software.get("python") for run in runs}
    on_gpu = any(run.environment.device == "cuda" for run in runs)
    speeds = [_mean_speed(run) for run in runs]
    usual = median(speeds)
    if on_gpu or len(pythons) > 1 or any(abs(speed - usual) > PLAUSIBLE for speed in speeds):
        return UNADJUSTED
    shares = [share for run in runs for share in _computing(run)]
    return Adjustment(fmean(shares)) if shares else UNADJUSTED


def machine_change(current: Run, earlier: Sequence[Run]) -> float:
    """How much slower the reference computation was now than in earlier runs (natural log)."""
    return _mean_speed(current) - fmean(_mean_speed(run) for run in earlier)


def _mean_speed(run: Run) -> float:
    speeds = [replicate.speed for replicate in run.replicates if replicate.calls]
    return fmean(speeds) if speeds else 0.0


def _computing(run: Run) -> list[float]:
    return [
        min(1.0, median(map(truediv, calls.cpu_s, calls.wall_s)))
        for replicate in run.replicates
        for calls in replicate.calls.values()
    ]
