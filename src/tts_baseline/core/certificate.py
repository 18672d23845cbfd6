"""What a machine was certified to see: judge sessions whose truth is known, and what they add up to."""

from __future__ import annotations

from typing import Literal

from msgspec import field

from tts_baseline.core.records import SCHEMA_VERSION, Environment, Record

TrialOutcome = Literal["regressed", "improved", "ok", "undecided"]


class Trial(Record, frozen=True, kw_only=True):
    """One judge session of a pipeline against itself, the head made slower by `slower` (a share; 0: A/A).

    `outcome` is `regressed` where the suite or a single case is, else the suite's verdict. `change` is what
    the judge measured (a share), `latency_s` the base's. `spread` is the standard deviation of the suite's
    log differences over the first three restarts: all sessions have those, whenever they stopped.
    """

    slower: float
    outcome: TrialOutcome
    restarts: int
    seconds: float
    change: float
    latency_s: float
    spread: float


class Share(Record, frozen=True, kw_only=True):
    """How many of a level's sessions, as a share, and the exact 95 % bounds of that share."""

    count: int
    share: float
    low: float
    high: float


class Level(Record, frozen=True, kw_only=True):
    """All sessions with one executed slowdown; `change`, `seconds`, `restarts` are medians."""

    slower: float
    sessions: int
    regressed: Share
    improved: Share
    ok: Share
    undecided: Share
    change: float
    seconds: float
    max_seconds: float
    restarts: float
    max_restarts: int


class Certificate(Record, frozen=True, kw_only=True):
    """What the judge is able to tell on one machine, for one suite, under a latency limit.

    limit:              the latency limit it was made under, as a share of `latency_s`.
    levels:             A/A first, then the executed slowdowns; `trials` are the sessions themselves.
    false_alarms_below: the rate of failed builds of unchanged code, exceeded with 5 % probability at most.
    spread:             sd of the suite's log difference between restarts, typical of a session.
    resolution:         the smallest limit that unchanged code passes with 90 % probability.
    smallest_visible:   the smallest slowdown that eight restarts call regressed with 90 %, by the formula.
    smallest_seen:      the smallest executed one that so many sessions did; None where no level had.
    """

    version: int = field(default=SCHEMA_VERSION, name="schema")
    created: str
    pipeline: str
    variant: str
    suite: str
    cases: tuple[str, ...]
    commit: str | None
    dirty: bool
    environment: Environment
    limit: float
    latency_s: float
    levels: tuple[Level, ...]
    false_alarms_below: float
    spread: float
    resolution: float
    smallest_visible: float
    smallest_seen: float | None
    trials: tuple[Trial, ...]

    @property
    def unchanged(self) -> Level:
        """The A/A sessions."""
        return self.levels[0]
