"""The quality gate: paired differences with the accepted scores, the same on every machine."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from statistics import median
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from tts_baseline.core.protocols import MetricSpec
from tts_baseline.core.records import Baseline, Case, QualityCase, Reading, Run
from tts_baseline.core.registry import metrics
from tts_baseline.core.verdict import NO_GROUNDS, Cause, Grounds, Status, Verdict
from tts_baseline.gate.changes import because, between
from tts_baseline.gate.drafts import draft
from tts_baseline.gate.limits import Limit
from tts_baseline.stats.median import median_interval
from tts_baseline.stats.multiplicity import holm
from tts_baseline.stats.repeats import (
    Repeatability,
    chance,
    error_of_median,
    median_beyond,
    repeatability,
)

_ENOUGH = 8  # chosen: Student's t of so many degrees is within 18 % of the normal one
_ALPHA = 0.001  # chosen: false failures of an unchanged metric, and 1 % in a suite of ten
_SEVERITY: tuple[Status, ...] = ("improved", "ok", "undecided", "regressed")


class Pair(Struct, frozen=True):
    """One case's score then and now, and their difference (a share of `then` where the limit is one).

    `repeats` are the values of all utterances now, in the same terms as the difference; `note` is what the
    metric says of them.
    """

    case: str
    then: float
    now: float
    difference: float
    repeats: tuple[float, ...]
    note: str


def verdicts(
    spec: MetricSpec, limit: Limit, run: Run, baseline: Baseline, broken: Collection[str]
) -> list[Verdict]:
    """The verdicts of one metric: the suite first (median of paired differences), then its cases.

    A single case beneath a median fails where it is ruined and the suite is not: else the suite speaks for
    it. A case that could be measured when it was accepted and cannot be now is `invalid`; `undecided` where
    another metric stands in; where the metric compares with a golden, that only says that the two cannot be
    laid over each other: `not comparable`.
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
                status = _lost(spec)
                grounds = Grounds(message=reading.reason or "")
                cases.append(_draft(spec, limit, case, status, cause="no value", grounds=grounds))
        elif score is None:
            cause = _why_new(asked[case], baseline)
            cases.append(_draft(spec, limit, case, "no baseline", now=reading.value, cause=cause))
        elif score.value is not None:
            pairs.append(_pair(spec, limit, case, score.value, reading))
    noise = repeatability([pair.repeats for pair in pairs])
    compared = _compared(spec, limit, pairs, noise)
    suite = _suite(spec, limit, pairs, compared, noise, [c for c in readings if c in accepted], run)
    if suite and spec.decide == "median" and suite.status == "regressed":
        compared = [_case(spec, limit, pair, None) for pair in pairs]
    cases += compared
    for missing in ("not comparable", "no baseline"):
        if suite is None and cases and all(v.status == missing for v in cases):
            suite = replace(cases[0], case=None, current=_middle(cases))
    changed = between(baseline.quality.provenance, run.provenance) if baseline.quality else ()
    return because([suite, *cases] if suite else cases, changed)


def _lost(spec: MetricSpec) -> Status:
    """What a lost value is: that of a metric which others stand in for says only that it cannot tell."""
    if spec.golden:
        return "not comparable"
    return "undecided" if spec.fallback else "invalid"


def _accepted(run: Run, baseline: Baseline) -> dict[str, QualityCase]:
    known = baseline.quality.cases if baseline.quality else {}
    return {
        case.id: known[case.id]
        for case in run.cases
        if case.id in known and known[case.id].request == case.request
    }


def _pair(spec: MetricSpec, limit: Limit, case: str, then: float, reading: Reading) -> Pair:
    cap = math.inf if spec.cap is None else spec.cap
    then, now, *repeats = (min(value, cap) for value in (then, reading.value or 0.0, *reading.values))
    scale = abs(then) if limit.is_relative and then else 1.0
    return Pair(
        case, then, now, (now - then) / scale, tuple(value / scale for value in repeats), reading.note
    )


def _allowed(limit: Limit, then: float | None) -> float:
    """The limit in the terms of a pair's difference: a share of `then`, or an amount."""
    return limit.share_of(abs(then)) if limit.is_relative and then else limit.absolute


def _worse(spec: MetricSpec, difference: float) -> float:
    """By how much a difference is for the worse."""
    return {"lower": difference, "higher": -difference, "same": abs(difference)}[spec.better]


def _error(pair: Pair, noise: Repeatability) -> float:
    """The standard error of a difference by chance; both sides are medians of as many utterances."""
    return math.sqrt(2) * noise.deviation * error_of_median(max(len(pair.repeats), 1))


