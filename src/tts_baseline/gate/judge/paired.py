"""The judge's verdicts: restarts of two arms, measured side by side, become intervals and decisions.

Every number is a paired difference of natural logs, head - base, one a restart (docs/method.md).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean, median
from typing import Literal

from msgspec.structs import replace

from tts_baseline.core.judgement import Judgement, Paired
from tts_baseline.core.protocols import Evidence, Metric, MetricSpec
from tts_baseline.core.records import Calls, Case, Replicate
from tts_baseline.core.registry import judged_gates, metrics
from tts_baseline.core.verdict import Grounds, Status, Verdict
from tts_baseline.gate.changes import because
from tts_baseline.gate.drafts import corrected, draft
from tts_baseline.gate.judge import cpu_time, stages
from tts_baseline.gate.judge.splits import PairedSplits
from tts_baseline.gate.limits import Limit
from tts_baseline.gate.screen.sessions import WHOLE_RUN
from tts_baseline.stats.sequential import LOOKS, Look, Standing, look

# chosen: where more of the quads were throttled, the others were measured on a device close to it.
MAX_DROPPED = 0.2
CallClock = Literal["wall_s", "cpu_s"]
_QUADS = ("ABBA", "BAAB")
_STATUS: Mapping[Standing, Status] = {
    "above": "regressed",
    "below": "improved",
    "within": "ok",
    "open": "undecided",
}


def decide(
    judgement: Judgement, limits: Mapping[str, Limit], *, cpu_part: float | None = None
) -> tuple[Verdict, ...]:
    """The verdicts of every gate on times and sizes: the suite (geometric mean of cases), then cases (Holm).

    Empty before the first look. Where more than a fifth of the quads were measured on a throttled device,
    nothing is decided. `cpu_part` is CPU time's part of the error rate (default: cpu_time.part_of).
    """
    taken = judgement.restarts
    taken = taken[: max((count for count in LOOKS if count <= len(taken)), default=0)]
    if not taken:
        return ()
    part = cpu_time.part_of(taken) if cpu_part is None else cpu_part
    verdicts: list[Verdict] = []
    silent: list[Verdict] = []
    for metric in metrics().values():
        spec = metric.spec
        if spec.key in judged_gates() and spec.limit is not None and spec.key in limits:
            gate = _gate(metric, limits[spec.key], judgement.cases, taken, part)
            verdicts += gate
            if spec.timed and not gate:
                silent.append(_silent(spec, limits[spec.key], len(taken)))
    dropped = sum(restart.dropped for restart in taken)
    throttled = dropped / (dropped + sum(map(_quads, taken)) or 1)
    if dropped:
        verdicts += silent
    if throttled > MAX_DROPPED:
        why = Grounds(throttled=throttled)
        verdicts = [
            replace(v, status="undecided", cause="throttled", grounds=why, split=None) for v in verdicts
        ]
    return tuple(because(verdicts, judgement.against.changed or ()))


def is_settled(verdicts: Sequence[Verdict], gates: Sequence[str]) -> bool:
    """True where the suite verdicts of these gates are in, and no case looks like an open regression.

    A suite that is regressed has its answer, whatever its single cases are.
    """
    suites = {v.gate: v.status for v in verdicts if v.case is None and v.gate in gates}
    suspects = {v.gate for v in verdicts if v.case and v.status == "undecided" and _is_suspect(v)}
    return bool(suites) and not any(
        status == "undecided" or (status != "regressed" and gate in suspects)
        for gate, status in suites.items()
    )


def may_gain(verdict: Verdict) -> bool:
    """True where it is not known whether a time fell by more than the limit: that lies in its interval."""
    if verdict.limit is None or verdict.low is None or verdict.status != "ok":
        return False
    return verdict.low < -verdict.limit / (1 + verdict.limit)


def differences(
    spec: MetricSpec, taken: Sequence[Paired], cases: Sequence[Case], clock: CallClock = "wall_s"
) -> dict[str, list[float]]:
    """One log difference a restart, by case (or for the run); the times of calls are by this clock.

    Cases that a restart lacks, or has no positive time or size of, are left out.
    """
    metric = metrics()[spec.name]
    by_case: dict[str, list[float]] = {}
    for case in [WHOLE_RUN] if spec.scope == "run" else [case.id for case in cases]:
        values = [_difference(metric, restart, case, clock) for restart in taken]
        if all(value is not None for value in values):
            by_case[case] = [value for value in values if value is not None]
    return by_case


def suite_wide(by_case: Mapping[str, Sequence[float]]) -> list[float]:
    """The suite's log difference in each restart: the mean over its cases."""
    return [fmean(restart) for restart in zip(*by_case.values(), strict=True)]


def quad_slices(order: str) -> Iterator[slice]:
    """Where the quads lie among the calls; none of arms that ran alone."""
    for start in range(0, len(order), len(_QUADS[0])):
        quad = slice(start, start + len(_QUADS[0]))
        if order[quad] in _QUADS:
            yield quad


def typical(order: str, base: Sequence[float], head: Sequence[float]) -> float:
    """The median of head - base over all calls of each in the same quad, four differences a quad.

    Calls of a quad share the machine's speed at that time, which a difference of medians does not cancel. Of
    arms that ran alone it is the difference of medians.
    """
    near = list(_within_quads(order, base, head))
    return median(near) if near else median(head) - median(base)


