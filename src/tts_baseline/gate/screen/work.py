"""The work gate: exact counters against the newest accepted run under the same software, of any machine.

Counters have no noise, so what grew beyond its limit is a regression, and the operators that moved are named.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
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
from tts_baseline.gate.screen.requests import asked_alike

_IN_PYTHON = ("steps",)


def is_concerned(run: Run, baseline: Baseline) -> bool:
    """True where the run, or what was accepted, holds a counter: not for a pipeline without torch."""
    specs = [metric.spec for metric in metrics().values() if metric.spec.decide == "exact"]
    return any(_values(spec, each) for spec in specs for each in (run, *_accepted(run, baseline)))


def verdicts(spec: MetricSpec, limit: Limit, run: Run, baseline: Baseline) -> list[Verdict]:
    """The verdicts of one counter: the suite first (the sum over the cases of both runs), then its cases.

    Empty where neither this run nor the newest run accepted on this machine has counted anything. Cases with
    the same request are compared with the newest accepted run that has no `differences` from this one. A case
    that was counted there and is not here is `invalid`.
    """
    accepted = _accepted(run, baseline)
    counted = [past for past in accepted if _values(spec, past)]
    is_given_up = any(_is_same_machine(past, run) and past not in counted for past in accepted)
    if not _values(spec, run) and (is_given_up or not counted):
        return []
    if not counted:
        cause: Cause = "never counted" if accepted else "nothing accepted"
        return _unjudged(spec, limit, run, "no baseline", cause)
    in_python = spec.name in _IN_PYTHON
    alike = [past for past in counted if not differences(past, run, in_python=in_python)]
    if not alike:
        other = Grounds(around=differences(counted[0], run, in_python=in_python))
        return _unjudged(spec, limit, run, "not comparable", "other software", other)
    then = max(alike, key=accepted_at)
    return because(_Pair(spec, limit, then, run).verdicts(), between(then.provenance, run.provenance))


def differences(then: Run, now: Run, *, in_python: bool = False) -> tuple[Change, ...]:
    """Why the counters of two runs cannot be compared; empty where they can.

    Those `in_python` count its instructions, which each version has its own of.

    Counters are exact under the same torch and device. Another attention kernel is the code's choice if the
    machine is the same, so it is compared; on another machine it may be the machine's choice.
    """
    pairs: dict[str, list[str]] = {
        "torch": [run.environment.software.get("torch", "none") for run in (then, now)],
        "device": [run.environment.device for run in (then, now)],
        "processor": [run.environment.hardware.get("machine", "unknown") for run in (then, now)],
    }
    if in_python:
        pairs["python"] = [_python(then), _python(now)]
    if not _is_same_machine(then, now):
        shared = _work(then).keys() & _work(now).keys() & asked_alike(then, now)
        pairs["attention"] = [_attention(run, shared) for run in (then, now)]
    return tuple(Change(name, old, new) for name, (old, new) in pairs.items() if old != new)


class _Pair:
    """One counter in two runs that can be compared."""

    def __init__(self, spec: MetricSpec, limit: Limit, then: Run, now: Run) -> None:
        self.spec, self.limit, self.then, self.now = spec, limit, then, now
        self.before, self.after = _values(spec, then), _values(spec, now)
        self.work_before, self.work_after = _work(then), _work(now)
        self.alike = asked_alike(then, now)
        self.is_restless = _is_restless(then) or _is_restless(now)
        self.source = None if _is_same_machine(then, now) else Source(then.id, then.environment.key)
        self.grounds = Grounds(source=self.source) if self.source else NO_GROUNDS

    def verdicts(self) -> Iterator[Verdict]:
        """The suite's, then each case's."""
        failed = {failure.case for failure in self.now.failures}
        why = {case: r.reason for case, r in self.now.by_metric.get(self.spec.name, {}).items()}
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
        before, after = (sum(values[case] for case in cases) for values in (self.before, self.after))
        grown = after - before
        worse = {"lower": grown, "higher": -grown, "same": abs(grown)}[self.spec.better]
        status: Status = "ok"
        if grown and self.is_restless:
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
        works = (self.work_before, self.work_after)
        if all(works[0].get(case) == works[1].get(case) for case in cases):
            return ()
        before, after = (_by_operator(self.spec, work, cases) for work in works)
        sign = -1 if grown < 0 else 1
        moved = {n: sign * (after[n] - before[n]) for n in before | after if after[n] != before[n]}
        ranked = sorted(moved, key=lambda name: (-moved[name], name))
        return tuple(Operator(name, before[name], after[name]) for name in ranked)

    def _lost(self, case: str, why: str | None) -> Verdict:
        """`invalid`; `not comparable` under another Python: which threads can be counted depends on it."""
        old, new = _python(self.then), _python(self.now)
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


def _work(run: Run) -> dict[str, Work]:
    """What was counted, by case; one replicate of a run counts."""
    return {
        case: calls.work
        for replicate in run.replicates
        for case, calls in replicate.calls.items()
        if calls.work is not None and (calls.work.reason is None or calls.work.steps)
    }


def _by_operator(spec: MetricSpec, works: Mapping[str, Work], cases: Iterable[str]) -> Counter[str]:
    """The counter by operator, summed over cases; empty for a metric that is not of `Work`."""
    total: Counter[str] = Counter()
    for case in cases:
        if case in works:
            total.update(getattr(works[case], spec.name, {}))
    return total


def _attention(run: Run, cases: Collection[str]) -> str:
    """The attention kernels that were dispatched; 'none' also where other operators make up the attention."""
    names = {name for case, work in _work(run).items() if case in cases for name in work.operators}
    return "+".join(sorted(n.partition(".")[2].lstrip("_") for n in names if "attention" in n)) or "none"


def _is_same_machine(then: Run, now: Run) -> bool:
    return then.environment.key == now.environment.key


def _is_restless(run: Run) -> bool:
    """True where the audio of a case differs in length between processes."""
    lengths = {(case, calls.audio_s) for each in run.replicates for case, calls in each.calls.items()}
    return len(lengths) > len({case for case, _ in lengths})


def _python(run: Run) -> str:
    return ".".join(run.environment.software.get("python", "unknown").split(".")[:2])
