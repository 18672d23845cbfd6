"""The versioned messages between a session and its worker: msgpack in frames through two pipes."""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec
from msgspec import Struct

from tts_baseline.core.gpu import GpuUse
from tts_baseline.core.records import Phone, Request, Work
from tts_baseline.core.switches import SwitchSpec

PROTOCOL_VERSION = 5


class WorkerSpec(Struct, frozen=True, kw_only=True):
    """How to build the pipeline in a worker.

    `builder` is the `module:attribute` of a function `(target, settings, *, device, optimize)` that
    imports the pipeline and returns a function that loads it; `paths` come first on the import path.
    `memory_limit` is in bytes, 0 for none. `logs` is the folder of tracebacks, '' for none.
    """

    builder: str
    target: str
    settings: dict[str, Any]
    device: str
    optimize: tuple[str, ...]
    root: str
    paths: tuple[str, ...] = ()
    memory_limit: int = 0
    logs: str = ""


class Start(Struct, frozen=True, tag=True):
    """The first message to a worker; `asked_at` is the monotonic clock just before it was started."""

    version: int
    asked_at: float
    spec: WorkerSpec


class Speak(Struct, frozen=True, tag=True):
    """Time one call; with `full`, also return audio, phones and memory.

    `extra_s` are seconds of extra work inside the timed call: a slowdown of known size.
    """

    request: Request
    full: bool
    extra_s: float = 0.0


class Listen(Struct, frozen=True, tag=True):
    """Time when each chunk of a streamed call is there; with `full`, also return the audio."""

    request: Request
    full: bool


class Count(Struct, frozen=True, tag=True):
    """Make one more call, and count its work instead of timing it."""

    request: Request


class Profile(Struct, frozen=True, tag=True):
    """Make more calls, one after the other, and look where they spend their time instead of timing them.

    `has_operators`: make one more, by torch's profiler, where torch is loaded.
    """

    request: Request
    calls: int
    has_operators: bool = False


class Trace(Struct, frozen=True, tag=True):
    """Answer requests while memray writes all allocations to `file`."""

    requests: tuple[Request, ...]
    file: str


class ReadOut(Struct, frozen=True, tag=True):
    """Tell what is read out for a request, without its sound where the pipeline can."""

    request: Request


class Gauge(Struct, frozen=True, tag=True):
    """Read the GPU's meters over whole rounds of these requests, for at least so many seconds."""

    requests: tuple[Request, ...]
    least_s: float


class Serve(Struct, frozen=True, tag=True):
    """Answer requests as a server would: nothing is timed beside them; several are spoken together."""

    requests: tuple[Request, ...]


class Ready(Struct, frozen=True, tag=True):
    """The pipeline is loaded; seconds by phase; `origin` is the file of its code.

    `files` are those of all loaded modules, except this package's and those installed with the interpreter.
    `streams`: the pipeline has a `stream` beside `synthesize`.
    `switches` are those that the pipeline declares itself.
    """

    spawn_s: float
    import_s: float
    load_s: float
    provenance: dict[str, str]
    origin: str = ""
    files: tuple[str, ...] = ()
    streams: bool = False
    switches: tuple[SwitchSpec, ...] = ()


class Spoken(Struct, frozen=True, tag=True, kw_only=True):
    """One timed call; `audio` is little-endian float32, or None if it was not requested.

    `cycles` is the GPU's own time, `is_throttled` whether it was throttled; both are None without CUDA.
    `text` is what was read out, None if that was not requested or is not told.
    """

    wall_s: float
    cpu_s: float
    reference_s: float
    stages: dict[str, float]
    sample_rate: int
    samples: int
    sha256: str
    audio: bytes | None = None
    phones: tuple[Phone, ...] = ()
    text: str | None = None
    solved: tuple[tuple[int, int], ...] = ()
    peak_rss: int | None = None
    uss: int | None = None
    peak_cuda: int | None = None
    cycles: float | None = None
    is_throttled: bool | None = None


class Streamed(Struct, frozen=True, tag=True, kw_only=True):
    """One streamed call: when each chunk was there, its samples, and the second of the first audible one.

    `ended_s` is when the stream ended; `audio` is little-endian float32, or None if it was not requested.
    """

    at_s: tuple[float, ...]
    samples: tuple[int, ...]
    sample_rate: int
    audible_s: float | None
    ended_s: float
    audio: bytes | None = None


class Counted(Struct, frozen=True, tag=True):
    """The work of one call; `sha256` is None if no call was made, because no request can be counted.

    `wall_s` is the time with counting, which is longer than the call alone.
    """

    work: Work
    sha256: str | None = None
    wall_s: float = 0.0


class Profiled(Struct, frozen=True, tag=True):
    """Seconds of all calls by stack, outermost function first; the packages whose code is not installed.

    `operators` are seconds of one more call by operator of torch, where that was asked for.
    """

    stacks: tuple[tuple[tuple[str, ...], float], ...]
    own: tuple[str, ...]
    operators: dict[str, float] = {}


class Served(Struct, frozen=True, tag=True):
    """The sounds of requests, in their order, as little-endian float32, and the rate of each."""

    audio: tuple[bytes, ...]
    rates: tuple[int, ...]


class Gauged(Struct, frozen=True, tag=True):
    """What the GPU did meanwhile."""

    use: GpuUse


class Told(Struct, frozen=True, tag=True):
    """What is read out; None if the pipeline does not tell."""

    text: str | None


class Refused(Struct, frozen=True, tag=True):
    """The worker failed; `where` is the end of the traceback, `trace` all of it."""

    what: str
    where: str
    hint: str
    trace: str = ""


ToWorker: TypeAlias = Start | Speak | Listen | Count | Profile | Trace | Gauge | ReadOut | Serve
FromWorker: TypeAlias = Ready | Spoken | Streamed | Counted | Profiled | Gauged | Served | Told | Refused

encode = msgspec.msgpack.encode


to_worker: msgspec.msgpack.Decoder[ToWorker] = msgspec.msgpack.Decoder(ToWorker)
from_worker: msgspec.msgpack.Decoder[FromWorker] = msgspec.msgpack.Decoder(FromWorker)
