"""Sentences about verdicts: what happened, why, what was configured differently, which stages moved."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from tts_baseline.core import units
from tts_baseline.core.records import Baseline, Run
from tts_baseline.core.registry import metrics
from tts_baseline.core.verdict import Cause, Change, MeasuredChange, Operator, Verdict
from tts_baseline.gate import rewordings, split
from tts_baseline.gate.changes import around
from tts_baseline.gate.moved import where

# chosen: what fits a line, and names most of what moved.
_NAMED_OPERATORS = 3
# So many hexadecimal digits are a hash; its first four tell two apart, as a rule.
_HASH = re.compile(r"\b[0-9a-f]{12,64}\b")
_COMMIT = re.compile(r"[0-9a-f]{40,64}")
_COMMIT_DIGITS = 7
_SHOWN_DIGITS, _WHOLE_HASH = 4, 64
_ELSEWHERE: tuple[Cause, ...] = (
    "environment",
    "before the base",
)  # what the judge's two revisions did not do


def headline(verdict: Verdict, suite: str) -> str:
    """'es: latency regressed, +14.7% (95% [+11.2, +18.0]; limit 5.0%)'."""
    subject = f"{suite}/{verdict.case}" if verdict.case else suite
    if verdict.change is None:
        why = reason(verdict)
        return f"{subject}: {verdict.gate} {verdict.status}" + (f": {why}" if why else "")
    status = f"{verdict.status} (environment)" if verdict.is_environment else verdict.status
    change = units.change(verdict.change, verdict.unit, relative=verdict.relative)
    bounds = units.interval(verdict.low, verdict.high, verdict.unit, relative=verdict.relative)
    limit = units.value(verdict.limit, verdict.unit)
    if verdict.relative and verdict.limit is not None:
        limit = f"{verdict.limit * 100:.1f}%"
    inside = units.joined(bounds and f"95% {bounds}", f"limit {limit}")
    return f"{subject}: {verdict.gate} {status}, {change} ({inside})"


def reason(verdict: Verdict) -> str:
    """Why the verdict is what it is, in words and numbers; empty where its change and limit say it all."""
    own = units.joined(
        _SENTENCES[verdict.cause](verdict), _warning(verdict), verdict.grounds.note, _split(verdict)
    )
    if source := verdict.grounds.source:
        own = units.joined(own, f"against run {source.run} of {source.machine}")
    if not verdict.against or verdict.cause in _ELSEWHERE:
        return own
    judged = f"the judge: {_side_by_side(verdict.judged or verdict, verdict.against)}"
    return units.joined(own, judged, reason(verdict.judged)) if verdict.judged else units.joined(judged, own)


def _warning(verdict: Verdict) -> str:
    if verdict.warned is None:
        return ""
    return f"beyond the soft limit, {units.change(verdict.warned, verdict.unit, relative=verdict.relative)}"


def _split(verdict: Verdict) -> str:
    """Whether the code or the audio is slower; empty where neither is, or the judge's verdict says it."""
    blames = verdict.cause not in _ELSEWHERE
    if verdict.split is None or (verdict.judged is not None and blames):
        return ""
    return split.said(verdict.split, blames=blames)


def because(verdict: Verdict) -> str:
    """'steps 16 -> 7, checkpoint 4f2a… -> 91c0…': what was configured differently; empty for nothing."""
    return ", ".join(map(shown, verdict.changed))


def shown(change: Change) -> str:
    """'name old -> new'; of two long hashes as much as tells them apart."""
    lengths = range(_SHOWN_DIGITS, _WHOLE_HASH + 1)
    pairs = ((_shortened(change.before, length), _shortened(change.now, length)) for length in lengths)
    before, now = next((pair for pair in pairs if pair[0] != pair[1]), (change.before, change.now))
    return f"{change.name} {before} -> {now}"


def _shortened(text: str, digits: int) -> str:
    return _HASH.sub(lambda digest: digest[0] if len(digest[0]) <= digits else f"{digest[0][:digits]}…", text)


