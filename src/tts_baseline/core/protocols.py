"""What a metric and a pipeline look like from outside: the contracts that the registry checks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple, Protocol, runtime_checkable

from msgspec import Struct

from tts_baseline.core.records import Calls, Case, ColdStart, Reading, Request, Utterance

Better = Literal["lower", "higher", "same"]
Family = Literal["latency", "memory", "work", "quality"]
FAMILIES: tuple[Family, ...] = ("latency", "memory", "work", "quality")


class MetricSpec(Struct, frozen=True, kw_only=True):
    """How a metric is named, shown and gated. `name` is its file's name.

    decide:  "ratio"   natural-log ratios against the accepted runs of the same machine;
             "median"  median over cases of paired differences with the quality baseline;
             "each"    every case on its own against the quality baseline (counts of faults);
             "exact"   counters against the newest accepted run under the same software, of any machine.
    limit:   default limit, as "5%", "1 dB", "20% + 8 MiB"; None reports without gating.
    prior:   session-to-session spread (log) assumed until 4 runs are accepted, by device.
    gate:    the name under which it is judged and limited, where that differs from `name`.
    """

    name: str
    unit: str
    better: Better
    family: Family
    decide: Literal["ratio", "median", "each", "exact"]
    limit: str | None
    scope: Literal["case", "run"] = "case"
    timed: bool = False
    golden: bool = False
    prior: dict[str, float] = {}
    gate: str = ""
    cap: float | None = None
    min_valid: float = 0.0
    fallback: str | None = None
    extra: str | None = None

    @property
    def key(self) -> str:
        """The name under which it is judged: `gate`, else `name`."""
        return self.gate or self.name


class Evidence(Struct, frozen=True, kw_only=True):
    """All that a metric may look at: one case's calls, utterances and golden, or the run's cold starts.

    `utterances` holds the first of the first restart; where restarts differ, the first of each.
    """

    case: Case | None = None
    calls: tuple[Calls, ...] = ()
    cold_starts: tuple[ColdStart, ...] = ()
    utterances: tuple[Utterance, ...] = ()
    golden: Utterance | None = None


class Metric(NamedTuple):
    """A registered metric: its declaration and the pure function that reads it."""

    spec: MetricSpec
    read: Callable[[Evidence], Reading]
    doc: str


@runtime_checkable
class Pipeline(Protocol):
    """What is under test: text in, audio out. `load` and `close` are optional on a user's object."""

    def synthesize(self, request: Request) -> Utterance: ...