def _compared(spec: MetricSpec, limit: Limit, pairs: Sequence[Pair], noise: Repeatability) -> list[Verdict]:
    """The verdict of each case: `regressed` where it decides alone, and chance cannot have done it.

    Holm's procedure keeps one error rate for all cases.
    """
    alone = spec.gross if spec.decide == "median" else 1.0
    bounds = [alone * _allowed(limit, pair.then) if alone else math.inf for pair in pairs]
    chances = [
        chance(_worse(spec, pair.difference) - bound, _error(pair, noise), noise.degrees)
        for pair, bound in zip(pairs, bounds, strict=True)
    ]
    failed = holm(chances, _ALPHA)
    return [
        _case(spec, limit, pair, bound if fails else None)
        for pair, bound, fails in zip(pairs, bounds, failed, strict=True)
    ]


def _case(spec: MetricSpec, limit: Limit, pair: Pair, failed: float | None) -> Verdict:
    """`failed` is the bound beyond which the case fails alone, where it does."""
    numbers = {"then": pair.then, "now": pair.now, "change": pair.difference}
    if failed is not None:
        cause: Cause = "gross" if spec.decide == "median" else ""
        return _draft(
            spec, limit, pair.case, "regressed", cause=cause, bound=failed, grounds=_noted(pair), **numbers
        )
    worse, allowed = _worse(spec, pair.difference), _allowed(limit, pair.then)
    status: Status = "ok"
    if worse > allowed:
        status = "worse" if spec.decide == "median" else "undecided"
    elif worse < -allowed:
        status = "better" if spec.decide == "median" else "improved"
    grounds = _noted(pair) if worse > allowed else NO_GROUNDS
    return _draft(spec, limit, pair.case, status, grounds=grounds, **numbers)


def _noted(pair: Pair) -> Grounds:
    return Grounds(note=pair.note) if pair.note else NO_GROUNDS


def _suite(
    spec: MetricSpec,
    limit: Limit,
    pairs: Sequence[Pair],
    compared: Sequence[Verdict],
    noise: Repeatability,
    cases: Sequence[str],
    run: Run,
) -> Verdict | None:
    if not cases:
        return None
    if not pairs:
        return _by_class(spec, limit, None, spec.fallback, cases, run) if spec.fallback else None
    if spec.decide == "each":
        return _worst(compared)
    verdict = _median(spec, limit, pairs, noise, len(cases))
    few = len(pairs) < spec.min_valid * len(cases)
    if spec.fallback and few and verdict.status != "regressed" and not noise.degrees:
        return _by_class(spec, limit, verdict, spec.fallback, cases, run)
    return verdict


def _median(spec: MetricSpec, limit: Limit, pairs: Sequence[Pair], noise: Repeatability, of: int) -> Verdict:
    """The interval of the median against the limit; where any change is a fault, that of the changes' sizes.

    Sizes, of which what chance adds is taken off, do not cancel as changes in both directions do. `regressed`
    needs all of the interval beyond the limit, and a change that chance makes once in 1000. Where the
    utterances say what chance does, the limit is at least the width of that interval.
    """
    then = median(pair.then for pair in pairs)
    errors = [_error(pair, noise) for pair in pairs]
    worse = [_worse(spec, pair.difference) for pair in pairs]
    if spec.better == "same":
        worse = [math.sqrt(max(0.0, w**2 - error**2)) for w, error in zip(worse, errors, strict=True)]
    is_known = noise.degrees >= _ENOUGH
    middle, low, high = median_beyond(worse, errors, noise.degrees) if is_known else median_interval(worse)
    certain = (
        median_beyond(worse, errors, noise.degrees, _ALPHA) if is_known else median_interval(worse, _ALPHA)
    )
    allowed = max(_allowed(limit, then), high - low if is_known else 0.0)
    cause: Cause = "median"
    status: Status = "ok"
    if low > allowed and certain[1] > 0:
        status = "regressed"
    elif high < -allowed:
        status = "improved"
    elif high > allowed:
        status, cause = "undecided", "between"
    is_down = spec.better == "higher" or (
        spec.better == "same" and median(pair.difference for pair in pairs) < 0
    )
    return _draft(
        spec,
        limit,
        None,
        status,
        then=then,
        now=median(pair.now for pair in pairs),
        change=-middle if is_down else middle,
        low=-high if is_down else low,
        high=-low if is_down else high,
        cause=cause,
        bound=allowed or limit.relative,
        grounds=Grounds(valid=len(pairs), of=of),
    )


def _worst(compared: Sequence[Verdict]) -> Verdict:
    """The suite's verdict where every case counts: that of its worst case."""
    worst = max(compared, key=lambda v: (_SEVERITY.index(v.status), v.change or 0.0))
    worse = sum(v.status == "regressed" for v in compared)
    if not worse:
        return replace(worst, case=None)
    grounds = replace(worst.grounds, worse=worse, of=len(compared), case=worst.case or "")
    return replace(worst, case=None, cause="worst case", grounds=grounds)


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
    bound: float = 0.0,
    **fields: Any,
) -> Verdict:
    numbers = {"baseline": then, "current": now, "limit": bound or _allowed(limit, then) or limit.relative}
    return draft(spec, case, status, relative=limit.is_relative, **numbers, **fields)
