"""Benchmarks of pytest-benchmark judged as times: a session is one process, its rounds are no repeats."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import fmean

from msgspec import Struct
from msgspec.structs import replace

from tts_baseline.core.registry import gates
from tts_baseline.core.verdict import Status
from tts_baseline.gate.screen.times import CASE_FACTOR
from tts_baseline.stats.estimate import ALPHA, Estimate
from tts_baseline.stats.multiplicity import holm
from tts_baseline.stats.predictive import predict


class RoundsVerdict(Struct, frozen=True, kw_only=True):
    """The verdict of one benchmark, or of all together (`name` is None), with its change and interval."""

    name: str | None
    status: Status
    before: float | None = None
    now: float | None = None
    change: float | None = None
    low: float | None = None
    high: float | None = None
    smallest_seen: float | None = None


def judged(
    now: Mapping[str, float], earlier: Sequence[Mapping[str, float]], relative: float, *, tests: int = 0
) -> tuple[RoundsVerdict, ...]:
    """All together (the geometric mean of what every session has), then one by one, by Holm's procedure.

    Where this is one of so many `tests`, they share the error rate (Bonferroni), of which Holm sees only one.
    What an earlier session had and this one has not is `invalid`; what none had is `no baseline`.
    """
    bound = math.log1p(relative)
    prior = gates()["latency"].prior["cpu"]  # until 4 sessions show their own spread
    logs = {name: math.log(seconds) for name, seconds in now.items()}
    then = [{name: math.log(seconds) for name, seconds in each.items()} for each in earlier]
    known = [name for name in logs if any(name in each for each in then)]
    alone = []
    p_values = []
    for name in known:
        before = [each[name] for each in then if name in each]
        estimate = predict(logs[name], before, prior=CASE_FACTOR * prior)
        alone.append(_verdict(name, logs[name], before, estimate, bound))
        p_values.append(estimate.p_above(bound))
    kept = holm(p_values, ALPHA / max(tests, 1)) if p_values else []
    alone = [
        replace(verdict, status="undecided") if verdict.status == "regressed" and not is_kept else verdict
        for verdict, is_kept in zip(alone, kept, strict=True)
    ]
    gone = sorted({name for each in then for name in each} - logs.keys())
    lost = [RoundsVerdict(name=name, status="invalid") for name in gone]
    new = [
        RoundsVerdict(name=name, status="no baseline", now=now[name]) for name in logs if name not in known
    ]
    common = [name for name in known if all(name in each for each in then)]
    suite = []
    if common:
        before = [fmean(each[name] for name in common) for each in then]
        current = fmean(logs[name] for name in common)
        suite = [_verdict(None, current, before, predict(current, before, prior=prior), bound)]
    return (*suite, *lost, *alone, *new)


def _verdict(
    name: str | None, current: float, before: Sequence[float], estimate: Estimate, bound: float
) -> RoundsVerdict:
    low, high = estimate.interval()
    status: Status = "undecided"
    if low > bound:
        status = "regressed"
    elif high < -bound:
        status = "improved"
    elif high < bound:
        status = "ok"
    return RoundsVerdict(
        name=name,
        status=status,
        before=math.exp(fmean(before)),
        now=math.exp(current),
        change=math.expm1(estimate.change),
        low=math.expm1(low),
        high=math.expm1(high),
        smallest_seen=math.expm1(estimate.smallest_visible(bound)) if status == "undecided" else None,
    )
