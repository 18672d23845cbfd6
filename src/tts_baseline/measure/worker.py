"""The worker process: builds one pipeline and answers requests; calls are timed here and nowhere else.

Run as `python -m tts_baseline.measure.worker REQUESTS ANSWERS SUPERVISOR_PID`. Messages have their own pipes,
so a pipeline may print anything: its supervisor keeps standard output and error. Functions that a pipeline
could replace are taken by name, before it is imported.
"""

from __future__ import annotations

import faulthandler
import hashlib
import importlib
import os
import sys
import sysconfig
import traceback
from collections.abc import Sequence
from contextlib import nullcontext
from functools import partial
from os import _exit, close, getpid
from pathlib import Path
from time import monotonic, perf_counter, process_time
from typing import Any

from msgspec.structs import replace

import tts_baseline
from tts_baseline.core.errors import TtsBaselineError
from tts_baseline.core.excerpts import described, excerpt
from tts_baseline.core.outside import storable
from tts_baseline.core.records import Request, Utterance, Work
from tts_baseline.core.redaction import secrets_of
from tts_baseline.core.units import size
from tts_baseline.measure import children, device, extra, frames, gauge, kin, listening, memory, tracing, work
from tts_baseline.measure.operators import operator_times
from tts_baseline.measure.protocol import (
    PROTOCOL_VERSION,
    Count,
    Counted,
    FromWorker,
    Gauge,
    Gauged,
    Listen,
    Profile,
    Profiled,
    ReadOut,
    Ready,
    Refused,
    Serve,
    Served,
    Speak,
    Spoken,
    Start,
    Told,
    ToWorker,
    Trace,
    WorkerSpec,
    encode,
    to_worker,
)
from tts_baseline.measure.sampling import sampled
from tts_baseline.measure.steps import steps

_WHAT = {"head": 300, "tail": 100}  # chosen: characters of an error; what is longer is in the traceback
_STATED = {"head": 1000, "tail": 1000}  # chosen: characters of a value in the provenance
_TRACE = {"head": 2**15, "tail": 2**15}  # chosen: characters of a traceback, 700 lines
_sha256 = hashlib.sha256


def main(requests: int, answers: int, parent: int) -> None:
    """Serve one session until it closes its end of the pipe."""
    kin.die_with_parent()
    if os.getppid() != parent:
        _exit(1)
    for end in (requests, answers):
        os.set_inheritable(end, False)
    faulthandler.enable()
    session = _Session()
    try:
        _serve(session, requests, answers)
    finally:
        close(answers)  # where threads of the pipeline live on, the session learns that this one does not
    session.close()


def _serve(session: _Session, requests: int, answers: int) -> None:
    me = getpid()
    inbox = frames.Inbox(requests)
    while frame := _next(inbox):
        answer = session.answer(frame.payload)
        if getpid() != me:  # the pipeline forked a process that returned, too: it is no worker
            frames.write(answers, frame.number, b"")
            _exit(1)
        try:
            frames.write(answers, frame.number, answer)
        except BrokenPipeError:
            break


def _next(inbox: frames.Inbox) -> frames.Frame | None:
    while (frame := inbox.take()) is None and inbox.pull():
        pass
    return frame


