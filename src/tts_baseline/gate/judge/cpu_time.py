"""CPU time, the judge's second clock: other processes do not disturb it as they disturb the wall clock.

A pipeline that computes on one core all the time needs as much CPU time as its calls would take on an idle
machine, so both clocks then measure the same change. For any other pipeline they do not: CPU time leaves out
waiting and adds up threads (docs/judge.md, two clocks).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from msgspec.structs import replace

from tts_baseline.core.judgement import Paired
from tts_baseline.core.records import Replicate
from tts_baseline.core.verdict import Grounds, MeasuredChange, Verdict
from tts_baseline.stats.sequential import Look

# CPU time's part of the error rate; the wall clock has the rest (study: docs/judge.md, two clocks).
PART = 0.2
# CPU time over wall time of calls on one core; the least disturbed tenth of the calls tells (same study).
_ONE_CORE = (0.95, 1.05)
_LEAST_DISTURBED = 0.9


def part_of(taken: Sequence[Paired]) -> float:
    """`PART` where every process of both arms computed on one core all the time, 0 otherwise."""
    low, high = _ONE_CORE
    busy = [_busy_cores(arm) for restart in taken for arm in (restart.base, restart.head)]
    return PART if all(low <= cores <= high for cores in busy) else 0.0


def second(verdict: Verdict, by_cpu: Look, bound: float) -> Verdict:
    """The wall clock's verdict; `regressed` where it is undecided beyond the limit and CPU time is above it.

    `by_cpu` is the look at CPU times, `bound` the limit (natural log).
    """
    is_slower = (verdict.change or 0.0) > math.expm1(bound)
    if verdict.status != "undecided" or not is_slower or by_cpu.side(bound) != "above":
        return verdict
    low, high = (math.expm1(end) for end in by_cpu.interval())
    change = MeasuredChange(math.expm1(by_cpu.estimate.change), low, high)
    return replace(verdict, status="regressed", cause="cpu time", grounds=Grounds(cpu_time=change))


def _busy_cores(process: Replicate) -> float:
    shares = sorted(
        cpu / wall
        for calls in process.calls.values()
        for cpu, wall in zip(calls.cpu_s, calls.wall_s, strict=False)
        if wall > 0
    )
    return shares[int(_LEAST_DISTURBED * len(shares))] if shares else 0.0
