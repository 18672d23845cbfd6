"""The frozen records of a run. Times are in seconds, sizes in bytes, audio is mono float."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal

from msgspec import Meta, Struct, field

from tts_baseline.core import bounds
from tts_baseline.core.gpu import GpuUse
from tts_baseline.core.load import Load
from tts_baseline.core.readings import ByMetric, by_metric
from tts_baseline.core.soak import Soak
from tts_baseline.core.speed import speed
from tts_baseline.core.stream import Streams
from tts_baseline.core.traffic import Traffic

if TYPE_CHECKING:
    import numpy as np

SCHEMA_VERSION = 2  # 1: without hashes of a run's recordings, and of the goldens it was scored against


class Record(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """Base of all stored records: frozen, without cycles to collect, and unknown keys are an error."""


class Request(Record, frozen=True, kw_only=True):
    """What a pipeline is asked to say."""

    text: bounds.Text
    region: str = "neutral"
    seed: bounds.Seed = 0
    style: str | None = None
    speed: bounds.Speed = 1.0


class Case(Record, frozen=True, kw_only=True):
    """One text to speak: the unit that is measured and judged."""

    id: bounds.Name
    text: bounds.Text
    region: str = "neutral"
    tags: tuple[str, ...] = ()
    seed: bounds.Seed = 0
    style: str | None = None
    speed: bounds.Speed = 1.0

    @property
    def request(self) -> Request:
        """The request that a pipeline gets for this case: all but its name and tags."""
        return Request(text=self.text, region=self.region, seed=self.seed, style=self.style, speed=self.speed)


class Phone(Record, frozen=True, kw_only=True):
    """One phone of an utterance and the second at which it starts."""

    symbol: str
    start_s: float


class Utterance(Struct, frozen=True, kw_only=True):
    """Audio that a pipeline made: mono float samples in [-1, 1], and what is known about them.

    `text`: what was read out, None where it is not told; `solved`: frames and steps of each solved chunk.
    """

    samples: np.ndarray[Any, Any]
    sample_rate: int
    stages: dict[str, float] = {}
    phones: tuple[Phone, ...] = ()
    text: str | None = None
    solved: tuple[tuple[int, int], ...] = ()


class Work(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Counts of what torch did in one call, by operator; `reason` says why nothing could be counted.

    `operators` and `views` (which relabel memory) count dispatches, `flops` floating-point operations,
    `syncs` waits for the device, `allocated` bytes of new storage. `steps`, by module, are the instructions
    of Python in which the text is read out, without torch, and may stand beside a reason.
    """

    operators: dict[str, bounds.Natural] = {}
    views: dict[str, bounds.Natural] = {}
    flops: dict[str, bounds.Natural] = {}
    syncs: dict[str, bounds.Natural] = {}
    allocated: dict[str, bounds.Natural] = {}
    steps: dict[str, bounds.Natural] = {}
    reason: str | None = None


class Calls(Record, frozen=True, kw_only=True):
    """One case in one replicate; `wall_s`, `cpu_s`, `reference_s` and each stage have one value a call.

    `cpu_s` is the CPU time of the process and its descendants, `reference_s` the time of a fixed computation
    just before each call, which shows how fast the machine was, `cycles` the GPU's own time of each call. It
    has none without CUDA. `work` comes from one more call, `streams` from further ones.
    """

    wall_s: Annotated[tuple[bounds.Duration, ...], Meta(min_length=1)]
    cpu_s: tuple[bounds.Seconds, ...]
    reference_s: tuple[bounds.Duration, ...]
    stages: dict[str, tuple[bounds.Seconds, ...]] = {}
    cycles: tuple[bounds.NotNegative, ...] = ()
    audio_s: bounds.Seconds
    sha256: bounds.Digest
    peak_rss: bounds.Natural | None = None
    uss: bounds.Natural | None = None
    peak_cuda: bounds.Natural | None = None
    work: Work | None = None
    streams: Streams | None = None
    solved: bounds.Solved = ()


class ColdStart(Record, frozen=True, kw_only=True):
    """The phases of one cold start, in seconds; `case` is the first that was spoken."""

    case: str = ""
    spawn_s: bounds.Seconds
    import_s: bounds.Seconds
    load_s: bounds.Seconds
    first_request_s: bounds.Duration

    @property
    def total_s(self) -> float:
        """Seconds from the start of the process to its first utterance."""
        return self.spawn_s + self.import_s + self.load_s + self.first_request_s


class Replicate(Record, frozen=True, kw_only=True, dict=True, gc=True):
    """Everything measured in one fresh process: the unit that statistics count."""

    cold_start: ColdStart | None
    calls: dict[str, Calls]
    load: Load | None = None  # unknown in runs of earlier versions, and of the judge
    speed = cached_property(speed)  # thousands of cases, for each metric


class Failure(Record, frozen=True, kw_only=True):
    """Why a case could not be measured."""

    case: bounds.Name
    kind: Literal["error", "timeout", "crash", "gave up"]
    message: str