def revision(name: str) -> str:
    """A commit's full hash as its first seven digits; any other name of a revision as it is."""
    return name[:_COMMIT_DIGITS] if _COMMIT.fullmatch(name) else name


def causes(verdicts: Iterable[Verdict]) -> list[str]:
    """'latency regressed, flops improved: because steps 16 -> 7': a line for each set of changes."""
    by_changes: dict[str, list[str]] = {}
    for verdict in verdicts:
        if why := because(verdict):
            by_changes.setdefault(why, []).append(f"{verdict.gate} {verdict.status}")
    return [f"{', '.join(gates)}: because {why}" for why, gates in by_changes.items()]


def surroundings(run: Run, baseline: Baseline) -> tuple[str, ...]:
    """What is different from the newest accepted run besides the code: software and provenance."""
    return tuple(map(shown, around(run, baseline)))


def as_json(verdict: Verdict) -> dict[str, Any]:
    """The verdict as JSON keeps it: its fields, and its sentences as `reason`, `because` and `where`."""
    sentences = {"reason": reason(verdict), "because": because(verdict), "where": where(verdict)}
    fields: dict[str, Any] = msgspec.to_builtins(verdict)
    return fields | {"is_environment": verdict.is_environment} | sentences


def _change(verdict: Verdict) -> str:
    change = units.change(verdict.change, verdict.unit, relative=verdict.relative)
    return f"{change} {units.interval(verdict.low, verdict.high, verdict.unit, relative=verdict.relative)}"


def _side_by_side(judged: Verdict, against: str) -> str:
    return f"{_change(judged)} against {revision(against)}, {judged.runs} restarts side by side"


def _resolution(verdict: Verdict) -> str:
    seen = f"could have seen {verdict.grounds.seen or 0.0:+.0%} or more"
    if verdict.decided_by == "judge":
        return f"{seen} with {verdict.runs} restarts"
    if verdict.runs >= 4:
        return f"{seen}; a quieter machine would settle it"
    runs = "run" if verdict.runs == 1 else "runs"
    return f"{seen}; {verdict.runs} accepted {runs}, 4 give this machine's own spread"


def _clocks(verdict: Verdict) -> str:
    wall = (verdict.current or 0.0) / (verdict.baseline or 1.0) - 1
    return f"the wall clock says {wall:+.1%}, against the reference computation"


def _cpu_time(verdict: Verdict) -> str:
    cpu = verdict.grounds.cpu_time or MeasuredChange(0.0, 0.0, 0.0)
    change = units.change(cpu.change, "s", relative=True)
    bounds = units.interval(cpu.low, cpu.high, "s", relative=True)
    return f"CPU time tells, {change} {bounds}: other processes disturbed the wall clock"


def _environment(verdict: Verdict) -> str:
    if verdict.judged is None:
        return "environment: the accepted run was of the same commit, and nothing known around it differs"
    innocent = "both ran the same code" if verdict.grounds.same_code else "the code is innocent"
    judged = _side_by_side(verdict.judged, verdict.against)
    changes = ", ".join(map(shown, verdict.grounds.around)) or "nothing that is recorded"
    return f"environment: {innocent} ({judged}); changed around it: {changes}"


def _few(verdict: Verdict) -> str:
    g = verdict.grounds
    few = f"measured in {g.valid} of {g.of} cases"
    if not g.different:
        return f"{few}; all equivalent to their goldens"
    return f"{few}; {g.different} differ from their goldens: listen, then accept or mend"


def _median(verdict: Verdict) -> str:
    g = verdict.grounds
    return f"median of {g.valid} of {g.of} cases" + (f", most in {g.case}" if g.case else "")


