"""The quality gate: paired differences with the accepted scores, the same on every machine."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from statistics import median

from msgspec import Struct
from msgspec.structs import replace

from tts_baseline.core.protocols import MetricSpec
from tts_baseline.core.records import Baseline, Case, QualityCase, Reading, Run, Status, Verdict
from tts_baseline.core.registry import metrics
from tts_baseline.gate.limits import Limit
from tts_baseline.stats.median import median_interval


class Pair(Struct, frozen=True):
    """One case's score then and now, and their difference (a share of `then` where the limit is one)."""

    case: str
    then: float
    now: float
    difference: float


def judge(
    spec: MetricSpec, limit: Limit, run: Run, baseline: Baseline, broken: Collection[str]
) -> list[Verdict]:
    """The verdicts of one metric: the suite first (median of paired differences), then its cases.

    A case that could be measured when it was accepted and cannot be now is `invalid`; where the metric
    compares with a golden, that only says that the two cannot be laid over each other: `not comparable`.
    `broken` cases have been reported as invalid already.
    """
    readings = {r.case: r for r in run.readings if r.metric == spec.name and r.case is not None}
    accepted = _accepted(run, baseline)
    asked = {case.id: case for case in run.cases}
    verdicts: list[Verdict] = []
    pairs: list[Pair] = []
    for case, reading in readings.items():
        score = accepted[case].scores.get(spec.name) if case in accepted else None
        if reading.value is None:
            if case not in broken and (spec.decide == "each" or (score and score.value is not None)):
                status: Status = "not comparable" if spec.golden else "invalid"
                verdicts.append(_verdict(spec, limit, case, status, reason=reading.reason or ""))
        elif score is None:
            verdicts.append(
                _verdict(
                    spec,
                    limit,
                    case,
                    "no baseline",
                    now=reading.value,
                    reason=_why_new(asked[case], baseline),
                )
            )
        elif score.value is not None:
            pairs.append(_pair(spec, limit, case, score.value, reading.value))
    verdicts += [_case(spec, limit, pair) for pair in pairs]
    suite = _suite(spec, limit, pairs, [c for c in readings if c in accepted], run)
    for missing in ("not comparable", "no baseline"):
        if suite is None and verdicts and all(v.status == missing for v in verdicts):
            suite = replace(verdicts[0], case=None, current=_middle(verdicts))
    return ([suite] if suite else []) + verdicts


def _accepted(run: Run, baseline: Baseline) -> dict[str, QualityCase]:
    known = baseline.quality.cases if baseline.quality else {}
    return {
        case.id: known[case.id]
        for case in run.cases
        if case.id in known and known[case.id].request == case.request
    }


def _pair(spec: MetricSpec, limit: Limit, case: str, then: float, now: float) -> Pair:
    if spec.cap is not None:
        then, now = min(then, spec.cap), min(now, spec.cap)
    difference = now - then
    return Pair(case, then, now, difference / abs(then) if limit.is_relative and then else difference)


def _allowed(limit: Limit, then: float | None) -> float:
    """The limit in the terms of a pair's difference: a share of `then`, or an amount."""
    return limit.share_of(abs(then)) if limit.is_relative and then else limit.absolute


def _status(spec: MetricSpec, allowed: float, difference: float) -> Status:
    worse = {"lower": difference, "higher": -difference, "same": abs(difference)}[spec.better]
    if worse > allowed:
        return "regressed"
    return "improved" if worse < -allowed else "ok"


def _case(spec: MetricSpec, limit: Limit, pair: Pair) -> Verdict:
    status = _status(spec, _allowed(limit, pair.then), pair.difference)
    return _verdict(spec, limit, pair.case, status, then=pair.then, now=pair.now, change=pair.difference)


def _suite(
    spec: MetricSpec, limit: Limit, pairs: Sequence[Pair], cases: Sequence[str], run: Run
) -> Verdict | None:
    if not cases:
        return None
    if not pairs:
        return _by_class(spec, limit, None, spec.fallback, cases, run) if spec.fallback else None
    if spec.decide == "each":
        worst = max(pairs, key=lambda pair: pair.difference)
        blank = _case(spec, limit, worst)
        total = sum(_case(spec, limit, pair).status == "regressed" for pair in pairs)
        reason = f"{total} of {len(pairs)} cases worse, most in {worst.case}" if total else ""
        return replace(blank, case=None, reason=reason)
    middle, low, high = median_interval([pair.difference for pair in pairs])
    verdict = replace(
        _verdict(
            spec,
            limit,
            None,
            _status(spec, _allowed(limit, median(pair.then for pair in pairs)), middle),
            then=median(pair.then for pair in pairs),
            now=median(pair.now for pair in pairs),
            change=middle,
            reason=f"median of {len(pairs)} of {len(cases)} cases",
        ),
        low=low,
        high=high,
    )
    if spec.fallback and len(pairs) < spec.min_valid * len(cases) and verdict.status != "regressed":
        return _by_class(spec, limit, verdict, spec.fallback, cases, run)
    return verdict


def _by_class(
    spec: MetricSpec, limit: Limit, verdict: Verdict | None, golden: str, cases: Sequence[str], run: Run
) -> Verdict:
    """Too few cases have a value: then closeness to the goldens decides, and never more than 'undecided'."""
    closeness: Mapping[str | None, Reading] = {r.case: r for r in run.readings if r.metric == golden}
    valid = sum(
        1
        for c in cases
        if any(r.case == c and r.metric == spec.name and r.value is not None for r in run.readings)
    )
    same = sum(metrics()[golden].spec.is_equivalent(closeness[case].value) for case in cases)
    few = f"measured in {valid} of {len(cases)} cases"
    blank = verdict or _verdict(spec, limit, None, "ok")
    if same == len(cases):
        return replace(blank, status="ok", reason=f"{few}; all equivalent to their goldens")
    changed = len(cases) - same
    return replace(
        blank,
        status="undecided",
        reason=f"{few}; {changed} differ from their goldens: listen, then accept or mend",
    )


def _middle(verdicts: Sequence[Verdict]) -> float | None:
    values = [v.current for v in verdicts if v.current is not None]
    return float(median(values)) if values else None


def _why_new(case: Case, baseline: Baseline) -> str:
    if baseline.quality is None:
        return "nothing was accepted yet"
    if case.id not in baseline.quality.cases:
        return "the case is new"
    if baseline.quality.cases[case.id].request != case.request:
        return "its text has changed since it was accepted"
    return "the metric is new"


def _verdict(
    spec: MetricSpec,
    limit: Limit,
    case: str | None,
    status: Status,
    *,
    then: float | None = None,
    now: float | None = None,
    change: float | None = None,
    reason: str = "",
) -> Verdict:
    return Verdict(
        gate=spec.key,
        metric=spec.name,
        family=spec.family,
        case=case,
        status=status,
        unit=spec.unit,
        relative=limit.is_relative,
        baseline=then,
        current=now,
        change=change,
        limit=_allowed(limit, then) or limit.relative,
        reason=reason,
    )
