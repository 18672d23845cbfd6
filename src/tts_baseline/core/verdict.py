"""Verdicts on a run, one for each gate and case, with their cause and numbers.

There are no sentences here: `gate/explain` and `report/` write them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import field

from tts_baseline.core.records import Record

# `better` and `worse` are beyond the limit, and no verdict: single cases beneath a median that decides, and
# gains in time that no judge has confirmed.
Status = Literal[
    "ok", "better", "improved", "worse", "regressed", "undecided", "no baseline", "not comparable", "invalid"
]  # fmt: skip
FAILING: tuple[Status, ...] = ("regressed", "invalid")
# What is as far off and does not decide.
UNDECIDING: Mapping[Status, Status] = {"regressed": "worse", "improved": "better"}

Cause = Literal[
    "",  # change and limit explain it
    # undecided
    "resolution",  # too few runs or restarts for so small a change: `seen`
    "many cases",  # beyond the limit alone, but not after Holm's correction: `of`
    "clocks disagree",  # faster by the wall clock, slower against the reference computation, or the reverse
    "machine slower",  # the reference computation was slower too: `slower_machine`
    "throttled",  # too many quads ran on a throttled device: `throttled`
    "always throttled",  # in some restart every quad of a case was throttled
    # regressed
    "slow drift",  # more than twice the limit away from the anchor run
    "cpu time",  # by CPU time, because other processes disturbed the wall clock: `cpu_time`
    # by screen and judge together
    "environment",  # there is a change, but the code did not cause it: `around`, `same_code`
    "before the base",  # it happened before the judge's base: `judged`
    "unconfirmed",  # a gain in time that no judge has confirmed
    # how a score or a counter was decided
    "traded",  # a gain that the metric which its own declares as `kept` paid for
    "gross",  # a single case, so much worse that it decides alone
    "chance",  # a single case beyond the limit, which chance between utterances may have done
    "between",  # the interval of the median, of `valid` of `of` cases, holds the limit
    "median",  # median of the paired differences of `valid` of `of` cases
    "worst case",  # `worse` of `of` cases are worse, `case` most of all
    "few valid",  # only `valid` of `of` cases have a value; `different` differ from their goldens
    "operators",  # the counts of `operators` changed
    "reworded",  # `worse` of `of` cases are read otherwise than accepted, as `rewordings` say
    "unsteady",  # the same, and otherwise from process to process
    # no baseline
    "nothing accepted",
    "new case",
    "new text",
    "new metric",
    "new",  # one of the three above
    "new case or text",
    "never counted",
    "not counted then",
    # not comparable
    "other machine",  # nothing is accepted here, but on `of` other machines: `machine`
    "other software",  # the counters are from another torch, device or processor: `around`
    "restless",  # the length of the audio differs between processes
    # invalid
    "no value",  # the metric's reason: `message`
    "error", "timeout", "crash", "gave up",  # the pipeline's failure: `message`
]  # fmt: skip


class Change(Record, frozen=True):
    """A setting, a version or a file's hash that changed; '-' if there was none."""

    name: str
    before: str
    now: str


class MeasuredChange(Record, frozen=True):
    """A change and its 95 % bounds, as shares."""

    change: float
    low: float
    high: float


# Which part of a call's time changed by more than the limit; '' where neither did, 'unclear' where that is
# not known of one.
ChangedPart = Literal["", "audio", "code", "both", "unclear"]


class LatencySplit(Record, frozen=True, kw_only=True):
    """How a change of latency splits: ln(latency) = ln(seconds of audio) + ln(seconds per second of audio).

    `audio` and `pace` are the changes of these two. `expected` is what the latency of so much audio would
    have changed by, as time follows length in this pipeline; `code` is the rest. All are shares.
    """

    audio: MeasuredChange
    pace: MeasuredChange
    expected: MeasuredChange
    code: MeasuredChange
    part: ChangedPart


class Operator(Record, frozen=True):
    """One operator's count (of dispatches, FLOPs, waits or bytes), before and now."""

    name: str
    before: int
    now: int


class Rewording(Record, frozen=True):
    """Words of a case's text and what is read in their place ('' for nothing), with the words around them."""

    case: str
    before: str
    now: str
    left: str = ""
    right: str = ""


class FunctionGrowth(Record, frozen=True, kw_only=True):
    """Seconds a call spends in a function, with what is not the project's that it calls, or an operator."""

    name: str
    base_s: float
    head_s: float

    @property
    def change_s(self) -> float:
        """By how much it grew."""
        return self.head_s - self.base_s


class Source(Record, frozen=True):
    """The accepted run of another machine with which counters were compared."""

    run: str
    machine: str


class Grounds(Record, frozen=True, kw_only=True, omit_defaults=True):
    """The numbers behind a cause; `Cause` says which of them each cause has.

    seen:           the smallest change that is seen with 90 % probability, as a share.
    slower_machine: how much slower the reference computation was, as a share.
    throttled:      the share of quads that ran on a throttled device.
    note:           what the metric says of the audio: which fault, and where.
    stage_seconds:  by stage, the change against the accepted runs in seconds a call (screen).
    stage_shares:   by stage, the change as a share of the base's whole latency (judge).
    functions:      those in which calls spend longer than the base's, by the judge's profile.
    operator_times: the operators of torch in which they do.
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
    note: str = ""
    source: Source | None = None
    same_code: bool = False
    around: tuple[Change, ...] = ()
    operators: tuple[Operator, ...] = ()
    rewordings: tuple[Rewording, ...] = ()
    stage_seconds: dict[str, float] = field(default_factory=dict)
    stage_shares: dict[str, MeasuredChange] = field(default_factory=dict)
    functions: tuple[FunctionGrowth, ...] = ()
    operator_times: tuple[FunctionGrowth, ...] = ()


NO_GROUNDS = Grounds()


class Verdict(Record, frozen=True, kw_only=True):
    """One gate's decision on one case, or on the suite (`case` is None).

    `change`, `low`, `high` and `limit` are shares if `relative`, else in `unit`; a change is positive if the
    value grew. `drift` is the change since the anchor run, given only if it is clearly more than twice the
    limit. `runs` counts the accepted runs (screen) or restarts (judge) behind the change. `changed` lists the
    settings that differ, if the verdict is a change. `against` names the judge's base; `judged` is the
    judge's verdict, if the screen's stands. `split` is of times of whole calls alone.
    `warned` is the soft limit that a change is beyond which passes.
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
    split: LatencySplit | None = None
    warned: float | None = None

    @property
    def is_environment(self) -> bool:
        """True if there is a change that the code did not cause."""
        return self.cause == "environment"


class Verdicts(Record, frozen=True, kw_only=True):
    """All verdicts on a run: by the screen, by the judge (`pair`, empty without one), by both combined."""

    screen: tuple[Verdict, ...]
    pair: tuple[Verdict, ...] = ()
    combined: tuple[Verdict, ...]