class Reading(Record, frozen=True, kw_only=True):
    """One metric's value for one case (or for the run: `case` is None), or the reason for having none.

    `values`: one a replicate, or a scored utterance. `error`: its standard error, 0 where that is no limit.
    """

    metric: bounds.Text
    case: bounds.Text | None = None  # one of the run's, whose names are checked (core/whole)
    value: bounds.Number | None
    values: tuple[bounds.Number, ...] = ()
    reason: str | None = None
    note: str = ""
    error: bounds.NotNegative = 0.0


class Audio(Record, frozen=True, kw_only=True):
    """Identity of a case's scored utterance: hash of its float32 samples, rate, length.

    `gain` is the factor by which a recording of an earlier version was scaled; 1 in all others.
    """

    sha256: bounds.Sha256
    sample_rate: bounds.Rate
    samples: bounds.Length
    gain: bounds.Gain = 1.0
    reproducible: bool = True

    def is_same(self, other: Audio) -> bool:
        """Whether both are the same samples at the same rate."""
        return (self.sha256, self.sample_rate) == (other.sha256, other.sample_rate)


class RecordingFile(Record, frozen=True, kw_only=True):
    """The file of a recording: SHA-256 and size of its bytes, rate and format as its header says."""

    sha256: bounds.Sha256
    size: bounds.FileSize
    sample_rate: bounds.Natural
    format: bounds.Text


class Environment(Record, frozen=True, kw_only=True):
    """Where a run was made; `key` names the class of hardware."""

    key: bounds.Name
    device: Literal["cpu", "cuda"]
    hardware: dict[str, str]
    software: dict[str, str]


class Acceptance(Record, frozen=True, kw_only=True):
    """Who accepted a run, when, why, at which commit, and into which epoch.

    Each accepted change starts a new epoch. The anchor is the run from which slow drift is measured. `limits`
    are those in force then, gate by gate, as people write them; an older version kept none.
    """

    reason: bounds.Text
    author: str
    at: bounds.Moment
    commit: bounds.Commit | None
    epoch: bounds.Epoch = 1
    anchor: bool = False
    limits: dict[bounds.Text, bounds.Text] = {}


class Run(Record, frozen=True, kw_only=True, dict=True, gc=True):
    """Everything measured in one invocation, with its environment.

    `readings` compare with `goldens`: by case, the SHA-256 of the accepted recording. `own_readings` are the
    same against this run's own first utterances: what a baseline gets if this run is accepted. `recordings`
    are the files of those, if a file can hold them. `committed`: git held all that ran and is not installed.
    """

    version: int = field(default=SCHEMA_VERSION, name="schema")
    id: bounds.Name
    created: bounds.Moment
    pipeline: bounds.Text
    variant: bounds.Text
    suite: str
    commit: bounds.Commit | None
    dirty: bool
    committed: bool = False
    environment: Environment
    provenance: dict[str, str]
    cases: Annotated[tuple[Case, ...], Meta(min_length=1)]
    replicates: Annotated[tuple[Replicate, ...], Meta(min_length=1)]
    audio: dict[str, Audio]
    recordings: dict[str, RecordingFile] = {}
    texts: dict[str, bounds.Texts] = {}
    goldens: dict[str, bounds.Sha256] = {}
    readings: tuple[Reading, ...]
    own_readings: tuple[Reading, ...] = ()
    failures: tuple[Failure, ...] = ()
    acceptance: Acceptance | None = None
    traffic: Traffic | None = None
    soak: Soak | None = None
    gpu: GpuUse | None = None

    @cached_property
    def by_metric(self) -> ByMetric[Reading]:
        """The readings by metric, then by case: a gate does not look for its own among all of them."""
        return by_metric(self.readings)


class Score(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A quality value in a baseline, or None with its reason; `values` where it pools several utterances.

    `by` tells what computed it (`core/scored_by`), so that it is not computed again; empty of golden metrics.
    """

    value: bounds.Number | None
    reason: str | None = None
    values: tuple[bounds.Number, ...] = ()
    by: str = ""


class QualityCase(Record, frozen=True, kw_only=True):
    """The accepted sound of one case: `recording` is the hash of its golden, `texts` what may be read out."""

    request: Request
    audio: Audio
    recording: bounds.Sha256
    run: bounds.Name
    scores: dict[str, Score]
    texts: bounds.Texts = ()


class Quality(Record, frozen=True, kw_only=True):
    """The accepted quality of one pipeline variant, on any machine."""

    version: int = field(default=SCHEMA_VERSION, name="schema")
    pipeline: bounds.Text
    variant: bounds.Text
    acceptance: Acceptance
    software: dict[str, str]
    provenance: dict[str, str]
    cases: dict[bounds.Name, QualityCase]


class Baseline(Record, frozen=True, kw_only=True):
    """What a run is compared with: the accepted quality, and this machine's accepted runs, oldest first.

    `elsewhere` has the newest accepted run of each suite on each of the `other_machines`.
    """

    quality: Quality | None = None
    runs: tuple[Run, ...] = ()
    anchor: Run | None = None
    other_machines: tuple[str, ...] = ()
    elsewhere: tuple[Run, ...] = ()
