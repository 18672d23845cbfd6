"""The screen: times and memory of a run against the accepted runs of the same machine."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from statistics import fmean

from msgspec.structs import replace

from tts_baseline.core import units
from tts_baseline.core.protocols import MetricSpec
from tts_baseline.core.records import Baseline, Reading, Run, Status, Verdict
from tts_baseline.gate.limits import Limit
from tts_baseline.gate.screen.machine_speed import UNADJUSTED, Clock, calibrate, machine_change
from tts_baseline.stats.estimate import ALPHA, Estimate
from tts_baseline.stats.multiplicity import holm
from tts_baseline.stats.predictive import MIN_SESSIONS_FOR_T, predict

WHOLE_RUN = ""
_NEW = "the text or the metric is new, or the text has changed since it was accepted"
ANCHOR_FACTOR = 2.0
SLOW_DRIFT = "slow drift"
# A single case spreads more between sessions than the mean over a suite.
CASE_FACTOR = 2.5


def judge(spec: MetricSpec, limit: Limit, run: Run, baseline: Baseline) -> list[Verdict]:
    """The verdicts of one metric: the suite first (geometric mean over cases), then its cases (Holm)."""
    current = session_logs(spec, run, UNADJUSTED)
    baseline = replace(baseline, runs=tuple(one for one in baseline.runs if one.suite == run.suite))
    lost = _lost(spec, limit, run, baseline, current)
    if not current:
        return lost
    if not baseline.runs:
        whole = {WHOLE_RUN: fmean(current.values())} | current
        if baseline.other_machines:
            others = len(baseline.other_machines)
            reason = (
                f"nothing accepted on this machine ({run.environment.key}), {others} other machines known"
            )
            return _unjudged(spec, limit, whole, "not comparable", reason)
        return _unjudged(spec, limit, whole, "no baseline", "nothing was accepted yet")
    bench = _Bench(spec, limit, run, baseline)
    judged = [case for case in current if bench.earlier(case)]
    new = {case: value for case, value in current.items() if case not in judged}
    cases = bench.corrected([bench.case(case) for case in judged if case != WHOLE_RUN])
    common = [case for case in judged if len(bench.earlier(case)) == len(baseline.runs)]
    suite = [bench.suite(common)] if common else []
    fresh = _unjudged(spec, limit, new, "no baseline", _NEW)
    if not common and WHOLE_RUN not in new:
        fresh = _unjudged(spec, limit, {WHOLE_RUN: fmean(current.values())}, "no baseline", _NEW) + fresh
    return suite + lost + cases + fresh


def _lost(
    spec: MetricSpec, limit: Limit, run: Run, baseline: Baseline, current: Mapping[str, float]
) -> list[Verdict]:
    """`invalid` for what the newest accepted run has a value of and this run has none."""
    if not baseline.runs:
        return []
    failed = {failure.case for failure in run.failures}
    asked = {case.id for case in run.cases} | {WHOLE_RUN}
    then = session_logs(spec, baseline.runs[-1], UNADJUSTED, run)
    gone = {c: v for c, v in then.items() if c in asked and c not in failed and c not in current}
    why = {r.case or WHOLE_RUN: r.reason or "no value" for r in run.readings if r.metric == spec.name}
    return [
        replace(one, current=None, baseline=one.current, reason=why.get(one.case or WHOLE_RUN, "no reading"))
        for one in _unjudged(spec, limit, gone, "invalid", "")
    ]


class _Bench:
    """One metric's values, current and earlier, on the adjusted and on the plain clock."""

    def __init__(self, spec: MetricSpec, limit: Limit, run: Run, baseline: Baseline) -> None:
        self.spec, self.limit, self.run, self.baseline = spec, limit, run, baseline
        clock = calibrate((run, *baseline.runs)) if spec.timed else UNADJUSTED
        self.prior = spec.prior.get(run.environment.device, 0.0)
        self.case_prior = CASE_FACTOR * self.prior
        self.now = session_logs(spec, run, clock)
        self.then = [session_logs(spec, one, clock, run) for one in baseline.runs]
        self.plain_now = session_logs(spec, run, UNADJUSTED)
        self.plain_then = [session_logs(spec, one, UNADJUSTED, run) for one in baseline.runs]
        self.anchor = session_logs(spec, baseline.anchor, clock, run) if baseline.anchor else {}
        self.slower_machine = machine_change(run, baseline.runs) if spec.timed else 0.0

    def earlier(self, case: str) -> list[float]:
        return [values[case] for values in self.then if case in values]

    def case(self, case: str) -> Verdict:
        plain = predict(self.plain_now[case], self._plain(case), prior=self.case_prior)
        return self._verdict(case, self._prediction(case), plain, self._plain(case))

    def suite(self, cases: Sequence[str]) -> Verdict:
        """Regressed by the geometric mean, or by slow drift: twice the limit away from the anchor."""
        now = fmean(self.now[case] for case in cases)
        then = [fmean(values[case] for case in cases) for values in self.then]
        plain_then = [fmean(values[case] for case in cases) for values in self.plain_then]
        prediction = predict(now, then, prior=self.prior)
        plain = predict(fmean(self.plain_now[c] for c in cases), plain_then, prior=self.prior)
        verdict = self._verdict(None, prediction, plain, plain_then)
        drift = self._drift([case for case in cases if case in self.anchor], then)
        if drift is None:
            return verdict
        low, high = drift.interval()
        if low <= ANCHOR_FACTOR * self._bound(fmean(plain_then)):
            return verdict
        verdict = replace(verdict, drift=math.expm1(drift.change))
        if verdict.status == "regressed":
            return verdict
        return replace(
            verdict,
            status="regressed",
            change=math.expm1(drift.change),
            low=math.expm1(low),
            high=math.expm1(high),
            limit=math.expm1(ANCHOR_FACTOR * self._bound(fmean(plain_then))),
            reason=f"{SLOW_DRIFT}: the change is against the anchor run, the limit twice the usual one",
        )

    def _drift(self, cases: Sequence[str], then: Sequence[float]) -> Estimate | None:
        """The change since the anchor run, known as well as one run against one run.

        The spread is that of successive differences, which drift itself does not widen (von Neumann et al.,
        Annals of Mathematical Statistics 12 (1941) 153-162; degrees of freedom from its variance).
        """
        if not cases:
            return None
        change = fmean(self.now[case] - self.anchor[case] for case in cases)
        count = len(then)
        spread = math.sqrt(fmean((b - a) ** 2 / 2 for a, b in pairwise(then))) if count > 1 else 0.0
        if count < MIN_SESSIONS_FOR_T:
            return Estimate(change, max(spread, self.prior) * math.sqrt(2), math.inf)
        return Estimate(change, spread * math.sqrt(2), 2 * (count - 1) ** 2 / (3 * count - 4))

    def corrected(self, verdicts: list[Verdict]) -> list[Verdict]:
        """Cases keep 'regressed' only where Holm's procedure rejects at the same error rate for all."""
        cases = [v.case for v in verdicts if v.case is not None]
        p_values = [self._prediction(case).p_above(self._bound(fmean(self._plain(case)))) for case in cases]
        kept = {case for case, rejected in zip(cases, holm(p_values, ALPHA), strict=True) if rejected}
        return [
            replace(v, status="undecided", reason=f"beyond the limit alone, not among {len(verdicts)} cases")
            if v.status == "regressed" and v.case not in kept
            else v
            for v in verdicts
        ]

    def _is_blamed(self, status: Status) -> bool:
        return self.spec.has_stages and status in ("regressed", "improved")

    def _prediction(self, case: str) -> Estimate:
        return predict(self.now[case], self.earlier(case), prior=self.case_prior)

    def _plain(self, case: str) -> list[float]:
        return [values[case] for values in self.plain_then if case in values]

    def _bound(self, log_baseline: float) -> float:
        return self.limit.log_of(math.exp(log_baseline))

    def _verdict(
        self, case: str | None, fair: Estimate, plain: Estimate, earlier: Sequence[float]
    ) -> Verdict:
        log_then, runs = fmean(earlier), len(earlier)
        bound = self._bound(log_then)
        low, high = fair.interval()
        status: Status = "undecided"
        reason = ""
        if low > bound and plain.change > 0:
            status = "regressed"
        elif high < -bound and plain.change < 0:
            status = "improved"
        elif low > bound or high < -bound:
            reason = f"the wall clock says {math.expm1(plain.change):+.1%}, against the reference computation"
        elif plain.interval()[0] > bound or high < bound <= plain.change:
            reason = (
                f"slower by the wall clock, but so was the machine: {math.expm1(self.slower_machine):+.0%} "
                "by the reference computation"
            )
        elif high < bound:
            status = "ok"
        if status == "undecided" and not reason:
            seen = math.expm1(fair.smallest_visible(bound))
            reason = f"could have seen {seen:+.0%} or more; {_settles(runs)}"
        return Verdict(
            gate=self.spec.key,
            metric=self.spec.name,
            family=self.spec.family,
            case=case,
            status=status,
            unit=self.spec.unit,
            relative=True,
            baseline=math.exp(log_then),
            current=math.exp(log_then + plain.change),
            change=math.expm1(fair.change),
            low=math.expm1(low),
            high=math.expm1(high),
            limit=math.expm1(bound),
            runs=runs,
            reason=reason,
            where=stages(self.run, self.baseline.runs, case) if self._is_blamed(status) else "",
        )