class _Session:
    """The pipeline, once it is loaded, and what is counted of it."""

    def __init__(self) -> None:
        self._pipeline: Any = None
        self._counter: work.Counter | None = None
        self._spec: WorkerSpec | None = None
        self._secrets: tuple[str, ...] = ()

    def answer(self, payload: bytes) -> bytes:
        """The answer to a request, which is also whatever the pipeline raises; SystemExit ends the worker."""
        try:
            answer = encode(self._answer(to_worker.decode(payload)))
        except SystemExit:
            raise
        except BaseException as error:  # noqa: BLE001 - whatever a pipeline raises is its answer
            return encode(self._refusal(error))
        if len(answer) > frames.LONGEST:
            what = f"the answer has {size(len(answer))}; {size(frames.LONGEST)} are allowed"
            return encode(Refused(what, "", "return less audio, and fewer phones and stages"))
        return answer

    def close(self) -> None:
        """Close the pipeline, if it can be closed."""
        close = getattr(self._pipeline, "close", None)
        if close is not None:
            close()

    def _answer(self, message: ToWorker) -> FromWorker:
        if isinstance(message, Start):
            self._spec, self._secrets = message.spec, secrets_of(message.spec.settings, os.environ)
            self._pipeline, ready = _start(message)
            return Ready(**ready, provenance=self._provenance())
        if isinstance(message, Count):
            self._counter = self._counter or work.counter()
            return _count(self._pipeline, self._counter, message)
        if isinstance(message, Profile):
            call = partial(self._pipeline.synthesize, message.request)
            samples = sampled(call, message.calls, self._spec.target if self._spec else "")
            spent = operator_times(call) if message.has_operators else {}
            return Profiled(tuple(samples.stacks.items()), tuple(sorted(samples.own)), spent)
        if isinstance(message, Trace):
            tracing.trace(partial(_synthesize, self._pipeline), message)
            return Told(None)
        if isinstance(message, Gauge):
            speak = partial(_synthesize, self._pipeline)
            return Gauged(gauge.gauge(speak, message.requests, message.least_s))
        if isinstance(message, ReadOut):
            return Told(self._pipeline.read_out(message.request))
        if isinstance(message, Listen):
            return listening.listen(self._pipeline, message)
        if isinstance(message, Serve):
            return _serve_together(self._pipeline, message.requests)
        return _speak(self._pipeline, message)

    def _provenance(self) -> dict[str, str]:
        stated = getattr(self._pipeline, "provenance", {})
        return {self._short(str(k), _STATED): self._short(str(v), _STATED) for k, v in stated.items()}

    def _refusal(self, error: BaseException) -> Refused:
        what, where, hint = _said(error)
        if isinstance(error, MemoryError) and self._spec and self._spec.memory_limit:
            what, hint = f"{what} (memory_limit is {size(self._spec.memory_limit)})", "raise `memory_limit`"
        is_plain = isinstance(error, TtsBaselineError) and error.__cause__ is None
        trace = "" if is_plain else "".join(traceback.format_exception(error))
        what, where, hint = (self._short(text, _WHAT) for text in (what, where, hint))
        return Refused(what, where, hint, self._short(trace, _TRACE))

    def _short(self, text: str, most: dict[str, int]) -> str:
        return excerpt(text, secrets=self._secrets, **most)


