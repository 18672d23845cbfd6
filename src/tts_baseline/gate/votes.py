"""Who said what about a verdict: the screen, the wall clock, the judge, CPU time, and the counted work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

from tts_baseline.core import units
from tts_baseline.core.records import Record
from tts_baseline.core.registry import metrics
from tts_baseline.core.verdict import Status, Verdict, Verdicts

Voter = Literal["screen", "clock", "judge", "CPU time", "work"]
_WORST: tuple[Status, ...] = ("invalid", "regressed", "worse", "undecided", "improved", "better", "ok")


class Vote(Record, frozen=True):
    """What one of them says, and the change that it saw; `clock` and `CPU time` say a side of the limit."""

    by: Voter
    says: Status | Literal["above", "below", "within"]
    change: float | None = None


def votes(decided: Verdicts) -> dict[tuple[str, str | None], tuple[Vote, ...]]:
    """Every vote, by gate and case; none of what nobody could compare."""
    judged = {(v.gate, v.case): v for v in decided.pair}
    work: dict[str | None, list[Verdict]] = {}
    for verdict in decided.screen:
        if verdict.family == "work":
            work.setdefault(verdict.case, []).append(verdict)
    return {
        (v.gate, v.case): tuple(_votes(v, judged.get((v.gate, v.case)), work.get(v.case, ())))
        for v in decided.screen
    }


def lines(decided: Verdicts) -> Iterator[str]:
    """'latency votes: screen regressed +7.1%, clock above +9.0%, judge ok +0.2%, work ok'.

    Of verdicts of the suite that are not `ok`, where several have a say.
    """
    cast = votes(decided)
    for verdict in decided.combined:
        own = cast.get((verdict.gate, verdict.case), ())
        if verdict.case is None and verdict.status != "ok" and len(own) > 1:
            yield f"{verdict.gate} votes: {', '.join(_said(vote, verdict) for vote in own)}"


def as_json(own: Iterable[Vote]) -> list[Mapping[str, object]]:
    """The votes on one verdict, for machines."""
    return [{"by": vote.by, "says": vote.says, "change": vote.change} for vote in own]


def _votes(screen: Verdict, judge: Verdict | None, work: Sequence[Verdict]) -> Iterator[Vote]:
    is_timed = screen.metric in metrics() and metrics()[screen.metric].spec.timed
    if screen.change is not None:
        yield Vote("screen", screen.status, screen.change)
    if is_timed and screen.limit is not None and screen.baseline and screen.current is not None:
        yield _side("clock", screen.current / screen.baseline - 1, screen.limit)
    if judge is not None:
        yield Vote("judge", judge.status, judge.change)
        if judge.grounds.cpu_time is not None and judge.limit is not None:
            yield _side("CPU time", judge.grounds.cpu_time.change, judge.limit)
    found = {verdict.status for verdict in work}
    if is_timed and (worst := next((status for status in _WORST if status in found), None)):
        yield Vote("work", worst)


def _side(by: Voter, change: float, limit: float) -> Vote:
    if change > limit:
        return Vote(by, "above", change)
    return Vote(by, "below" if change < 1 / (1 + limit) - 1 else "within", change)


def _said(vote: Vote, verdict: Verdict) -> str:
    if vote.change is None:
        return f"{vote.by} {vote.says}"
    return f"{vote.by} {vote.says} {units.change(vote.change, verdict.unit, relative=verdict.relative)}"
