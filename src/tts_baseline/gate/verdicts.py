"""The only place that decides: one run, its baseline and the limits become verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from tts_baseline.core.protocols import FAMILIES
from tts_baseline.core.records import FAILING, Baseline, Run, Verdict
from tts_baseline.core.registry import metrics
from tts_baseline.gate.limits import Limit
from tts_baseline.gate.screen import quality, times, work

UTTERANCE = "utterance"


def decide(run: Run, baseline: Baseline, limits: Mapping[str, Limit]) -> tuple[Verdict, ...]:
    """Every verdict of a run, in the order of the registry: suite, then cases, gate by gate.

    A case that could not be measured is `invalid` in the family of each gate, under the gate 'utterance'.
    """
    gated = {m.spec.family for m in metrics().values() if m.spec.limit is not None}
    if not work.is_concerned(run, baseline):
        gated.discard("work")
    failed = [
        _failed(failure.case, family, f"{failure.kind}: {failure.message}")
        for family in FAMILIES
        for failure in run.failures
        if family in gated
    ]
    broken = {
        r.case for r in run.readings
        if r.case and r.value is None and metrics()[r.metric].spec.decide == "each"
    }  # fmt: skip
    verdicts: list[Verdict] = []
    for metric in metrics().values():
        spec = metric.spec
        if spec.key not in limits or spec.limit is None:
            continue
        limit = limits[spec.key]
        if spec.decide == "ratio":
            verdicts += times.judge(spec, limit, run, baseline)
        elif spec.decide == "exact":
            verdicts += work.judge(spec, limit, run, baseline)
        else:
            verdicts += quality.judge(spec, limit, run, baseline, broken if spec.decide != "each" else ())
    return (*failed, *verdicts)


def since(
    commit: str | None, run: Run, baseline: Baseline, limits: Mapping[str, Limit]
) -> tuple[Verdict, ...]:
    """The verdicts by those accepted runs alone whose code was exactly this commit; empty without any."""
    runs = tuple(one for one in baseline.runs if commit and one.commit == commit and not one.dirty)
    return decide(run, replace(baseline, runs=runs), limits) if runs else ()


def gating(verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """The verdicts that speak for a suite.

    These are the suite's own, whatever is invalid, and single cases of metrics where one case is enough
    (times after Holm's correction; counts of faults). Quality scores of single cases vary with any change
    of the audio: their median speaks.
    """
    return tuple(
        v
        for v in verdicts
        if v.case is None or v.status == "invalid" or metrics()[v.metric].spec.decide != "median"
    )


def fails(verdict: Verdict, *, missing: str, undecided: str) -> bool:
    """True where this verdict fails the build under the policies for `no baseline` and `undecided`."""
    return (
        verdict.status in FAILING
        or (verdict.status == "no baseline" and missing == "fail")
        or (verdict.status == "undecided" and undecided == "fail" and verdict.case is None)
    )


def changed(verdicts: Sequence[Verdict]) -> bool:
    """True where accepting means accepting a change of time or memory, so that a new epoch begins.

    So does an undecided change of more than twice the limit: among unchanged runs it would widen the spread
    that later runs are judged by.
    """
    return any(
        v.case is None
        and metrics()[v.metric].spec.decide == "ratio"
        and (v.status in ("regressed", "improved") or _is_large(v))
        for v in verdicts
    )


def _is_large(verdict: Verdict) -> bool:
    return abs(verdict.change or 0.0) > 2 * (verdict.limit or 0.0)


def _failed(case: str, family: str, reason: str) -> Verdict:
    return Verdict(
        gate=UTTERANCE, metric=UTTERANCE, family=family, case=case, status="invalid", unit="1",
        relative=False, reason=reason,
    )  # fmt: skip
