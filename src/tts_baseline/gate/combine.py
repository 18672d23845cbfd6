"""Screen and judge become one verdict: the judge attributes a change to the code, and never clears one.

The screen compares with what was accepted here; the judge runs both revisions now. A change that the
screen sees and the judge does not is the environment's: another torch, a hotter machine, a slower disk.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from tts_baseline.core import units
from tts_baseline.core.judgement import Against
from tts_baseline.core.records import Verdict
from tts_baseline.core.registry import metrics
from tts_baseline.gate.screen.times import SLOW_DRIFT
from tts_baseline.stats.predictive import MIN_SESSIONS_FOR_T

_UNKNOWN = ("no baseline", "not comparable")


def doubtful(screen: Iterable[Verdict]) -> tuple[str, ...]:
    """The gates on times whose screen is not plain: a suite undecided or regressed, or a case regressed."""
    return tuple(
        dict.fromkeys(
            v.gate
            for v in screen
            if v.metric in metrics()
            and metrics()[v.metric].spec.timed
            and (v.status == "regressed" or (v.status == "undecided" and v.case is None))
        )
    )


def is_adverse(verdict: Verdict) -> bool:
    """True where the change lies beyond the limit, by the clock or after correction for the machine."""
    if verdict.status == "regressed":
        return True
    if verdict.limit is None or not verdict.baseline or verdict.current is None:
        return False
    return max(verdict.change or 0.0, verdict.current / verdict.baseline - 1) > verdict.limit


def combine(
    screen: Sequence[Verdict],
    judged: Sequence[Verdict],
    against: Against,
    since: Sequence[Verdict],
    changed: Sequence[str],
    *,
    asked: bool,
) -> tuple[Verdict, ...]:
    """The screen's verdicts, each with what the judge has to say about it.

    `since` are the screen's verdicts by the accepted runs of the judge's own base alone: none where it has
    none. `changed` is what differs around the code since the baseline; `asked` says that the user named what
    to judge against: then the judge's verdict on the suite, and on a case that nothing was accepted of here,
    stands where the screen finds nothing, too.
    """
    grown = {(v.gate, v.case) for v in since if is_adverse(v)}
    told = {(v.gate, v.case): v for v in judged}
    return tuple(
        _one(v, told[v.gate, v.case], against, changed, is_since=(v.gate, v.case) in grown, asked=asked)
        if (v.gate, v.case) in told
        else v
        for v in screen
    )


def _one(
    screen: Verdict,
    judge: Verdict,
    against: Against,
    changed: Sequence[str],
    *,
    is_since: bool,
    asked: bool,
) -> Verdict:
    said = f"{_change(judge)} against {against.name}, {judge.runs} restarts side by side"
    if judge.status == "regressed":
        return replace(judge, drift=screen.drift, reason=units.joined(f"the judge: {said}", judge.reason))
    if screen.status == "invalid" or _is_slow_drift(screen):
        return screen
    speaks = asked and (screen.case is None or screen.status in _UNKNOWN)
    if judge.status == "undecided":
        if speaks and screen.status != "regressed":
            return judge
        return replace(screen, reason=units.joined(screen.reason, f"the judge: {said}", judge.reason))
    if not is_adverse(screen):
        stands = speaks or screen.status == "undecided"
        return replace(judge, reason=f"the judge: {said}") if stands else screen
    if not is_since:
        return replace(screen, reason=f"not since {against.name} ({said}): before it, or around the code")
    around = ", ".join(changed) or "nothing that is recorded"
    innocent = "the code is innocent" if against.code else "both ran the same code"
    # What the screen could not tell does not fail because the judge finds nothing.
    is_known = screen.status == "regressed" and screen.runs >= MIN_SESSIONS_FOR_T
    return replace(
        screen,
        status="regressed" if is_known else "undecided",
        decided_by="judge",
        is_environment=True,
        where="",
        reason=f"environment: {innocent} ({said}); changed around it: {around}",
    )


def _is_slow_drift(screen: Verdict) -> bool:
    """True where only the anchor run tells: the judge runs two revisions and knows nothing of a third."""
    return screen.drift is not None and screen.reason.startswith(SLOW_DRIFT)


def _change(verdict: Verdict) -> str:
    change = units.change(verdict.change, verdict.unit, relative=verdict.relative)
    return f"{change} {units.interval(verdict.low, verdict.high, verdict.unit, relative=verdict.relative)}"