def stages(run: Run, earlier: Sequence[Run], case: str | None = None) -> str:
    """Which stages moved: 'model +14.2 ms; text, post within 1 ms', from mean seconds a call."""
    now, then = _stage_means([run], case), _stage_means(earlier, case)
    moved = {name: now[name] - then.get(name, 0.0) for name in now}
    size = max((abs(delta) for delta in moved.values()), default=0.0)
    if not size:
        return ""
    loud = [n for n in sorted(moved, key=lambda n: -abs(moved[n])) if abs(moved[n]) >= size / 5]
    quiet = [n for n in moved if n not in loud]
    named = ", ".join(f"{n} {units.change(moved[n], 's', relative=False)}" for n in loud)
    return named + (f"; {', '.join(quiet)} within {units.seconds(size / 5)}" if quiet else "")


def _stage_means(runs: Sequence[Run], case: str | None) -> dict[str, float]:
    found: dict[str, list[float]] = {}
    for run in runs:
        for replicate in run.replicates:
            for id, calls in replicate.calls.items():
                if case in (None, id):
                    for name, column in calls.stages.items():
                        found.setdefault(name, []).append(fmean(column))
    return {name: fmean(values) for name, values in found.items()}


def session_logs(spec: MetricSpec, run: Run, clock: Clock, like: Run | None = None) -> dict[str, float]:
    """Session value (mean log over replicates) by case; of the cases that `like` asks in the same words."""
    asked = {case.id: case.request for case in (like or run).cases}
    same = {case.id for case in run.cases if asked.get(case.id) == case.request}
    started = [r for r in run.replicates if spec.scope == "case" or r.cold_start is not None]
    if spec.scope == "run" and _asked_first(run) != _asked_first(like or run):
        return {}
    drifts = [clock.drift(replicate) for replicate in started]
    return {
        reading.case or WHOLE_RUN: fmean(
            math.log(value) - drift for value, drift in zip(reading.values, drifts, strict=True)
        )
        for reading in run.readings
        if reading.metric == spec.name and _is_usable(reading) and (not reading.case or reading.case in same)
    }


def _asked_first(run: Run) -> set[str]:
    return {r.cold_start.case for r in run.replicates if r.cold_start is not None}


def _is_usable(reading: Reading) -> bool:
    return reading.value is not None and all(value > 0 for value in reading.values)


def _unjudged(
    spec: MetricSpec, limit: Limit, current: Mapping[str, float], status: Status, reason: str
) -> list[Verdict]:
    return [
        Verdict(
            gate=spec.key,
            metric=spec.name,
            family=spec.family,
            case=case or None,
            status=status,
            unit=spec.unit,
            relative=True,
            current=math.exp(value),
            limit=limit.relative,
            reason=reason,
        )
        for case, value in current.items()
    ]


def _settles(runs: int) -> str:
    if runs < 4:
        return f"{runs} accepted {'run' if runs == 1 else 'runs'}, 4 give this machine's own spread"
    return "a quieter machine would settle it"
