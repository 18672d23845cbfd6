"""Which stages the judge saw move: paired intervals of each stage's share of the change."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean, median

from tts_baseline.core.judgement import Paired
from tts_baseline.core.records import Calls, Case
from tts_baseline.core.verdict import MeasuredChange
from tts_baseline.stats.sequential import estimate

_REST = "elsewhere"


def shares(taken: Sequence[Paired], cases: Sequence[Case]) -> dict[str, MeasuredChange]:
    """By stage, its change as a share of the base's whole latency: the mean over cases, one value a restart.

    The shares add up to about the whole change; 'elsewhere' is what no stage accounts for. A stage that an
    arm does not have took no time there. Empty where a case has no stages at all.
    """
    ids = [c.id for c in cases if all(c.id in r.base.calls and c.id in r.head.calls for r in taken)]
    columns = [arm.calls[id] for restart in taken for arm in (restart.base, restart.head) for id in ids]
    if not columns or not all(calls.stages for calls in columns):
        return {}
    names = sorted({name for calls in columns for name in calls.stages})
    return {
        name: _interval([fmean(_share(restart, id, name) for id in ids) for restart in taken])
        for name in (*names, _REST)
    }


def _interval(changes: Sequence[float]) -> MeasuredChange:
    mean = estimate(changes)
    return MeasuredChange(mean.change, *mean.interval())


def _share(restart: Paired, case: str, stage: str) -> float:
    base, head = restart.base.calls[case], restart.head.calls[case]
    return (_seconds(head, stage) - _seconds(base, stage)) / median(base.wall_s)


def _seconds(calls: Calls, stage: str) -> float:
    if stage != _REST:
        return median(calls.stages.get(stage, (0.0,)))
    rows = zip(calls.wall_s, *calls.stages.values(), strict=True)
    return float(median(wall - math.fsum(parts) for wall, *parts in rows))