def _start(message: Start) -> tuple[Any, dict[str, Any]]:
    begun = monotonic()
    if message.version != PROTOCOL_VERSION:
        raise TtsBaselineError(
            f"the worker speaks protocol {PROTOCOL_VERSION}, the session {message.version}",
            hint="install one version of pytest-tts-baseline for both",
        )
    spec = message.spec
    sys.path[:0] = [path for path in spec.paths if path not in sys.path]
    installed = [sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")]
    module, _, attribute = spec.builder.partition(":")
    prepare = getattr(importlib.import_module(module), attribute)
    started = perf_counter()
    load = prepare(spec.target, spec.settings, device=spec.device, optimize=spec.optimize)
    imported = perf_counter()
    pipeline = load()
    memory.synchronize()
    loaded = perf_counter()
    return pipeline, {
        "spawn_s": begun - message.asked_at,
        "import_s": imported - started,
        "load_s": loaded - imported,
        "origin": getattr(sys.modules.get(spec.target.partition(":")[0]), "__file__", None) or "",
        "files": tuple(map(storable, _own_files(installed))),
        "streams": bool(getattr(pipeline, "streams", False)),
        "switches": tuple(getattr(pipeline, "declared", ())),
    }


def _own_files(installed: Sequence[str]) -> tuple[str, ...]:
    """The files of loaded modules but this package's and installed ones; torch's "_ops.py" is no path."""
    others = tuple(f"{folder}{os.sep}" for folder in (*installed, *tts_baseline.__path__))
    named = (getattr(module, "__file__", None) or "" for module in list(sys.modules.values()))
    return tuple(sorted({f for f in named if Path(f).is_absolute() and not f.startswith(others)}))


def _speak(pipeline: Any, message: Speak) -> Spoken:
    reference_s = extra.reference()
    memory.reset_peaks()
    memory.synchronize()
    kin_cpu = children.cpu_s()
    outside = children.PeakWatch() if message.full and getattr(pipeline, "is_outside", False) else None
    gpu = device.stopwatch()
    cpu, wall = process_time(), perf_counter()
    with outside or nullcontext():
        utterance = _synthesize(pipeline, message.request)
    if message.extra_s:
        extra.spend(message.extra_s)
    memory.synchronize()
    wall_s, cpu_s = perf_counter() - wall, process_time() - cpu
    lap = gpu.stop()
    cpu_s += max(children.cpu_s() - kin_cpu, 0.0)
    held = _held(outside) if message.full else {}
    pcm = utterance.samples.tobytes()
    return Spoken(
        wall_s=wall_s,
        cpu_s=cpu_s,
        reference_s=reference_s,
        stages={name: float(seconds) for name, seconds in utterance.stages.items()},
        sample_rate=utterance.sample_rate,
        samples=len(utterance.samples),
        sha256=_sha256(pcm).hexdigest(),
        audio=pcm if message.full else None,
        phones=utterance.phones if message.full else (),
        text=utterance.text if message.full else None,
        solved=utterance.solved,
        cycles=lap.cycles,
        is_throttled=lap.is_throttled,
        **held,
    )


def _held(outside: children.PeakWatch | None) -> dict[str, int | None]:
    """The memory that the call needed: of a program that speaks outside this process, that program's."""
    own, cuda = memory.peak_rss(), memory.peak_cuda()
    if outside is not None:
        return {"peak_rss": outside.bytes(own), "peak_cuda": cuda}
    return {"peak_rss": own, "uss": memory.unique_set_size(), "peak_cuda": cuda}


def _serve_together(pipeline: Any, requests: tuple[Request, ...]) -> Served:
    alone = len(requests) == 1
    spoken = [_synthesize(pipeline, requests[0])] if alone else pipeline.synthesize_batch(list(requests))
    audio = tuple(utterance.samples.tobytes() for utterance in spoken)
    return Served(audio, tuple(utterance.sample_rate for utterance in spoken))


def _count(pipeline: Any, counter: work.Counter | None, message: Count) -> Counted:
    read = _steps(pipeline, message.request)
    if counter is None:
        return Counted(Work(reason=work.NO_TORCH, steps=read))
    wall = perf_counter()
    utterance, counted = counter.count(lambda: _synthesize(pipeline, message.request))
    wall_s = perf_counter() - wall
    counted = replace(counted, steps=read)
    return Counted(counted, _sha256(utterance.samples.tobytes()).hexdigest(), wall_s)


def _steps(pipeline: Any, request: Request) -> dict[str, int]:
    """The instructions in which the text is read out, once what the pipeline keeps for later is there."""
    read = getattr(pipeline, "read_alone", None)
    if read is None:
        return {}
    read(request)
    return steps(partial(read, request))


def _synthesize(pipeline: Any, request: Request) -> Utterance:
    return pipeline.synthesize(request)  # type: ignore[no-any-return]


def _said(error: BaseException) -> tuple[str, str, str]:
    """What happened, where, and what to do."""
    if isinstance(error, TtsBaselineError):
        return error.what, error.where, error.hint
    stack = traceback.extract_tb(error.__traceback__)
    last = stack[-1] if stack else None
    return described(error), f"{last.filename}:{last.lineno} in {last.name}" if last else "", ""


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
