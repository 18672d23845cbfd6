"""What is decided about a run: one verdict a gate and case, its cause, and the numbers behind both.

Numbers only: `gate/explain` and `report/` make sentences of them.
"""

from __future__ import annotations

from typing import Literal

from msgspec import field

from tts_baseline.core.records import Record

Status = Literal["ok", "improved", "regressed", "undecided", "no baseline", "not comparable", "invalid"]
FAILING: tuple[Status, ...] = ("regressed", "invalid")

Cause = Literal[
    "",  # the change and the limit say it all
    # undecided
    "resolution",  # so many runs or restarts cannot tell: `seen`
    "many cases",  # beyond the limit alone, not after Holm's correction: `of`
    "clocks disagree",  # faster by the clock, slower against the reference computation, or the reverse
    "machine slower",  # and so was the reference computation: `slower_machine`
    "throttled",  # too many quads were measured on a throttled device: `throttled`
    "always throttled",  # in some restart no quad of a case was not
    # regressed
    "slow drift",  # away from the anchor run, by twice the limit
    "cpu time",  # by CPU time, while other processes disturbed the wall clock: `cpu_time`
    # by screen and judge together
    "environment",  # the code is innocent of a change that is there: `around`, `same_code`
    "before the base",  # not since the judge's base: `judged`
    # what a score or a counter rests on
    "median",  # of the paired differences of `valid` of `of` cases
    "worst case",  # `worse` of `of` cases are worse, `case` the most
    "few valid",  # `valid` of `of` cases have a value, `different` do not sound like their goldens
    "operators",  # which moved: `operators`
    # no baseline
    "nothing accepted",
    "new case",
    "new text",
    "new metric",
    "new",  # one of the three
    "new case or text",
    "never counted",
    "not counted then",
    # not comparable
    "other machine",  # nothing accepted here, but on `of` others: `machine`
    "other software",  # counters under another torch, device or processor: `around`
    "restless",  # another length of audio in another process
    # invalid
    "no value",  # the metric's own words: `message`
    "error", "timeout", "crash", "gave up",  # the pipeline's failure, in its words: `message`
]  # fmt: skip


class Change(Record, frozen=True):
    """One thing that is not as it was: a setting, a version, a file's hash; '-' where there was none."""

    name: str
    before: str
    now: str


class MeasuredChange(Record, frozen=True):
    """A change and its 95 % bounds, as shares."""

    change: float
    low: float
    high: float


class Operator(Record, frozen=True):
    """How often one operator was dispatched (or its FLOPs, waits, bytes), then and now."""

    name: str
    before: int
    now: int


class Source(Record, frozen=True):
    """An accepted run of another machine that counters were compared with."""

    run: str
    machine: str


class Grounds(Record, frozen=True, kw_only=True, omit_defaults=True):
    """The numbers behind a cause; which cause has which is said at `Cause`.

    seen:           the smallest change that would have been seen with 90 % probability, as a share.
    slower_machine: how much slower the reference computation was, as a share.
    throttled:      quads that were measured on a throttled device, as a share.
    stage_seconds:  by stage, seconds a call more than in the accepted runs (screen).
    stage_shares:   by stage, its change as a share of the base's whole latency (judge).
    """

    seen: float | None = None
    slower_machine: float | None = None
    throttled: float | None = None
    cpu_time: MeasuredChange | None = None
    valid: int | None = None
    worse: int | None = None
    different: int | None = None
    of: int | None = None
    case: str = ""
    machine: str = ""
    message: str = ""
    source: Source | None = None
    same_code: bool = False
    around: tuple[Change, ...] = ()
    operators: tuple[Operator, ...] = ()
    stage_seconds: dict[str, float] = field(default_factory=dict)
    stage_shares: dict[str, MeasuredChange] = field(default_factory=dict)


NO_GROUNDS = Grounds()


class Verdict(Record, frozen=True, kw_only=True):
    """One decision: a gate for one case, or, with `case` None, for the suite.

    `change`, `low`, `high` and `limit` are fractions where `relative`, else in `unit`; a change
    is positive where the value grew. `drift` is the change since the anchor run, given only where it
    is plainly more than twice the limit. `runs` counts what the change rests on: accepted runs (screen), or
    restarts (judge). `changed` is what was configured differently, where the verdict is that of a change.
    `against` names what the judge compared with, and `judged` is its verdict, where the screen's stands.
    """

    gate: str
    metric: str
    family: str
    case: str | None
    status: Status
    unit: str
    relative: bool
    baseline: float | None = None
    current: float | None = None
    change: float | None = None
    low: float | None = None
    high: float | None = None
    limit: float | None = None
    drift: float | None = None
    runs: int = 0
    decided_by: Literal["screen", "judge"] = "screen"
    cause: Cause = ""
    grounds: Grounds = NO_GROUNDS
    changed: tuple[Change, ...] = ()
    against: str = ""
    judged: Verdict | None = None

    @property
    def is_environment(self) -> bool:
        """True where the code is innocent of a change that is there."""
        return self.cause == "environment"


class Verdicts(Record, frozen=True, kw_only=True):
    """What was decided about a run: by the screen, by the judge (`pair`; empty without one), by both."""

    screen: tuple[Verdict, ...]
    pair: tuple[Verdict, ...] = ()
    combined: tuple[Verdict, ...]
