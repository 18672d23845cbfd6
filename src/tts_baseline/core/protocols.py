"""What a metric and a pipeline look like from outside: the contracts that the registry checks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple, Protocol, get_args, runtime_checkable

from msgspec import Struct, field

from tts_baseline.core.records import Calls, Case, ColdStart, Reading, Request, Utterance
from tts_baseline.core.sounds import Sounds

Better = Literal["lower", "higher", "same"]
Family = Literal["latency", "memory", "work", "quality"]
FAMILIES: tuple[Family, ...] = get_args(Family)


class MetricSpec(Struct, frozen=True, kw_only=True):
    """How a metric is named, shown and gated.

    name:       its file's name, and its key in tables and JSON.
    unit:       of its values, as `core/units` prints it: "s", "B", "dB", "1" for a plain number, …
    better:     the direction: "lower", "higher", or "same" where any change is a fault.
    family:     the test item that carries its verdicts, and the part of the table that shows it.
    decide:     "ratio"   natural-log ratios against the accepted runs of the same machine;
                "median"  median over cases of paired differences with the quality baseline;
                "each"    every case on its own against the quality baseline (counts of faults);
                "exact"   counters against the newest accepted run under the same software, of any machine.
    limit:      how much worse is too much, as "5%", "1 dB", "20% + 8 MiB"; None reports without gating.
    scope:      "case": one reading a case; "run": one for the whole run, from its cold starts.
    timed:      its values are times, which the clocks of `gate` adjust for the speed of the machine.
    has_stages: a change of it is explained by the pipeline's stages: its values are whole calls.
    golden:     it compares with the accepted recording, so that it has no value where there is none.
    equivalent: from when on two recordings are the same sound to it: the value against the golden, or, for a
                metric without golden, the difference from the accepted value. All that say so must agree.
    prior:      session-to-session spread (log) assumed until 4 runs are accepted, by device.
    gate:       the name under which it is judged and limited, where that differs from `name`.
    cap:        values above it count as it: better than this, no one can hear.
    min_valid:  the share of cases that must have a value; with fewer, `fallback` decides.
    fallback:   the golden metric whose `equivalent` decides then.
    headline:   its suite value is shown beside the trend of another metric, in `tts-baseline review`.
    packages:   distributions that it computes with; their versions are recorded with every run.
    """

    name: str
    unit: str
    better: Better
    family: Family
    decide: Literal["ratio", "median", "each", "exact"]
    limit: str | None
    scope: Literal["case", "run"] = "case"
    timed: bool = False
    has_stages: bool = False
    golden: bool = False
    equivalent: float | None = None
    prior: dict[str, float] = {}
    gate: str = ""
    cap: float | None = None
    min_valid: float = 0.0
    fallback: str | None = None
    headline: bool = False
    packages: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The name under which it is judged: `gate`, else `name`."""
        return self.gate or self.name

    def is_equivalent(self, value: float | None, accepted: float | None = None) -> bool:
        """Whether to this metric a case with `value` is the accepted sound, whose value is `accepted`.

        A metric with golden needs a value to say so; one without says no only where both are there.
        """
        if self.golden:
            return value is not None and self.equivalent is not None and value >= self.equivalent
        if value is None or accepted is None or self.equivalent is None:
            return True
        return abs(value - accepted) <= self.equivalent


class Evidence(Struct, frozen=True, kw_only=True):
    """All that a metric may look at: one case's calls, utterances and golden, or the run's cold starts.

    `utterances` holds the first of the first restart; where restarts differ, the first of each. `sounds`
    are theirs and the golden's, with the features that metrics share; evidences of one case share it.
    """

    case: Case | None = None
    calls: tuple[Calls, ...] = ()
    cold_starts: tuple[ColdStart, ...] = ()
    utterances: tuple[Utterance, ...] = ()
    golden: Utterance | None = None
    sounds: Sounds = field(default_factory=Sounds)


class Metric(NamedTuple):
    """A registered metric: its declaration and the pure function that reads it."""

    spec: MetricSpec
    read: Callable[[Evidence], Reading]
    doc: str


@runtime_checkable
class Pipeline(Protocol):
    """What is under test: text in, audio out. `load` and `close` are optional on a user's object."""

    def synthesize(self, request: Request) -> Utterance: ...
