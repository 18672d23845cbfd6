"""CPU time, the judge's second clock: other processes do not disturb it as they disturb the wall clock.

A pipeline that computes on one core all the time needs as much CPU time as its calls would take on a machine
of their own, so that beyond the limit by the one clock is beyond it by the other. Of any other pipeline CPU
time says something else: it does not see waiting, and counts every thread (docs/judge.md, two clocks).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from msgspec.structs import replace

from tts_baseline.core import units
from tts_baseline.core.judgement import Paired
from tts_baseline.core.records import Replicate, Verdict
from tts_baseline.stats.sequential import Look

# CPU time's part of the error rate; the wall clock has the rest.
PART = 0.2
# CPU time over wall time of calls on one core; only the least disturbed tenth of the calls tells.
_ONE_CORE = (0.95, 1.05)
_LEAST_DISTURBED = 0.9


def part_of(taken: Sequence[Paired]) -> float:
    """`PART` where every process of both arms computed on one core all the time, 0 otherwise."""
    low, high = _ONE_CORE
    busy = [_busy_cores(arm) for one in taken for arm in (one.base, one.head)]
    return PART if all(low <= cores <= high for cores in busy) else 0.0


def second(verdict: Verdict, found: Look, bound: float) -> Verdict:
    """The wall clock's verdict; `regressed` where that is undecided beyond the limit and CPU time is not.

    `found` is what CPU time tells, `bound` the limit (natural log).
    """
    is_slower = (verdict.change or 0.0) > math.expm1(bound)
    if verdict.status != "undecided" or not is_slower or found.side(bound) != "above":
        return verdict
    low, high = (math.expm1(end) for end in found.interval())
    change = units.change(math.expm1(found.estimate.change), verdict.unit, relative=True)
    interval = units.interval(low, high, verdict.unit, relative=True)
    return replace(
        verdict,
        status="regressed",
        reason=f"CPU time tells, {change} {interval}: other processes disturbed the wall clock",
    )


def _busy_cores(process: Replicate) -> float:
    shares = sorted(
        cpu / wall
        for calls in process.calls.values()
        for cpu, wall in zip(calls.cpu_s, calls.wall_s, strict=False)
        if wall > 0
    )
    return shares[int(_LEAST_DISTURBED * len(shares))] if shares else 0.0
