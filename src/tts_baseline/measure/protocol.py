"""The messages between a session and its worker: msgpack frames over one socket pair, versioned."""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec
from msgspec import Struct

from tts_baseline.core.records import Phone, Request, Work

PROTOCOL_VERSION = 3


class WorkerSpec(Struct, frozen=True, kw_only=True):
    """How to build the pipeline in a worker.

    `builder` is the `module:attribute` of a function `(target, settings, *, device, optimize)` that
    imports the pipeline and returns a function that loads it; `paths` come first on the import path.
    """

    builder: str
    target: str
    settings: dict[str, Any]
    device: str
    optimize: tuple[str, ...]
    root: str
    paths: tuple[str, ...] = ()


class Start(Struct, frozen=True, tag=True):
    """First message to a worker; `asked_at` is the sender's monotonic clock before it spawned."""

    version: int
    asked_at: float
    spec: WorkerSpec


class Speak(Struct, frozen=True, tag=True):
    """Say this; with `full`, send the audio, the phones and the memory along.

    `extra_s` are seconds of work to do on top, inside the timed call: a slowdown of known size.
    """

    request: Request
    full: bool
    extra_s: float = 0.0


class Count(Struct, frozen=True, tag=True):
    """Say this once more, and count the work instead of timing it."""

    request: Request


class Ready(Struct, frozen=True, tag=True):
    """The pipeline is loaded; seconds by phase; `origin` is the file that its code came from.

    `files` are those of all loaded modules but this package's and what is installed with the interpreter.
    """

    spawn_s: float
    import_s: float
    load_s: float
    provenance: dict[str, str]
    origin: str = ""
    files: tuple[str, ...] = ()


class Spoken(Struct, frozen=True, tag=True, kw_only=True):
    """One timed call; `audio` is float32 little-endian and None unless asked for.

    `cycles` is the device's own time, and `is_throttled` whether it was slowed down: None without CUDA.
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
    peak_rss: int | None = None
    uss: int | None = None
    peak_cuda: int | None = None
    cycles: float | None = None
    is_throttled: bool | None = None


class Counted(Struct, frozen=True, tag=True):
    """The work of one call; `sha256` is None where none was made, for a reason that holds for every request.

    `wall_s` says how long counting takes, which is longer than the call.
    """

    work: Work
    sha256: str | None = None
    wall_s: float = 0.0


class Refused(Struct, frozen=True, tag=True):
    """The worker could not do it; `where` is the end of the traceback."""

    what: str
    where: str
    hint: str


ToWorker: TypeAlias = Start | Speak | Count
FromWorker: TypeAlias = Ready | Spoken | Counted | Refused

encode = msgspec.msgpack.encode


to_worker: msgspec.msgpack.Decoder[ToWorker] = msgspec.msgpack.Decoder(ToWorker)
from_worker: msgspec.msgpack.Decoder[FromWorker] = msgspec.msgpack.Decoder(FromWorker)
