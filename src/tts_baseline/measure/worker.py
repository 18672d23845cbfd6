"""The worker process: builds one pipeline and answers requests; calls are timed here and nowhere else.

Run as `python -m tts_baseline.measure.worker FD PARENT_PID`. The protocol has its own socket, so a pipeline
may print anything: standard output and error go to the session's log.
"""

from __future__ import annotations

import ctypes
import faulthandler
import hashlib
import importlib
import os
import signal
import sys
import sysconfig
import time
import traceback
from multiprocessing.connection import Connection
from typing import Any

import tts_baseline
from tts_baseline.core.errors import TtsBaselineError
from tts_baseline.core.records import Request, Utterance, Work
from tts_baseline.measure import device, extra, memory, work
from tts_baseline.measure.protocol import (
    PROTOCOL_VERSION,
    Count,
    Counted,
    FromWorker,
    Ready,
    Refused,
    Speak,
    Spoken,
    Start,
    encode,
    to_worker,
)

_PR_SET_PDEATHSIG = 1


def main(fd: int, parent: int) -> None:
    """Serve one session until it closes its end of the socket."""
    _die_with(parent)
    faulthandler.enable()
    with Connection(fd) as connection:
        pipeline: Any = None
        counter: work.Counter | None = None
        while True:
            try:
                message = to_worker.decode(connection.recv_bytes())
            except (EOFError, ConnectionResetError):
                break
            answer: FromWorker
            try:
                if isinstance(message, Start):
                    pipeline, answer = _start(message)
                elif isinstance(message, Count):
                    counter = counter or work.counter()
                    answer = _count(pipeline, counter, message)
                else:
                    answer = _speak(pipeline, message)
            except Exception as error:  # noqa: BLE001 - whatever a pipeline raises is its answer
                answer = _refuse(error)
            connection.send_bytes(encode(answer))
        close = getattr(pipeline, "close", None)
        if close is not None:
            close()


def _start(message: Start) -> tuple[Any, Ready]:
    begun = time.monotonic()
    if message.version != PROTOCOL_VERSION:
        raise TtsBaselineError(
            f"the worker speaks protocol {PROTOCOL_VERSION}, the session {message.version}",
            hint="install one version of pytest-tts-baseline for both",
        )
    spec = message.spec
    sys.path[:0] = [path for path in spec.paths if path not in sys.path]
    module, _, attribute = spec.builder.partition(":")
    prepare = getattr(importlib.import_module(module), attribute)
    started = time.perf_counter()
    load = prepare(spec.target, spec.settings, device=spec.device, optimize=spec.optimize)
    imported = time.perf_counter()
    pipeline = load()
    memory.synchronize()
    loaded = time.perf_counter()
    return pipeline, Ready(
        spawn_s=begun - message.asked_at,
        import_s=imported - started,
        load_s=loaded - imported,
        origin=getattr(sys.modules.get(spec.target.partition(":")[0]), "__file__", None) or "",
        files=_own_files(),
        provenance={str(k): str(v) for k, v in getattr(pipeline, "provenance", {}).items()},
    )


def _own_files() -> tuple[str, ...]:
    """The files of loaded modules, except this package's and those installed with the interpreter."""
    installed = [sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")]
    others = tuple(f"{folder}{os.sep}" for folder in (*installed, *tts_baseline.__path__))
    files = (getattr(module, "__file__", None) for module in list(sys.modules.values()))
    return tuple(sorted({file for file in files if file and not file.startswith(others)}))


def _speak(pipeline: Any, message: Speak) -> Spoken:
    reference_s = extra.reference()
    memory.reset_peaks()
    memory.synchronize()
    gpu = device.stopwatch()
    cpu, wall = time.process_time(), time.perf_counter()
    utterance = _synthesize(pipeline, message.request)
    if message.extra_s:
        extra.spend(message.extra_s)
    memory.synchronize()
    wall_s, cpu_s = time.perf_counter() - wall, time.process_time() - cpu
    lap = gpu.stop()
    peaks = {"peak_rss": memory.peak_rss(), "peak_cuda": memory.peak_cuda()} if message.full else {}
    pcm = utterance.samples.tobytes()
    return Spoken(
        wall_s=wall_s,
        cpu_s=cpu_s,
        reference_s=reference_s,
        stages={name: float(seconds) for name, seconds in utterance.stages.items()},
        sample_rate=utterance.sample_rate,
        samples=len(utterance.samples),
        sha256=hashlib.sha256(pcm).hexdigest(),
        audio=pcm if message.full else None,
        phones=utterance.phones if message.full else (),
        uss=memory.unique_set_size() if message.full else None,
        cycles=lap.cycles,
        is_throttled=lap.is_throttled,
        **peaks,
    )


def _count(pipeline: Any, counter: work.Counter | None, message: Count) -> Counted:
    if counter is None:
        return Counted(Work(reason=work.NO_TORCH))
    wall = time.perf_counter()
    utterance, counted = counter.count(lambda: _synthesize(pipeline, message.request))
    wall_s = time.perf_counter() - wall
    return Counted(counted, hashlib.sha256(utterance.samples.tobytes()).hexdigest(), wall_s)


def _synthesize(pipeline: Any, request: Request) -> Utterance:
    return pipeline.synthesize(request)  # type: ignore[no-any-return]


def _refuse(error: Exception) -> Refused:
    if isinstance(error, TtsBaselineError):
        return Refused(error.what, error.where, error.hint)
    frames = traceback.extract_tb(error.__traceback__)
    last = frames[-1] if frames else None
    where = f"{last.filename}:{last.lineno} in {last.name}" if last else ""
    traceback.print_exception(error)
    return Refused(f"{type(error).__name__}: {error}", where, "")


def _die_with(parent: int) -> None:
    # A session that is killed cannot end its worker, so the kernel does.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
