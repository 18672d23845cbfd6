"""Takes the machine's momentary speed out of wall-clock times.

Each call is timed next to a fixed reference computation. A pipeline that computes all the time slows down as
the reference does, one that waits (for a server, a disk) does not feel it; so the reference's drift counts
by the share of its time in which the pipeline computed: process CPU time over wall time, at most 1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean, median

from msgspec import Struct

from tts_baseline.core.records import Replicate, Run


class Clock(Struct, frozen=True):
    """The computing share that a run and its baseline have in common, from 0 to 1."""

    share: float

    def drift(self, replicate: Replicate) -> float:
        """What to subtract from a log time measured in this replicate."""
        return self.share * _speed(replicate)


UNADJUSTED = Clock(0.0)


def calibrate(runs: Sequence[Run]) -> Clock:
    """The clock for comparing these runs; unadjusted on CUDA, where the CPU's speed says little."""
    if any(run.environment.device == "cuda" for run in runs):
        return UNADJUSTED
    shares = [share for run in runs for share in _computing(run)]
    return Clock(fmean(shares)) if shares else UNADJUSTED


def machine_change(current: Run, earlier: Sequence[Run]) -> float:
    """How much slower the reference computation was now than in earlier runs (natural log)."""
    return _mean_speed(current) - fmean(_mean_speed(run) for run in earlier)


def _mean_speed(run: Run) -> float:
    speeds = [_speed(replicate) for replicate in run.replicates if replicate.calls]
    return fmean(speeds) if speeds else 0.0


def _speed(replicate: Replicate) -> float:
    medians = [math.log(median(calls.reference_s)) for calls in replicate.calls.values()]
    return fmean(medians) if medians else 0.0


def _computing(run: Run) -> list[float]:
    return [
        min(1.0, median(cpu / wall for cpu, wall in zip(calls.cpu_s, calls.wall_s, strict=True)))
        for replicate in run.replicates
        for calls in replicate.calls.values()
    ]