def _within_quads(order: str, base: Sequence[float], head: Sequence[float]) -> Iterator[float]:
    for quad in quad_slices(order):
        two = slice(quad.start // 2, quad.stop // 2)
        yield from (ours - theirs for ours in head[two] for theirs in base[two])


def _difference(metric: Metric, restart: Paired, case: str, clock: CallClock) -> float | None:
    if case and metric.spec.timed:
        if case not in restart.base.calls or case not in restart.head.calls:
            return None
        base, head = (getattr(arm.calls[case], clock) for arm in (restart.base, restart.head))
        if not _are_usable((*base, *head)):
            return None
        return typical(restart.orders[case], _logs(base), _logs(head))
    values = [_value(metric, (arm,), case) for arm in (restart.base, restart.head)]
    sizes = [value for value in values if value is not None]
    if len(sizes) < len(values) or not _are_usable(sizes):
        return None
    return math.log(sizes[1]) - math.log(sizes[0])


def _value(metric: Metric, replicates: Sequence[Replicate], case: str) -> float | None:
    """A metric's value over replicates, by its own definition; None where it has none."""
    if case:
        calls: tuple[Calls, ...] = tuple(r.calls[case] for r in replicates if case in r.calls)
        evidence = Evidence(case=Case(id=case, text=""), calls=calls)
    else:
        evidence = Evidence(cold_starts=tuple(r.cold_start for r in replicates if r.cold_start))
    return metric.read(evidence).value


def _gate(
    metric: Metric, limit: Limit, cases: Sequence[Case], taken: Sequence[Paired], cpu_part: float
) -> list[Verdict]:
    spec = metric.spec
    by_wall = differences(spec, taken, cases)
    if not by_wall:
        return []
    single = {case: values for case, values in by_wall.items() if case != WHOLE_RUN}
    changes = suite_wide(by_wall)
    levels = {
        case: [
            _value(metric, [getattr(restart, arm) for restart in taken], case) or math.nan
            for arm in ("base", "head")
        ]
        for case in by_wall
    }
    middle = [math.exp(fmean(math.log(pair[arm]) for pair in levels.values())) for arm in (0, 1)]
    by_cpu = differences(spec, taken, cases, "cpu_s") if cpu_part and spec.timed and single else {}
    part = cpu_part if by_cpu.keys() == by_wall.keys() else 0.0
    suite = _verdict(spec, limit, None, look(changes, 1 - part), middle)
    if part:
        suite = cpu_time.second(suite, look(suite_wide(by_cpu), part), limit.log_of(middle[0]))
    if spec.has_stages and suite.status in ("regressed", "improved"):
        moved = stages.shares(taken, [case for case in cases if case.id in by_wall])
        suite = replace(suite, grounds=replace(suite.grounds, stage_shares=moved))
    looks = {case: look(values) for case, values in single.items()}
    bounds = {case: limit.log_of(levels[case][0]) for case in single}
    p_values = [looks[case].p_above(bounds[case]) for case in single]
    alone = [_verdict(spec, limit, case, looks[case], levels[case]) for case in single]
    if spec.has_stages and single:
        splits = PairedSplits(taken, single)
        suite = replace(suite, split=splits.of([*single], limit.log_of(middle[0])))
        alone = [replace(v, split=splits.of([v.case], bounds[v.case])) for v in alone if v.case]
    return [suite, *corrected(alone, p_values, look(changes).alpha)]


def _verdict(
    spec: MetricSpec, limit: Limit, case: str | None, result: Look, levels: Sequence[float]
) -> Verdict:
    bound = limit.log_of(levels[0])
    low, high = result.interval()
    status = _STATUS[result.side(bound)]
    is_open = status == "undecided"
    return draft(
        spec,
        case,
        status,
        baseline=levels[0],
        current=levels[1],
        change=math.expm1(result.estimate.change),
        low=math.expm1(low),
        high=math.expm1(high),
        limit=math.expm1(bound),
        runs=result.restarts,
        decided_by="judge",
        cause="resolution" if is_open else "",
        grounds=Grounds(seen=math.expm1(result.smallest_visible(bound)) if is_open else None),
    )


def _silent(spec: MetricSpec, limit: Limit, restarts: int) -> Verdict:
    """The verdict of a gate that has no value at all, because the device was always throttled."""
    return draft(
        spec,
        None,
        "undecided",
        limit=limit.relative,
        runs=restarts,
        decided_by="judge",
        cause="always throttled",
    )


def _is_suspect(verdict: Verdict) -> bool:
    return (verdict.change or 0.0) > (verdict.limit or 0.0) and (verdict.low or 0.0) > 0


def _quads(restart: Paired) -> int:
    """The quads that were kept. Arms that ran alone have none: two of their calls count as one."""
    return sum(len(order) // (4 if order[:2] in ("AB", "BA") else 2) for order in restart.orders.values())


def _are_usable(values: Sequence[float]) -> bool:
    return bool(values) and all(0 < value < math.inf for value in values)


def _logs(values: Sequence[float]) -> list[float]:
    return [math.log(value) for value in values]
