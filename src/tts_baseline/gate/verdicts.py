"""The only place that decides: a run, its baseline, a judge's restarts and the limits become verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from tts_baseline.core.judgement import Judgement
from tts_baseline.core.protocols import FAMILIES
from tts_baseline.core.records import Baseline, Failure, Run
from tts_baseline.core.registry import metrics
from tts_baseline.core.verdict import FAILING, UNDECIDING, Grounds, Verdict, Verdicts
from tts_baseline.gate import changes
from tts_baseline.gate.combine import combine, of_same_code, unconfirmed
from tts_baseline.gate.graded import graded
from tts_baseline.gate.judge import functions, paired, sound
from tts_baseline.gate.judge import text as said
from tts_baseline.gate.limits import Limit
from tts_baseline.gate.quality import decide
from tts_baseline.gate.quality.traded import without_traded
from tts_baseline.gate.screen import leak, quality, text, times, work
from tts_baseline.gate.screen.accepted import accepted
from tts_baseline.gate.screen.past import Past

UTTERANCE = "utterance"


def verdicts(
    run: Run,
    baseline: Baseline,
    judgement: Judgement | None,
    limits: Mapping[str, Limit],
    *,
    screen: tuple[Verdict, ...] | None = None,
) -> Verdicts:
    """Every verdict of a run, in the order of the registry: suite, then cases, gate by gate.

    `screen` is what the screen decided, where that is known already.
    """
    decided = _decided(run, baseline, judgement, limits, screen)
    return graded(decided, run, limits, lambda others: _decided(run, baseline, judgement, others, None))


def _decided(
    run: Run,
    baseline: Baseline,
    judgement: Judgement | None,
    limits: Mapping[str, Limit],
    screen: tuple[Verdict, ...] | None,
) -> Verdicts:
    """Screen, judge and both, under one limit a gate."""
    screen = _screen(run, baseline, limits) if screen is None else screen
    if judgement is None:
        alone = of_same_code if changes.is_same_code(run, baseline) else unconfirmed
        return Verdicts(screen=screen, combined=tuple(map(alone, screen)))
    pair = judged(judgement, limits)
    combined = combine(
        screen,
        pair,
        judgement.against,
        since(judgement.against.commit, run, baseline, limits),
        changes.around(run, baseline),
        asked=judgement.asked,
    )
    return Verdicts(screen=screen, pair=pair, combined=combined)


def judged(judgement: Judgement, limits: Mapping[str, Limit]) -> tuple[Verdict, ...]:
    """The judge's own verdicts: on times and sizes, then on words and sound, where somebody listened."""
    words = said.decide(judgement, limits)
    times = functions.named(paired.decide(judgement, limits), judgement.profile)
    return (*times, *words, *sound.decide(judgement, limits))


def since(
    commit: str | None, run: Run, baseline: Baseline, limits: Mapping[str, Limit]
) -> tuple[Verdict, ...]:
    """The screen's verdicts by those accepted runs alone whose code was exactly this commit, if any."""
    runs = tuple(past for past in baseline.runs if commit and past.commit == commit and not past.dirty)
    return _screen(run, replace(baseline, runs=runs), limits) if runs else ()


def _screen(run: Run, baseline: Baseline, limits: Mapping[str, Limit]) -> tuple[Verdict, ...]:
    """The comparison with what was accepted.

    A case that could not be measured is `invalid` in the family of each gate, under the gate 'utterance'.
    """
    gated = {m.spec.family for m in metrics().values() if m.spec.limit is not None}
    counters = work.Counters(run, baseline)
    if not counters.is_concerned:
        gated.discard("work")
    known = accepted(run, baseline)
    if not text.is_concerned(run, known):
        gated.discard("text")
    failed = [_failed(failure, family) for family in FAMILIES for failure in run.failures if family in gated]
    broken = decide.broken(run.by_metric)
    past = Past.of(run, baseline)
    decided: list[Verdict] = []
    for metric in metrics().values():
        spec = metric.spec
        if spec.key not in limits or spec.limit is None:
            continue
        limit = limits[spec.key]
        if spec.decide == "ratio":
            decided += times.verdicts(spec, limit, run, past)
        elif spec.decide == "slope":
            decided += leak.verdicts(spec, limit, run)
        elif spec.decide == "exact":
            decided += counters.verdicts(spec, limit)
        elif spec.decide == "words":
            decided += text.verdicts(spec, limit, run, baseline, known)
        else:
            decided += quality.verdicts(spec, limit, run, baseline, known, broken)
    return (*failed, *without_traded(decided))


def gating(verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """The verdicts that speak for a suite.

    These are the suite's own, whatever fails, and single cases of metrics where one case is enough (times
    after Holm's correction; counts of faults). Other quality scores of single cases vary with any change of
    the audio: their median speaks.
    """
    beneath = {name for name, metric in metrics().items() if metric.spec.decide == "median"}
    return tuple(v for v in verdicts if v.case is None or v.status in FAILING or v.metric not in beneath)


def asked_for(verdict: Verdict) -> Verdict:
    """The verdict on a case that a test asks for by itself: there it decides, where else the median does."""
    decisive = {beneath: status for status, beneath in UNDECIDING.items()}
    if verdict.status not in decisive or metrics()[verdict.metric].spec.decide != "median":
        return verdict  # a gain in time that is `better` is so because no judge confirms it
    return replace(verdict, status=decisive[verdict.status])


def fails(verdict: Verdict, *, missing: str, undecided: str) -> bool:
    """True where this verdict fails the build under the policies for `no baseline` and `undecided`."""
    return (
        verdict.status in FAILING
        or (verdict.status == "no baseline" and missing == "fail")
        or (verdict.status == "undecided" and undecided == "fail" and verdict.case is None)
    )


def changed(decided: Verdicts) -> bool:
    """True where accepting means accepting a change of time or memory, so that a new epoch begins.

    So does an undecided change of more than twice the limit: among unchanged runs it would widen the spread
    that later runs are judged by. A gain in time counts only where the judge confirms it: the runs of the
    epoch may have been taken on a machine that was busy.
    """
    return any(
        screen.case is None
        and metrics()[screen.metric].spec.decide == "ratio"
        and (_has_grown(screen) or (_has_fallen(screen) and both.status == "improved"))
        for screen, both in zip(decided.screen, decided.combined, strict=True)
    )


def unconfirmed_gains(decided: Verdicts) -> tuple[Verdict, ...]:
    """The suite's gains in time that no judge has confirmed, by the screen."""
    return tuple(
        screen
        for screen, both in zip(decided.screen, decided.combined, strict=True)
        if screen.case is None and screen.status == "improved" and both.status != "improved"
    )


def _has_grown(verdict: Verdict) -> bool:
    return verdict.status == "regressed" or _worse_by(verdict) > 2 * (verdict.limit or 0.0)


def _has_fallen(verdict: Verdict) -> bool:
    return verdict.status == "improved" or _worse_by(verdict) < -2 * (verdict.limit or 0.0)


def _worse_by(verdict: Verdict) -> float:
    change = verdict.change or 0.0
    return -change if metrics()[verdict.metric].spec.better == "higher" else change


def _failed(failure: Failure, family: str) -> Verdict:
    return Verdict(
        gate=UTTERANCE, metric=UTTERANCE, family=family, case=failure.case, status="invalid", unit="1",
        relative=False, cause=failure.kind, grounds=Grounds(message=failure.message),
    )  # fmt: skip
