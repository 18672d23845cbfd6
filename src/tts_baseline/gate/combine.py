"""Screen and judge become one verdict: the judge attributes a change to the code, and never clears one.

The screen compares with what was accepted here; the judge runs both revisions now. A change that the
screen sees and the judge does not is the environment's: another torch, a hotter machine, a slower disk.
A gain in time is `improved` only by the judge: accepted runs may have been taken on a busy machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from tts_baseline.core.judgement import Against
from tts_baseline.core.registry import metrics
from tts_baseline.core.verdict import FAILING, Cause, Change, Grounds, Status, Verdict
from tts_baseline.gate.changes import is_of_a_change
from tts_baseline.stats.predictive import MIN_SESSIONS_FOR_T

_UNKNOWN = ("no baseline", "not comparable")


def doubtful(screen: Iterable[Verdict]) -> tuple[str, ...]:
    """The gates on times whose screen is not plain: a suite that is not `ok`, or a case regressed."""
    return tuple(
        dict.fromkeys(
            v.gate
            for v in screen
            if _is_timed(v)
            and metrics()[v.metric].spec.is_paired
            and (v.status == "regressed" or (v.status in ("undecided", "improved") and v.case is None))
        )
    )


def unconfirmed(verdict: Verdict) -> Verdict:
    """A gain in time by the screen alone is `better`, which is no verdict; anything else stays as it is."""
    return _better(verdict, "unconfirmed") if _is_unjudged_gain(verdict) else verdict


def of_same_code(verdict: Verdict) -> Verdict:
    """The screen's verdict on the very code that was accepted, which is innocent of a slower clock.

    As where the judge finds nothing, a regression takes enough accepted runs for the screen to be sure of it.
    """
    is_since = verdict.cause != "slow drift" or verdict.runs == 1  # of one run, the anchor is that run
    if verdict.status != "regressed" or not _is_timed(verdict) or not is_since:
        return unconfirmed(verdict)
    return _of_environment(verdict, Grounds(same_code=True))


def is_adverse(verdict: Verdict) -> bool:
    """True where the change lies beyond the limit, by the clock or after correction for the machine."""
    if verdict.status == "regressed":
        return True
    if verdict.limit is None or not verdict.baseline or verdict.current is None:
        return False
    return max(verdict.change or 0.0, verdict.current / verdict.baseline - 1) > verdict.limit


def is_favourable(verdict: Verdict) -> bool:
    """True where the change lies beyond the limit on the good side, by the clock or after correction."""
    if verdict.status == "improved":
        return True
    if verdict.limit is None or not verdict.baseline or verdict.current is None:
        return False
    return min(verdict.change or 0.0, verdict.current / verdict.baseline - 1) < 1 / (1 + verdict.limit) - 1


def combine(
    screen: Sequence[Verdict],
    pair: Sequence[Verdict],
    against: Against,
    since: Sequence[Verdict],
    around: tuple[Change, ...],
    *,
    asked: bool,
) -> tuple[Verdict, ...]:
    """The screen's verdicts, each with what the judge has to say about it.

    `since` are the screen's verdicts by those accepted runs alone that are of the judge's base; none without
    such a run. `around` is what differs around the code since the baseline. `asked` says that the user named
    what to judge against. The judge's verdict then stands even where the screen finds nothing, for the suite
    and for cases of which nothing was accepted here.
    """
    grown = {(v.gate, v.case) for v in since if is_adverse(v)}
    fallen = {(v.gate, v.case) for v in since if is_favourable(v)}
    # What is read out is compared with what was accepted, which a revision before it cannot speak against.
    judged = {(v.gate, v.case): v for v in pair if v.family != "text"}
    return tuple(
        _both(
            v,
            judged[v.gate, v.case],
            against,
            around,
            is_since=(v.gate, v.case) in (fallen if v.status == "improved" else grown),
            asked=asked,
        )
        if (v.gate, v.case) in judged
        else unconfirmed(v)
        for v in screen
    )


def _both(
    screen: Verdict,
    judge: Verdict,
    against: Against,
    around: tuple[Change, ...],
    *,
    is_since: bool,
    asked: bool,
) -> Verdict:
    leading = _leading(judge, screen, against)
    if metrics()[screen.metric].spec.family == "quality":
        return _both_of_sound(screen, leading, asked=asked)
    if judge.status == "regressed":
        return replace(leading, drift=screen.drift)
    # Slow drift is a change since the anchor run, which is neither of the judge's two revisions.
    if screen.status == "invalid" or screen.cause == "slow drift":
        return screen
    speaks = asked and (screen.case is None or screen.status in _UNKNOWN)
    beside = replace(screen, against=against.name, judged=judge)
    if judge.status == "undecided":
        return judge if speaks and screen.status != "regressed" else unconfirmed(beside)
    is_gain = _is_unjudged_gain(screen)
    if is_gain and (speaks or judge.status == "improved"):
        return leading
    if not is_gain and not is_adverse(screen):
        return leading if speaks or screen.status == "undecided" else screen
    if not is_since:
        return _better(beside, "before the base") if is_gain else replace(beside, cause="before the base")
    grounds = Grounds(around=around, same_code=not against.code)
    found = replace(_of_environment(beside, grounds), decided_by="judge")
    return replace(found, status="better") if is_gain else found


def _of_environment(screen: Verdict, grounds: Grounds) -> Verdict:
    """A change that the code did not cause: a regression only by enough runs for the screen to be sure."""
    is_known = screen.status == "regressed" and screen.runs >= MIN_SESSIONS_FOR_T
    status: Status = "regressed" if is_known else "undecided"
    return replace(screen, status=status, cause="environment", grounds=grounds, changed=())


def _both_of_sound(screen: Verdict, judge: Verdict, *, asked: bool) -> Verdict:
    """What fails by either fails: the accepted recording is the same on every machine.

    Where the judge finds nothing, the sound had changed before its base, or around the code.
    """
    if judge.status in FAILING:
        return judge
    if screen.status in FAILING:
        cause = "before the base" if judge.status in ("ok", "improved") else screen.cause
        return replace(screen, against=judge.against, judged=judge, cause=cause)
    return judge if asked and (screen.case is None or screen.status in _UNKNOWN) else screen


def _is_timed(verdict: Verdict) -> bool:
    return verdict.metric in metrics() and metrics()[verdict.metric].spec.timed


def _is_unjudged_gain(verdict: Verdict) -> bool:
    return verdict.status == "improved" and verdict.decided_by == "screen" and _is_timed(verdict)


def _better(verdict: Verdict, cause: Cause) -> Verdict:
    return replace(verdict, status="better", cause=cause)


def _leading(judge: Verdict, screen: Verdict, against: Against) -> Verdict:
    """The judge's verdict; it takes the screen's `changed` where the arms' settings were not compared."""
    if against.changed is None and is_of_a_change(judge):
        judge = replace(judge, changed=screen.changed)
    return replace(judge, against=against.name)
