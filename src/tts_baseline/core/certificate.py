"""A machine's certificate: judge sessions with a known slowdown, and the error rates counted from them."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, field

from tts_baseline.core.bounds import (
    Commit,
    Duration,
    Moment,
    Name,
    Natural,
    NotNegative,
    Number,
    Part,
    Positive,
    Seconds,
    Sessions,
    Text,
)
from tts_baseline.core.records import SCHEMA_VERSION, Environment, Record

TrialOutcome = Literal["regressed", "improved", "ok", "undecided"]


class Trial(Record, frozen=True, kw_only=True):
    """One judge session of a pipeline against itself, the head slowed down by `slower` (a share; 0: A/A).

    `outcome` is `regressed` if the suite or any case regressed, else the suite's verdict. `change` is the
    measured change (a share) and `latency_s` the base's latency. `spread` is the standard deviation of the
    suite's log differences over the first three restarts, which every session has.
    """

    slower: Part
    outcome: TrialOutcome
    restarts: Natural
    seconds: Seconds
    change: Number
    latency_s: Duration
    spread: NotNegative


class Share(Record, frozen=True, kw_only=True):
    """A count of a level's sessions, as a share of them, with the exact 95 % bounds of that share."""

    count: Natural
    share: Part
    low: Part
    high: Part


class Level(Record, frozen=True, kw_only=True):
    """The sessions of one slowdown; `change`, `seconds` and `restarts` are medians over them."""

    slower: Part
    sessions: Sessions
    regressed: Share
    improved: Share
    ok: Share
    undecided: Share
    change: Number
    seconds: Seconds
    max_seconds: Seconds
    restarts: NotNegative
    max_restarts: Natural


class Certificate(Record, frozen=True, kw_only=True):
    """How small a change the judge can tell on one machine, for one suite, under a latency limit.

    limit:              the latency limit it was made under, as a share of `latency_s`.
    levels:             A/A first, then each slowdown that was executed; `trials` are the single sessions.
    false_alarms_below: 95 % upper bound of the rate at which unchanged code fails.
    spread:             typical standard deviation of the suite's log difference between restarts.
    resolution:         the smallest limit that unchanged code passes with 90 % probability (computed).
    smallest_visible:   the smallest slowdown that fails with 90 % probability after 8 restarts (computed).
    smallest_seen:      the smallest executed slowdown of which 90 % of sessions failed; None if none did.
    """

    version: int = field(default=SCHEMA_VERSION, name="schema")
    created: Moment
    pipeline: Text
    variant: Text
    suite: str
    cases: Annotated[tuple[Name, ...], Meta(min_length=1)]
    commit: Commit | None
    dirty: bool
    environment: Environment
    limit: Positive
    latency_s: Duration
    levels: Annotated[tuple[Level, ...], Meta(min_length=1)]
    false_alarms_below: Part
    spread: NotNegative
    resolution: NotNegative
    smallest_visible: NotNegative
    smallest_seen: Part | None
    trials: Annotated[tuple[Trial, ...], Meta(min_length=1)]

    @property
    def unchanged(self) -> Level:
        """The A/A sessions."""
        return self.levels[0]
