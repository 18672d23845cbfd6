"""The screen: times and memory of a run against the accepted runs of the same machine."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from statistics import fmean

from msgspec.structs import replace

from tts_baseline.core.protocols import MetricSpec
from tts_baseline.core.records import Run
from tts_baseline.core.verdict import NO_GROUNDS, Cause, Grounds, Status, Verdict
from tts_baseline.gate.changes import because, between
from tts_baseline.gate.drafts import blank, corrected, draft
from tts_baseline.gate.limits import Limit
from tts_baseline.gate.screen.machine_speed import UNADJUSTED, machine_change
from tts_baseline.gate.screen.past import Past
from tts_baseline.gate.screen.scale import Scale
from tts_baseline.gate.screen.sessions import (
    WHOLE_RUN,
    adjusted,
    adjusted_restarts,
    restart_logs,
    session_logs,
)
from tts_baseline.gate.screen.splits import Splits, against_anchor, against_runs
from tts_baseline.gate.screen.stages import moved
from tts_baseline.gate.screen.unmeasured import broken_streams, under_no_load
from tts_baseline.stats.estimate import ALPHA, Estimate
from tts_baseline.stats.predictive import MIN_SESSIONS_FOR_T, error_of_mean, predict

# chosen: each accepted change may use up the limit once; all of them together may do so twice.
ANCHOR_FACTOR = 2.0
# chosen: until 4 runs show its spread, a single case is taken to spread this much more between sessions than
# the suite does. Too large a factor hides regressions of single cases, too small a one gives false alarms.
CASE_FACTOR = 2.5


def verdicts(spec: MetricSpec, limit: Limit, run: Run, past: Past) -> list[Verdict]:
    """The verdicts of one metric: the suite first (geometric mean over cases), then its cases (Holm)."""
    if spec.scope == "load":
        if broken := under_no_load(spec, limit, run):
            return [broken]
        past = past.under_load(run)
    bench = _Bench(spec, limit, run, past)
    current = bench.plain_now
    lost = bench.lost()
    if spec.streamed:
        known = {verdict.case for verdict in lost}
        lost += [v for v in broken_streams(spec, limit, run) if v.case not in known]
    if not current:
        return lost
    if not past.runs:
        values = {WHOLE_RUN: fmean(current.values())} | current
        if past.machines:
            elsewhere = Grounds(machine=run.environment.key, of=past.machines)
            return lost + _unjudged(spec, limit, values, "not comparable", "other machine", elsewhere)
        return lost + _unjudged(spec, limit, values, "no baseline", "nothing accepted")
    earlier = {case: bench.earlier(case) for case in current}
    judged = [case for case in current if earlier[case]]
    new = {case: value for case, value in current.items() if not earlier[case]}
    cases = bench.cases([case for case in judged if case != WHOLE_RUN])
    common = [case for case in judged if len(earlier[case]) == len(past.runs)]
    suite = [bench.suite(common)] if common else []
    fresh = _unjudged(spec, limit, new, "no baseline", "new")
    if not common and WHOLE_RUN not in new:
        fresh = _unjudged(spec, limit, {WHOLE_RUN: fmean(current.values())}, "no baseline", "new") + fresh
    newest, _ = past.runs[-1]
    changed = between(newest.provenance, run.provenance)
    return because(suite + lost + cases + fresh, changed)


class _Bench:
    """One metric's values, current and earlier, on the adjusted and on the plain clock."""

    def __init__(self, spec: MetricSpec, limit: Limit, run: Run, past: Past) -> None:
        self.spec, self.limit, self.run = spec, limit, run
        self.scale = Scale.of(spec)
        self.runs = [run for run, _ in past.runs]
        adjustment = past.adjustment if spec.timed else UNADJUSTED
        self.is_adjusted = adjustment != UNADJUSTED
        self.prior = spec.prior.get(run.environment.device, 0.0)
        self.blank = blank(spec)
        self.case_prior = CASE_FACTOR * self.prior
        self.plain_restarts = self.restarts = restart_logs(spec, run)
        self.plain_now = session_logs(spec, run)
        self.plain_then = [session_logs(spec, *each) for each in past.runs]
        self.now = adjusted(spec, run, self.plain_now, adjustment)
        if self.is_adjusted:
            self.restarts = adjusted_restarts(spec, run, self.plain_restarts, adjustment)
        both = zip(self.runs, self.plain_then, strict=True)
        self.then = [adjusted(spec, each, plain, adjustment) for each, plain in both]
        self.anchor: Mapping[str, float] = {}
        if past.anchor:
            self.anchor = adjusted(spec, past.anchor[0], session_logs(spec, *past.anchor), adjustment)
        self.splits = self.drift_splits = None
        if spec.has_stages:
            self.splits = Splits((*self.runs, run), (*self.then, self.now))
            if past.anchor:
                self.drift_splits = Splits((past.anchor[0], run), (self.anchor, self.now))

    def earlier(self, case: str) -> list[float]:
        return [values[case] for values in self.then if case in values]

    def lost(self) -> list[Verdict]:
        """`invalid` for what the newest accepted run has a value of and this run has none."""
        if not self.runs:
            return []
        failed = {failure.case for failure in self.run.failures}
        asked = {case.id for case in self.run.cases} | {WHOLE_RUN}
        then = self.plain_then[-1].items()
        gone = {c: v for c, v in then if c in asked and c not in failed and c not in self.plain_now}
        readings = self.run.by_metric.get(self.spec.name, {})
        why = {case or WHOLE_RUN: reading.reason or "no value" for case, reading in readings.items()}
        return [
            draft(
                self.spec,
                case or None,
                "invalid",
                baseline=self.scale.value(value),
                limit=self.limit.relative,
                cause="no value",
                grounds=Grounds(message=why.get(case, "no reading")),
            )
            for case, value in gone.items()
        ]

    def cases(self, cases: Sequence[str]) -> list[Verdict]:
        """Each case's verdict, corrected for the number of cases."""
        p_values, alone = [], []
        for case in cases:
            before = [values[case] for values in self.plain_then if case in values]
            plain = fair = predict(
                self.plain_now[case], before, prior=self.case_prior, restarts=self.plain_restarts[case]
            )
            if self.is_adjusted:
                fair = predict(
                    self.now[case], self.earlier(case), prior=self.case_prior, restarts=self.restarts[case]
                )
            bound = self._bound(fmean(before))
            p_values.append(fair.p_above(bound))
            verdict = self._verdict(case, fair, plain, before, bound)
            if self.splits:
                verdict = replace(verdict, split=self.splits.of([case], against_runs(bound, self.case_prior)))
            alone.append(verdict)
        return corrected(alone, p_values, ALPHA)

    def suite(self, cases: Sequence[str]) -> Verdict:
        """Regressed by the geometric mean, or by slow drift: twice the limit away from the anchor."""
        then, plain_then = (
            [_mean(values, cases) for values in earlier] for earlier in (self.then, self.plain_then)
        )
        restarts, plain_restarts = (_means(logs, cases) for logs in (self.restarts, self.plain_restarts))
        fair = predict(_mean(self.now, cases), then, prior=self.prior, restarts=restarts)
        plain = predict(_mean(self.plain_now, cases), plain_then, prior=self.prior, restarts=plain_restarts)
        bound = self._bound(fmean(plain_then))
        verdict = self._verdict(None, fair, plain, plain_then, bound)
        if self.splits:
            verdict = replace(verdict, split=self.splits.of(cases, against_runs(bound, self.prior)))
        anchored = [case for case in cases if case in self.anchor]
        drift = self._drift(anchored, then)
        if drift is None:
            return verdict
        low, high = drift.interval()
        if low <= ANCHOR_FACTOR * bound:
            return verdict
        verdict = replace(verdict, drift=self.scale.share(drift.change))
        if verdict.status == "regressed":
            return verdict
        low, high = self.scale.shares(low, high)
        return replace(
            verdict,
            status="regressed",
            change=self.scale.share(drift.change),
            low=low,
            high=high,
            limit=abs(self.scale.share(ANCHOR_FACTOR * bound)),
            cause="slow drift",
            split=self.drift_splits
            and self.drift_splits.of(anchored, against_anchor(ANCHOR_FACTOR * bound, drift)),
        )

    def _drift(self, cases: Sequence[str], then: Sequence[float]) -> Estimate | None:
        """The change since the anchor run, known as well as one run against one, and as its restarts agree.

        The spread is that of successive differences, which drift itself does not widen (von Neumann et al.,
        Annals of Mathematical Statistics 12 (1941) 153-162; degrees of freedom from its variance).
        """
        if not cases:
            return None
        change = fmean(self.now[case] - self.anchor[case] for case in cases)
        count = len(then)
        spread = math.sqrt(fmean((b - a) ** 2 / 2 for a, b in pairwise(then))) if count > 1 else 0.0
        known = count >= MIN_SESSIONS_FOR_T
        error = (spread if known else max(spread, self.prior)) * math.sqrt(2)
        freedom = 2 * (count - 1) ** 2 / (3 * count - 4) if known else math.inf
        return Estimate(change, max(error, error_of_mean(_means(self.restarts, cases))), freedom)

    def _grounds(
        self, case: str | None, status: Status, cause: Cause, fair: Estimate, bound: float
    ) -> Grounds:
        if cause == "resolution":
            return Grounds(seen=math.expm1(fair.smallest_visible(bound)))
        if cause == "machine slower":
            return Grounds(slower_machine=self._slower_machine)
        if self.spec.has_stages and status in ("regressed", "improved"):
            return Grounds(stage_seconds=moved(self.run, self.runs, case))
        return NO_GROUNDS

    @cached_property
    def _slower_machine(self) -> float:
        return math.expm1(machine_change(self.run, self.runs))

    def _bound(self, log_baseline: float) -> float:
        return self.scale.bound(self.limit, log_baseline)

    def _verdict(
        self, case: str | None, fair: Estimate, plain: Estimate, earlier: Sequence[float], bound: float
    ) -> Verdict:
        log_then = fmean(earlier)
        low, high = fair.interval()
        status: Status = "undecided"
        cause: Cause = ""
        if low > bound and plain.change > 0:
            status = "regressed"
        elif high < -bound and plain.change < 0:
            status = "improved"
        elif low > bound or high < -bound:
            cause = "clocks disagree"
        elif plain.interval()[0] > bound or high < bound <= plain.change:
            cause = "machine slower"
        elif high < bound:
            status = "ok"
        else:
            cause = "resolution"
        grounds = self._grounds(case, status, cause, fair, bound)
        low, high = self.scale.shares(low, high)
        return replace(
            self.blank,
            case=case,
            status=status,
            baseline=self.scale.value(log_then),
            current=self.scale.value(log_then + plain.change),
            change=self.scale.share(fair.change),
            low=low,
            high=high,
            limit=abs(self.scale.share(bound)),
            runs=len(earlier),
            cause=cause,
            grounds=grounds,
        )


def _means(restarts: Mapping[str, Sequence[float]], cases: Sequence[str]) -> list[float]:
    """The mean over the cases in each restart."""
    return [fmean(logs) for logs in zip(*(restarts[case] for case in cases), strict=False)]


def _mean(values: Mapping[str, float], cases: Sequence[str]) -> float:
    return fmean([values[case] for case in cases])


def _unjudged(
    spec: MetricSpec,
    limit: Limit,
    current: Mapping[str, float],
    status: Status,
    cause: Cause,
    grounds: Grounds = NO_GROUNDS,
) -> list[Verdict]:
    return [
        draft(
            spec,
            case or None,
            status,
            current=Scale.of(spec).value(value),
            limit=limit.relative,
            cause=cause,
            grounds=grounds,
        )
        for case, value in current.items()
    ]
