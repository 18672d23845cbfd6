"""The interfaces of a metric and of a pipeline."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple, Protocol, get_args, runtime_checkable

from msgspec import Struct, field

from tts_baseline.core.ears import NO_EARS, Ears
from tts_baseline.core.hearing import Passage
from tts_baseline.core.records import Calls, Case, ColdStart, Reading, Request, Utterance
from tts_baseline.core.script import SpeechScript
from tts_baseline.core.soak import Soak
from tts_baseline.core.sounds import Sound, Sounds
from tts_baseline.core.traffic import Traffic

Better = Literal["lower", "higher", "same"]
Family = Literal["latency", "memory", "work", "text", "quality"]
FAMILIES: tuple[Family, ...] = get_args(Family)
PORTABLE: tuple[Family, ...] = ("text", "quality")  # accepted for all machines, in quality.json


class MetricSpec(Struct, frozen=True, kw_only=True):
    """How a metric is named, shown and gated.

    name:       the name of its file, and its key in tables and JSON.
    unit:       the unit of its values, as `core/units` prints it: "s", "B", "dB", "1" for a plain number, …
    better:     the direction: "lower", "higher", or "same" if any change is a fault.
    family:     the test item that has its verdicts, and the part of the table that shows it.
    decide:     "ratio"   natural-log ratios against the accepted runs of the same machine;
                "median"  median over cases of paired differences with the quality baseline;
                "each"    every case alone against the quality baseline (counts of faults);
                "exact"   counters against the newest accepted run under the same software, of any machine;
                "slope"   the growth from request to request in a soak, by itself;
                "words"   the text that was read out, word by word, against the accepted one.
    limit:      the largest change for the worse that passes: "5%", "1 dB", "20% + 8 MiB"; None: never gated.
    gross:      where the median decides, how many limits a single case may be worse before it fails alone;
                0: it never does.
    scope:      "case": one reading a case; "run": one for the whole run, from its cold starts;
                "load", "soak": one for the whole run, from its measurement under load, or its soak, if
                there was one.
    timed:      its values are times, which the gate corrects for the speed of the machine.
    streamed:   it reads streamed calls, which the judge does not make.
    has_stages: its values are whole calls, so that the pipeline's stages explain a change of it.
    golden:     it compares with the accepted recording, and has no value without one.
    identical:  what it reads of the golden itself, by its definition; None: that has to be computed.
    equivalent: the threshold at which two recordings count as the same sound: the least value against the
                golden, or, without golden, the largest difference from the accepted value. A sound is
                unchanged if every metric that has a threshold agrees.
    prior:      by device, the spread between sessions (log) that is assumed until 4 runs are accepted.
    gate:       the name under which it is judged and limited, if not `name`.
    cap:        the largest value that counts, because nobody hears a better one; larger values become it.
    min_valid:  the least share of cases with a value; below it, `fallback` decides.
    fallback:   the golden metric whose `equivalent` decides then.
    kept:       the metric that must not have fallen where a gain of this one is `improved`: a low-pass takes
                noise away too.
    headline:   `tts-baseline review` shows its suite value beside the trend of another metric.
    packages:   the distributions that it computes with; their versions are recorded with every run.
    needs:      the key of `[tool.tts-baseline.ears]` that names the model it listens with; where a project
                names none, the metric is not read.
    """

    name: str
    unit: str
    better: Better
    family: Family
    decide: Literal["ratio", "median", "each", "exact", "slope", "words"]
    limit: str | None
    gross: float = 0.0
    scope: Literal["case", "run", "load", "soak"] = "case"
    timed: bool = False
    streamed: bool = False
    has_stages: bool = False
    golden: bool = False
    identical: float | None = None
    equivalent: float | None = None
    prior: dict[str, float] = {}
    gate: str = ""
    cap: float | None = None
    min_valid: float = 0.0
    fallback: str | None = None
    kept: str = ""
    headline: bool = False
    packages: tuple[str, ...] = ()
    needs: str = ""

    @property
    def key(self) -> str:
        """The name under which it is judged: `gate`, else `name`."""
        return self.gate or self.name

    @property
    def is_portable(self) -> bool:
        """True where what was accepted is the same on every machine: quality.json has it."""
        return self.family in PORTABLE

    @property
    def is_paired(self) -> bool:
        """True where the judge's two arms give it: they are not put under load, and stream nothing."""
        return self.scope != "load" and not self.streamed

    @property
    def counts_faults(self) -> bool:
        """True where any sound has a count, so that one without a value is broken."""
        return self.decide == "each" and not self.golden

    def is_equivalent(self, value: float | None, accepted: float | None = None) -> bool:
        """Whether a case with `value` counts as the accepted sound, which had the value `accepted`.

        Without a value the answer is no for a golden metric, and yes for any other.
        """
        if self.golden:
            return value is not None and self.equivalent is not None and value >= self.equivalent
        if value is None or accepted is None or self.equivalent is None:
            return True
        return abs(value - accepted) <= self.equivalent


class Evidence(Struct, frozen=True, kw_only=True):
    """All that a metric may read: a case's calls, utterances and golden; of the run what is not of a case.

    `utterances` has the first utterance of the first restart, or of each restart if they differ. `script` is
    what the text asks for. `neutral` is the first utterance of the same words without the case's style or
    pace, where the suite has them. `sounds` keeps the features of utterances and golden, which all metrics of
    a case share. `ears` are the models that some metrics need.
    """

    case: Case | None = None
    calls: tuple[Calls, ...] = ()
    cold_starts: tuple[ColdStart, ...] = ()
    traffic: Traffic | None = None
    soak: Soak | None = None
    utterances: tuple[Utterance, ...] = ()
    golden: Utterance | None = None
    script: SpeechScript | None = None
    neutral: Utterance | None = None
    sounds: Sounds = field(default_factory=Sounds)
    ears: Ears = NO_EARS

    @property
    def region(self) -> str:
        """The region of the case."""
        return self.case.region if self.case else "neutral"


class Metric(NamedTuple):
    """A registered metric: its declaration, the pure function that computes it, and its summary.

    `places(sound, golden)` tells where it hears a difference; None where it has no places of its own.
    """

    spec: MetricSpec
    read: Callable[[Evidence], Reading]
    doc: str
    places: Callable[[Sound, Sound], tuple[Passage, ...]] | None = None


@runtime_checkable
class Pipeline(Protocol):
    """The pipeline under test: text in, audio out. `load()`, `close()` and `read_out(request)` are optional.

    `read_out` returns what is read out, as the `text` of the utterance says it, without making a sound.
    """

    def synthesize(self, request: Request) -> Utterance: ...
