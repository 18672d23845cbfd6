"""The work gate: exact counters against the newest accepted run under the same software, of any machine.

Counters have no noise, so what grew beyond its limit is a regression, and the operators that moved are named.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from tts_baseline.baseline.store import accepted_at
from tts_baseline.core.protocols import MetricSpec
from tts_baseline.core.records import Baseline, Run, Work
from tts_baseline.core.registry import metrics
from tts_baseline.core.verdict import (
    NO_GROUNDS,
    Cause,
    Change,
    Grounds,
    Operator,
    Source,
    Status,
    Verdict,
)
from tts_baseline.gate.changes import because, between
from tts_baseline.gate.drafts import draft
from tts_baseline.gate.limits import Limit
from tts_baseline.gate.screen.counted import CountedRuns, python

_IN_PYTHON = ("steps",)


class Counters:
    """What a run and the accepted ones of its suite counted: looked up once for all counters."""

    def __init__(self, run: Run, baseline: Baseline) -> None:
        self.run = run
        self.pairs = [CountedRuns(past, run) for past in _accepted(run, baseline)]

    @property
    def is_concerned(self) -> bool:
        """True where anything holds a counter: not for a pipeline without torch."""
        specs = [metric.spec for metric in metrics().values() if metric.spec.decide == "exact"]
        runs = [self.run, *(pair.then for pair in self.pairs)]
        return any(_values(spec, each) for spec in specs for each in runs)

    def verdicts(self, spec: MetricSpec, limit: Limit) -> list[Verdict]:
        """The verdicts of one counter: the suite first (the sum over the cases of both runs), then its cases.

        Empty where neither this run nor the newest run accepted on this machine has counted anything. Cases
        with the same request are compared with the newest accepted run that has no `differences` from this
        one. A case that was counted there and is not here is `invalid`.
        """
        counted = [pair for pair in self.pairs if _values(spec, pair.then)]
        is_given_up = any(pair.is_same_machine and pair not in counted for pair in self.pairs)
        if not _values(spec, self.run) and (is_given_up or not counted):
            return []
        if not counted:
            cause: Cause = "never counted" if self.pairs else "nothing accepted"
            return _unjudged(spec, limit, self.run, "no baseline", cause)
        in_python = spec.name in _IN_PYTHON
        alike = [pair for pair in counted if not pair.differences(in_python=in_python)]
        if not alike:
            other = Grounds(around=counted[0].differences(in_python=in_python))
            return _unjudged(spec, limit, self.run, "not comparable", "other software", other)
        pair = max(alike, key=lambda pair: accepted_at(pair.then))
        changed = between(pair.then.provenance, self.run.provenance)
        return because(_Counter(spec, limit, pair).verdicts(), changed)


class _Counter:
    """One counter in two runs that can be compared."""

    def __init__(self, spec: MetricSpec, limit: Limit, runs: CountedRuns) -> None:
        self.spec, self.limit, self.runs = spec, limit, runs
        self.before, self.after = _values(spec, runs.then), _values(spec, runs.now)
        self.alike = runs.alike
        then = runs.then
        self.source = None if runs.is_same_machine else Source(then.id, then.environment.key)
        self.grounds = Grounds(source=self.source) if self.source else NO_GROUNDS

    def verdicts(self) -> Iterator[Verdict]:
        """The suite's, then each case's."""
        failed = {failure.case for failure in self.runs.now.failures}
        why = {case: r.reason for case, r in self.runs.now.by_metric.get(self.spec.name, {}).items()}
        common = [case for case in self.after if case in self.before and case in self.alike]
        gone = [c for c in self.before if c in self.alike and c not in self.after and c not in failed]
        rest = [self._lost(case, why.get(case)) for case in gone]
        rest += [self._new(case) for case in self.after if case not in self.before or case not in self.alike]
        if common:
            yield self._compared(common, None)
        elif rest:
            yield replace(rest[0], case=None, baseline=None, current=sum(self.after.values()) or None)
        yield from (self._compared([case], case) for case in common)
        yield from rest

    def _compared(self, cases: Sequence[str], name: str | None) -> Verdict:
        before = sum([self.before[case] for case in cases])
        after = sum([self.after[case] for case in cases])
        grown = after - before
        worse = {"lower": grown, "higher": -grown, "same": abs(grown)}[self.spec.better]
        status: Status = "ok"
        if grown and self.runs.is_restless:
            status = "not comparable"
        elif worse > self.limit.relative * before + self.limit.absolute:
            status = "regressed"
        elif worse < 0:
            status = "improved"
        if status == "not comparable":
            return self._draft(name, status, "restless", before=before, after=after)
        moved = self._moved(cases, grown)
        return self._draft(
            name, status, "operators" if moved else "", before=before, after=after, operators=moved
        )

    def _moved(self, cases: Sequence[str], grown: float) -> tuple[Operator, ...]:
        """The operators that moved, the most in the direction of the sum first."""
        if self.runs.changed.isdisjoint(cases):
            return ()
        before, after = (_by_operator(self.spec, work, cases) for work in (self.runs.before, self.runs.after))
        sign = -1 if grown < 0 else 1
        moved = {n: sign * (after[n] - before[n]) for n in before | after if after[n] != before[n]}
        ranked = sorted(moved, key=lambda name: (-moved[name], name))
        return tuple(Operator(name, before[name], after[name]) for name in ranked)

    def _lost(self, case: str, why: str | None) -> Verdict:
        """`invalid`; `not comparable` under another Python: which threads can be counted depends on it."""
        old, new = python(self.runs.then), python(self.runs.now)
        return self._draft(
            case,
            "invalid" if old == new else "not comparable",
            "no value",
            before=self.before[case],
            message=why or "there is no reading",
            around=() if old == new else (Change("python", old, new),),
        )

    def _new(self, case: str) -> Verdict:
        cause: Cause = "not counted then" if case in self.alike else "new case or text"
        return self._draft(case, "no baseline", cause, after=self.after[case])

    def _draft(
        self,
        case: str | None,
        status: Status,
        cause: Cause,
        *,
        before: float | None = None,
        after: float | None = None,
        **grounds: Any,
    ) -> Verdict:
        return _draft(
            self.spec,
            self.limit,
            case,
            status,
            before=before,
            after=after,
            runs=0 if self.source else 1,
            cause=cause,
            grounds=replace(self.grounds, **grounds) if any(grounds.values()) else self.grounds,
        )


def _unjudged(
    spec: MetricSpec, limit: Limit, run: Run, status: Status, cause: Cause, grounds: Grounds = NO_GROUNDS
) -> list[Verdict]:
    values = _values(spec, run)
    total = sum(values.values()) if values else None
    return [
        _draft(spec, limit, case, status, after=level, cause=cause, grounds=grounds)
        for case, level in [(None, total), *values.items()]
    ]


def _draft(
    spec: MetricSpec,
    limit: Limit,
    case: str | None,
    status: Status,
    *,
    before: float | None = None,
    after: float | None = None,
    **fields: Any,
) -> Verdict:
    """The verdict; its change is a share of the baseline where the limit is one and the baseline is not 0."""
    is_relative = limit.is_relative and before != 0
    change = None if before is None or after is None else after - before
    return draft(
        spec,
        case,
        status,
        relative=is_relative,
        baseline=before,
        current=after,
        change=change / before if change is not None and before and is_relative else change,
        limit=limit.share_of(before or 0.0) if is_relative else limit.absolute,
        **fields,
    )


def _accepted(run: Run, baseline: Baseline) -> list[Run]:
    """The newest accepted run of this suite on this machine, then other machines' newest."""
    here = [past for past in baseline.runs if past.suite == run.suite][-1:]
    return [*here, *(past for past in baseline.elsewhere if past.suite == run.suite)]


def _values(spec: MetricSpec, run: Run) -> dict[str, float]:
    readings = run.by_metric.get(spec.name, {}).items()
    return {case: reading.value for case, reading in readings if case and reading.value is not None}


def _by_operator(spec: MetricSpec, works: Mapping[str, Work], cases: Iterable[str]) -> Counter[str]:
    """The counter by operator, summed over cases; empty for a metric that is not of `Work`."""
    total: Counter[str] = Counter()
    for case in cases:
        if case in works:
            total.update(getattr(works[case], spec.name, {}))
    return total
