"""The judge's verdicts on recorded calls, made by its own code; for a study, by other clocks, too.

The calls of a recording are handed to `tts_baseline.gate.judge.paired` restart by restart, as the judge does
when it measures, with the same looks and the same rule for stopping.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace
from recordings import Numbers, Session

from tts_baseline.core.judgement import Against, Judgement, Paired
from tts_baseline.core.records import Calls, Case, Replicate
from tts_baseline.core.registry import metrics
from tts_baseline.core.verdict import Status, Verdict
from tts_baseline.gate import limits
from tts_baseline.gate.judge import cpu_time, paired
from tts_baseline.stats.sequential import LOOKS

GATE = "latency"
LIMIT = "5%"
Measure = Literal["judge", "wall", "cpu", "wall over reference", "wall, then cpu"]
Verdicts = tuple[Verdict, ...]
Looks = Mapping[int, Verdicts]
Rule = Callable[[Mapping[Measure, Status]], Status]
PASSES: tuple[Status, ...] = ("ok", "improved")


class Judged(Struct, frozen=True, kw_only=True):
    """The verdict on a session: the suite's status, its cases', and the restarts that it took.

    `change` and `interval` are the suite's, by the rule's first clock, as shares.
    """

    suite: Status
    cases: tuple[Status, ...]
    restarts: int
    change: float
    interval: tuple[float, float]

    @property
    def build(self) -> Status:
        """The build's status: it fails with its suite or any case, and else is what its suite is."""
        return "regressed" if "regressed" in self.cases else self.suite


def verdict(session: Session, level: int, clock: Measure = "judge") -> Judged:
    """The judge's verdict, or what it would be by other clocks."""
    return judged({clock: looks(session, level, clock)}, _alone(clock))


def looks(session: Session, level: int, clock: Measure) -> Looks:
    """The judge's verdicts at each look that it could take, by its number of restarts.

    "judge" gives CPU time a part of the error rate where the judge would, "wall, then cpu" always, and the
    other clocks never.
    """
    restarts = _restarts(session, level, clock)
    spec = metrics()[GATE].spec
    limit = {GATE: limits.parse(LIMIT, spec)}
    part = {"judge": None, "wall, then cpu": cpu_time.PART}.get(clock, 0.0)
    return {
        count: paired.decide(_judgement(session, restarts[:count]), limit, cpu_part=part)
        for count in LOOKS
        if count <= len(restarts)
    }


def changes(session: Session, level: int) -> list[float]:
    """By how much the suite changed in each restart: the numbers that the judge makes its interval of."""
    restarts = _restarts(session, level, "wall")
    by_case = paired.differences(metrics()[GATE].spec, restarts, _cases(session))
    return paired.suite_wide(by_case)


def judged(looks_by_clock: Mapping[Measure, Looks], rule: Rule) -> Judged:
    """The verdict at the first look that settles it; its statuses are what `rule` makes of the clocks'."""
    (first, *_) = looks_by_clock.values()
    for restarts, leading in first.items():
        by_clock = {
            clock: {v.case: v.status for v in looks[restarts]} for clock, looks in looks_by_clock.items()
        }
        verdicts = [
            replace(v, status=rule({clock: statuses[v.case] for clock, statuses in by_clock.items()}))
            for v in leading
        ]
        if paired.is_settled(verdicts, [GATE]):
            break
    suite, *cases = verdicts
    return Judged(
        suite=suite.status,
        cases=tuple(case.status for case in cases),
        restarts=restarts,
        change=suite.change or 0.0,
        interval=(suite.low or 0.0, suite.high or 0.0),
    )


def both(by_clock: Mapping[Measure, Status]) -> Status:
    """What both clocks say; undecided where they differ."""
    wall, cpu = by_clock["wall"], by_clock["cpu"]
    if wall in PASSES and cpu in PASSES:
        return wall
    return "regressed" if wall == cpu == "regressed" else "undecided"


def cpu_clears(by_clock: Mapping[Measure, Status]) -> Status:
    """The wall clock decides; where it does not, CPU time within the limit passes."""
    wall, cpu = by_clock["wall"], by_clock["cpu"]
    return "ok" if wall == "undecided" and cpu in PASSES else wall


def cpu_decides(by_clock: Mapping[Measure, Status]) -> Status:
    """The wall clock decides; where it does not, CPU time does."""
    return by_clock["cpu"] if by_clock["wall"] == "undecided" else by_clock["wall"]


def _alone(clock: Measure) -> Rule:
    return lambda by_clock: by_clock[clock]


# The rules of the study: the clocks whose statuses a rule is given, and the rule.
RULES: dict[str, tuple[tuple[Measure, ...], Rule]] = {
    "the judge": (("judge",), _alone("judge")),
    "wall": (("wall",), _alone("wall")),
    "cpu": (("cpu",), _alone("cpu")),
    "wall over reference": (("wall over reference",), _alone("wall over reference")),
    "both agree": (("wall", "cpu"), both),
    "wall, else cpu may clear": (("wall", "cpu"), cpu_clears),
    "wall, else cpu may fail": (("wall, then cpu",), _alone("wall, then cpu")),
    "wall, else cpu": (("wall", "cpu"), cpu_decides),
}


def _judgement(session: Session, restarts: tuple[Paired, ...]) -> Judgement:
    return Judgement(
        created=session.meta.began,
        commit=None,
        dirty=False,
        against=Against(name="itself"),
        cases=_cases(session),
        restarts=restarts,
        seconds=0.0,
    )


def _cases(session: Session) -> tuple[Case, ...]:
    return tuple(Case(id=case, text=case) for case in session.meta.cases)


def _restarts(session: Session, level: int, clock: Measure) -> tuple[Paired, ...]:
    cpu = session.arms(level, "cpu")
    arms = cpu if clock == "cpu" else session.arms(level, "wall")
    base, head = arms.base, arms.head
    if clock == "wall over reference":
        reference = session.arms(level, "reference")
        base, head = base / reference.base, head / reference.head
    return tuple(
        Paired(
            base=_replicate(session, base[number], cpu.base[number]),
            head=_replicate(session, head[number], cpu.head[number]),
            orders={
                case: "".join("ABBA" if is_first else "BAAB" for is_first in quads)
                for case, quads in zip(
                    session.meta.cases, session.base_first[number, :, level].tolist(), strict=True
                )
            },
        )
        for number in range(arms.restarts)
    )


def _replicate(session: Session, wall: Numbers, cpu: Numbers) -> Replicate:
    return Replicate(
        cold_start=None,
        calls={
            case: Calls(wall_s=tuple(times), cpu_s=tuple(work), reference_s=(), audio_s=1.0, sha256="")
            for case, times, work in zip(session.meta.cases, wall.tolist(), cpu.tolist(), strict=True)
        },
    )
