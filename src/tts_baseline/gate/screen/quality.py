"""The quality gate: paired differences with the accepted scores, the same on every machine."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from statistics import median
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from tts_baseline.core.protocols import MetricSpec
from tts_baseline.core.records import Baseline, Case, QualityCase, Reading, Run
from tts_baseline.core.registry import metrics
from tts_baseline.core.verdict import UNDECIDING, Cause, Grounds, Status, Verdict
from tts_baseline.gate.changes import because, between
from tts_baseline.gate.drafts import draft
from tts_baseline.gate.limits import Limit
from tts_baseline.stats.median import median_interval


class Pair(Struct, frozen=True):
    """One case's score then and now, and their difference (a share of `then` where the limit is one)."""

    case: str
    then: float
    now: float
    difference: float


def verdicts(
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
    cases: list[Verdict] = []
    pairs: list[Pair] = []
    for case, reading in readings.items():
        score = accepted[case].scores.get(spec.name) if case in accepted else None
        if reading.value is None:
            is_fault = spec.decide == "each" and not spec.golden
            if case not in broken and (is_fault or (score and score.value is not None)):
                status: Status = "not comparable" if spec.golden else "invalid"
                grounds = Grounds(message=reading.reason or "")
                cases.append(_draft(spec, limit, case, status, cause="no value", grounds=grounds))
        elif score is None:
            cause = _why_new(asked[case], baseline)
            cases.append(_draft(spec, limit, case, "no baseline", now=reading.value, cause=cause))
        elif score.value is not None:
            pairs.append(_pair(spec, limit, case, score.value, reading.value))
    cases += [_case(spec, limit, pair) for pair in pairs]
    suite = _suite(spec, limit, pairs, [c for c in readings if c in accepted], run)
    for missing in ("not comparable", "no baseline"):
        if suite is None and cases and all(v.status == missing for v in cases):
            suite = replace(cases[0], case=None, current=_middle(cases))
    changed = between(baseline.quality.provenance, run.provenance) if baseline.quality else ()
    return because([suite, *cases] if suite else cases, changed)


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
    if spec.decide == "median":
        status = UNDECIDING.get(status, status)
    return _draft(spec, limit, pair.case, status, then=pair.then, now=pair.now, change=pair.difference)


def _suite(
    spec: MetricSpec, limit: Limit, pairs: Sequence[Pair], cases: Sequence[str], run: Run
) -> Verdict | None:
    if not cases:
        return None
    if not pairs:
        return _by_class(spec, limit, None, spec.fallback, cases, run) if spec.fallback else None
    if spec.decide == "each":
        return _worst(spec, limit, pairs)
    middle, low, high = median_interval([pair.difference for pair in pairs])
    then = median(pair.then for pair in pairs)
    verdict = _draft(
        spec,
        limit,
        None,
        _status(spec, _allowed(limit, then), middle),
        then=then,
        now=median(pair.now for pair in pairs),
        change=middle,
        low=low,
        high=high,
        cause="median",
        grounds=Grounds(valid=len(pairs), of=len(cases)),
    )
    if spec.fallback and len(pairs) < spec.min_valid * len(cases) and verdict.status != "regressed":
        return _by_class(spec, limit, verdict, spec.fallback, cases, run)
    return verdict


def _worst(spec: MetricSpec, limit: Limit, pairs: Sequence[Pair]) -> Verdict:
    """The suite's verdict where every case counts: that of its worst case."""
    worst = max(pairs, key=lambda pair: pair.difference)
    verdict = replace(_case(spec, limit, worst), case=None)
    worse = sum(_case(spec, limit, pair).status == "regressed" for pair in pairs)
    if not worse:
        return verdict
    return replace(verdict, cause="worst case", grounds=Grounds(worse=worse, of=len(pairs), case=worst.case))


def _by_class(
    spec: MetricSpec, limit: Limit, verdict: Verdict | None, golden: str, cases: Sequence[str], run: Run
) -> Verdict:
    """Too few cases have a value: then closeness to the goldens decides, and never more than 'undecided'."""
    closeness: Mapping[str | None, Reading] = {r.case: r for r in run.readings if r.metric == golden}
    scored = {r.case for r in run.readings if r.metric == spec.name and r.value is not None}
    different = sum(not metrics()[golden].spec.is_equivalent(closeness[case].value) for case in cases)
    return replace(
        verdict or _draft(spec, limit, None, "ok"),
        status="undecided" if different else "ok",
        cause="few valid",
        grounds=Grounds(valid=len(scored.intersection(cases)), of=len(cases), different=different),
    )


def _middle(verdicts: Sequence[Verdict]) -> float | None:
    values = [v.current for v in verdicts if v.current is not None]
    return float(median(values)) if values else None


def _why_new(case: Case, baseline: Baseline) -> Cause:
    if baseline.quality is None:
        return "nothing accepted"
    if case.id not in baseline.quality.cases:
        return "new case"
    return "new metric" if baseline.quality.cases[case.id].request == case.request else "new text"


def _draft(
    spec: MetricSpec,
    limit: Limit,
    case: str | None,
    status: Status,
    *,
    then: float | None = None,
    now: float | None = None,
    **fields: Any,
) -> Verdict:
    numbers = {"baseline": then, "current": now, "limit": _allowed(limit, then) or limit.relative}
    return draft(spec, case, status, relative=limit.is_relative, **numbers, **fields)
