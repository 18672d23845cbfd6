"""Which stages moved, and which did not: paired intervals of each stage's share of the change."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean, median

from tts_baseline.core.judgement import Paired
from tts_baseline.core.records import Calls, Case
from tts_baseline.stats.estimate import Estimate
from tts_baseline.stats.sequential import estimate

_REST = "elsewhere"


def shares(taken: Sequence[Paired], cases: Sequence[Case]) -> dict[str, Estimate]:
    """By stage, its change as a share of the base's whole latency: the mean over cases, one value a restart.

    The shares add up to about the whole change; 'elsewhere' is what no stage accounts for. A stage that an
    arm does not have took no time there. Empty where a case has no stages at all.
    """
    ids = [c.id for c in cases if all(c.id in one.base.calls and c.id in one.head.calls for one in taken)]
    calls = [arm.calls[id] for one in taken for arm in (one.base, one.head) for id in ids]
    if not calls or not all(one.stages for one in calls):
        return {}
    names = sorted({name for one in calls for name in one.stages})
    found = {name: [fmean(_share(one, id, name) for id in ids) for one in taken] for name in (*names, _REST)}
    return {name: estimate(values) for name, values in found.items()}


def stages(taken: Sequence[Paired], cases: Sequence[Case]) -> str:
    """'model +9.1% [+8.2, +10.0] of the whole; text, vocoder unchanged (within 0.4%)'; empty without stages.

    A stage has moved where its interval excludes zero and its share is a fifth of the largest, or more.
    """
    found = shares(taken, cases)
    size = max((abs(one.change) for one in found.values()), default=0.0)
    if not size:
        return ""
    by_size = sorted(found, key=lambda name: -abs(found[name].change))
    moved = [name for name in by_size if _has_moved(found[name], size)]
    still = [name for name in found if name not in moved]
    told = [f"{name} {_shown(found[name])}" for name in moved]
    quiet = max((max(map(abs, found[name].interval())) for name in still), default=0.0)
    parts = [f"{', '.join(told)} of the whole"] if told else ["no stage alone"]
    return "; ".join([*parts, *([f"{', '.join(still)} unchanged (within {quiet:.1%})"] if still else [])])


def _has_moved(one: Estimate, size: float) -> bool:
    low, high = one.interval()
    return (low > 0 or high < 0) and abs(one.change) >= size / 5


def _share(one: Paired, case: str, stage: str) -> float:
    base, head = one.base.calls[case], one.head.calls[case]
    return (_seconds(head, stage) - _seconds(base, stage)) / median(base.wall_s)


def _seconds(calls: Calls, stage: str) -> float:
    if stage != _REST:
        return median(calls.stages.get(stage, (0.0,)))
    rows = zip(calls.wall_s, *calls.stages.values(), strict=True)
    return float(median(wall - math.fsum(parts) for wall, *parts in rows))


def _shown(one: Estimate) -> str:
    low, high = one.interval()
    return f"{one.change:+.1%} [{low * 100:+.1f}, {high * 100:+.1f}]"