def _operators(verdict: Verdict) -> str:
    """'aten.mm +12 (88 -> 100), aten.add +3 (5 -> 8) and 2 more'."""
    moved, unit = verdict.grounds.operators, verdict.unit

    def named(operator: Operator) -> str:
        grown = units.change(operator.now - operator.before, unit, relative=False)
        before, now = units.value(operator.before, unit), units.value(operator.now, unit)
        return f"{operator.name} {grown} ({before} -> {now})"

    more = len(moved) - _NAMED_OPERATORS
    return ", ".join(map(named, moved[:_NAMED_OPERATORS])) + (f" and {more} more" if more > 0 else "")


def _reworded(verdict: Verdict) -> str:
    """'read otherwise in 2 of 49 cases: train las [-10-]{+diez+} de, …'; of a case its changes alone."""
    grounds = verdict.grounds
    changes = rewordings.shown(grounds.rewordings, named=verdict.case is None)
    return changes if verdict.case else f"read otherwise in {grounds.worse} of {grounds.of} cases: {changes}"


def _no_value(verdict: Verdict) -> str:
    changes = ", ".join(map(shown, verdict.grounds.around))
    return verdict.grounds.message + (f" ({changes})" if changes else "")


def _failure(verdict: Verdict) -> str:
    return f"{verdict.cause}: {verdict.grounds.message}"


def _plain(sentence: str) -> Callable[[Verdict], str]:
    return lambda _: sentence


_SENTENCES: Mapping[Cause, Callable[[Verdict], str]] = {
    "": _plain(""),
    "resolution": _resolution,
    "many cases": lambda v: f"beyond the limit alone, not among {v.grounds.of} cases",
    "clocks disagree": _clocks,
    "machine slower": lambda v: (
        f"slower by the wall clock, but so was the machine: {v.grounds.slower_machine or 0.0:+.0%} "
        "by the reference computation"
    ),
    "throttled": lambda v: f"the device was throttled in {v.grounds.throttled or 0.0:.0%} of the quads",
    "always throttled": _plain("the device was throttled whenever a case was to be measured in some restart"),
    "slow drift": _plain("slow drift: the change is against the anchor run, the limit twice the usual one"),
    "cpu time": _cpu_time,
    "environment": _environment,
    "before the base": lambda v: (
        f"not since {revision(v.against)} ({_side_by_side(v.judged or v, v.against)}): "
        "before it, or around the code"
    ),
    "unconfirmed": _plain("faster than earlier runs, which may have been disturbed; no judge confirms it"),
    "traded": lambda v: f"no gain: {metrics()[v.metric].spec.kept} fell with it",
    "gross": lambda v: "so far beyond the limit that this case fails alone",
    "chance": _plain("beyond the limit, and chance between utterances may have done it"),
    "between": lambda v: f"{_median(v)}; its interval holds the limit: listen to the worst, or add cases",
    "median": _median,
    "worst case": lambda v: f"{v.grounds.worse} of {v.grounds.of} cases worse, most in {v.grounds.case}",
    "few valid": _few,
    "operators": _operators,
    "reworded": _reworded,
    "unsteady": lambda v: f"differs from process to process; {_reworded(v)}",
    "nothing accepted": _plain("nothing was accepted yet"),
    "new case": _plain("the case is new"),
    "new text": _plain("its text has changed since it was accepted"),
    "new metric": _plain("the metric is new"),
    "new": _plain("the text or the metric is new, or the text has changed since it was accepted"),
    "new case or text": _plain("the case or its text is new"),
    "never counted": _plain("it was not counted in what was accepted"),
    "not counted then": _plain("it was not counted when it was accepted"),
    "other machine": lambda v: (
        f"nothing accepted on this machine ({v.grounds.machine}), {v.grounds.of} other machines known"
    ),
    "other software": lambda v: ", ".join(map(shown, v.grounds.around)),
    "restless": _plain(
        "the audio's length differs from process to process, and so may the work: give the pipeline a seed"
    ),
    "no value": _no_value,
    "error": _failure,
    "timeout": _failure,
    "crash": _failure,
    "gave up": _failure,
}
