"""The session's end of a worker: starts it, sends requests with a deadline, and always ends it."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import NoReturn, Self, TypeVar

import psutil

from tts_baseline.core.errors import PipelineError, RequestFailed, WorkerConfused, WorkerDied, WorkerHung
from tts_baseline.core.excerpts import joined
from tts_baseline.core.gpu import GpuUse
from tts_baseline.core.records import Request
from tts_baseline.core.redaction import secrets_of
from tts_baseline.core.units import seconds, size
from tts_baseline.measure.exchange import Exchange, Unexpected
from tts_baseline.measure.logs import Log
from tts_baseline.measure.protocol import (
    PROTOCOL_VERSION,
    Count,
    Counted,
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
    Streamed,
    Told,
    ToWorker,
    Trace,
    WorkerSpec,
)
from tts_baseline.measure.redact import without_secrets
from tts_baseline.measure.sayings import last_words, titled
from tts_baseline.measure.supervised import Ending, Supervised
from tts_baseline.measure.surroundings import environment_of

_LOG_CHARS = 2**16  # chosen: characters of beginning and of end of a log that is kept, 700 lines each
_POLL_S = 0.0005  # chosen: a tenth of the 5 ms for which libgomp's threads spin after a computation
# By request: the setting that limits it, and what it was to do.
_LIMITS: dict[type[ToWorker], tuple[str, str]] = {
    Start: ("load_timeout", "load"),
    Speak: ("timeout", "speak"),
    Listen: ("timeout", "stream"),
    Count: ("timeout", "count the work of a call"),
    Profile: ("timeout", "speak, watched"),
    Trace: ("timeout", "speak, with its allocations recorded"),
    Gauge: ("timeout", "speak, with its GPU metered"),
    ReadOut: ("timeout", "read a text"),
    Serve: ("timeout", "answer"),
}
_TWICE = "end a process that the pipeline forks by os._exit(0): it must not return"

A = TypeVar("A", Ready, Spoken, Streamed, Counted, Profiled, Gauged, Served, Told)


class Worker:
    """One fresh process with a loaded pipeline; a context manager that always ends it.

    Raises PipelineError if the pipeline cannot be built, RequestFailed if it refuses a request, and
    WorkerHung, WorkerDied or WorkerConfused, after which the process is gone, and all that it started.
    """

    def __init__(self, spec: WorkerSpec, *, load_timeout: float, python: str = sys.executable) -> None:
        self._spec = spec
        self._secrets = secrets_of(spec.settings, os.environ)
        self._log = Log(spec.logs, spec.root)
        self._exchange = Exchange()
        try:
            self._process = Supervised(
                [python, "-m", "tts_baseline.measure.worker", *map(str, self._exchange.theirs)],
                folder=spec.root,
                environment=environment_of(spec),
                ends=self._exchange.theirs,
                memory_limit=spec.memory_limit,
            )
        except BaseException as error:
            self._exchange.close()
            if not isinstance(error, OSError):
                raise
            raise PipelineError(
                f"a worker cannot be started: {error}", where=python, hint="tts-baseline doctor"
            ) from error
        finally:
            self._exchange.close_theirs()
        try:
            started = self._process.process.started
            self.ready = self._ask(Start(PROTOCOL_VERSION, started, spec), load_timeout, Ready)
        except BaseException:
            self._abandon()
            raise

    def speak(self, request: Request, *, full: bool, timeout: float, extra_s: float = 0.0) -> Spoken:
        """One timed call with `extra_s` seconds of extra work; `full` adds its audio, phones and memory."""
        return self._ask(Speak(request, full, extra_s), timeout, Spoken)

    def listen(self, request: Request, *, full: bool, timeout: float) -> Streamed:
        """When the chunks of one streamed call were there; `full` adds its audio."""
        return self._ask(Listen(request, full), timeout, Streamed)

    def count(self, request: Request, *, timeout: float) -> Counted:
        """The work of one untimed call, or the reason why it cannot be counted."""
        return self._ask(Count(request), timeout, Counted)

    def profile(
        self, request: Request, calls: int, *, timeout: float, has_operators: bool = False
    ) -> Profiled:
        """Where so many untimed calls spend their time, which together take no longer than `timeout`."""
        return self._ask(Profile(request, calls, has_operators), timeout, Profiled)

    def trace(self, requests: Sequence[Request], file: Path, *, timeout: float) -> None:
        """Have memray write all allocations of these calls to a file; each may take `timeout`."""
        self._ask(Trace(tuple(requests), str(file)), len(requests) * timeout, Told)

    def gauge(self, requests: Sequence[Request], least_s: float, *, timeout: float) -> GpuUse:
        """What the GPU does over whole rounds of these requests; each may take `timeout`, twice."""
        most = least_s + 2 * len(requests) * timeout
        return self._ask(Gauge(tuple(requests), least_s), most, Gauged).use

    def read_out(self, request: Request, *, timeout: float) -> str | None:
        """What is read out for a request; None where the pipeline does not tell."""
        return self._ask(ReadOut(request), timeout, Told).text

    def serve(self, requests: Sequence[Request], *, timeout: float) -> Served:
        """The sounds of requests that are spoken together, and of one alone; nothing is timed beside it."""
        return self._ask(Serve(tuple(requests)), timeout, Served)

    def is_alone(self) -> bool:
        """True if the worker has no child process and never had one."""
        if self._process.ending:
            return False
        try:
            worker = psutil.Process(self.thread)
            spent = worker.cpu_times()
            return not worker.children() and spent.children_user + spent.children_system == 0
        except psutil.Error:  # it has died, which the next request reports
            return False

    @property
    def thread(self) -> int:
        """The id of the thread that answers requests."""
        return self._process.process.pid

    def thread_times(self) -> dict[int, float]:
        """CPU seconds of each of its threads so far, by id, in steps of 10 ms; empty if it has ended."""
        if self._process.ending:
            return {}
        try:
            threads = psutil.Process(self.thread).threads()
        except psutil.Error:
            return {}
        return {thread.id: thread.user_time + thread.system_time for thread in threads}

    def stay_on(self, cores: Mapping[int, int]) -> None:
        """Pin each of these threads (by id) to its core; threads that have ended are skipped."""
        for thread, core in cores.items():
            with contextlib.suppress(ProcessLookupError):
                os.sched_setaffinity(thread, {core})

    def rest(self, timeout: float) -> bool:
        """True once none of its threads runs, or it has ended; False if that takes longer than `timeout`.

        The threads of a parallel computation spin for milliseconds after it. True at once if the system does
        not show the state of threads (Linux does).
        """
        until = time.monotonic() + timeout
        while self._is_running():
            if time.monotonic() > until:
                return False
            time.sleep(_POLL_S)
        return True

    def close(self) -> None:
        """End the worker and the processes it started; idempotent."""
        self._exchange.close()
        self._process.end()
        self._process.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self.close()
        else:
            self._abandon()

    def _ask(self, message: ToWorker, timeout: float, kind: type[A]) -> A:
        """The answer to one request; raises as the class says."""
        try:
            answer = self._exchange.ask(message, timeout, self._process)
        except EOFError:
            self._died(message)
        except TimeoutError:
            self._hung(timeout, message)
        except Unexpected as error:
            self._confused(error)
        answer = without_secrets(answer, self._secrets)
        if isinstance(answer, Refused):
            self._refused(answer, message)
        if not isinstance(answer, kind):
            self._confused(Unexpected(f"the worker gave an answer of another kind: {type(answer).__name__}"))
        return answer

    def _refused(self, answer: Refused, message: ToWorker) -> NoReturn:
        file = self._log.keep(titled(message), answer.trace)
        where = _and(answer.where, file and f"traceback in {file}")
        if isinstance(message, Start):
            raise PipelineError(
                f"the pipeline {self._spec.target!r} cannot be loaded: {answer.what}",
                where=where,
                hint=answer.hint or "tts-baseline doctor",
            )
        raise RequestFailed(answer.what, where=where, hint=answer.hint)

    def _died(self, message: ToWorker) -> NoReturn:
        by_itself = self._process.look()
        ending = self._process.ending or self._process.abort()
        words = self._last_words(ending)
        self._abandon()
        what = f"the worker {ending if by_itself else 'closed its connection and lives on'}"
        hint = ""
        if isinstance(message, Start):
            what += f" while it loaded {self._spec.target!r}"
            hint = f"python -X faulthandler -c 'import {self._spec.target.partition(':')[0]}'"
        if limit := self._spec.memory_limit:
            hint = f"raise `memory_limit` in [tool.tts-baseline] if {size(limit)} is too little"
        raise WorkerDied(what, where=words, hint=hint)

    def _hung(self, timeout: float, message: ToWorker) -> NoReturn:
        words = self._last_words(self._process.abort())
        self._abandon()
        name, what = _LIMITS[type(message)]
        raise WorkerHung(
            f"the worker took more than {seconds(timeout)} to {what}",
            where=words,
            hint=f"raise `{name}` in [tool.tts-baseline] if this is expected",
        )

    def _confused(self, error: Unexpected) -> NoReturn:
        self._process.abort()
        self._abandon()
        raise WorkerConfused(
            str(error), where=self._spec.target, hint=_TWICE, is_late=error.is_late
        ) from error

    def _last_words(self, ending: Ending) -> str:
        """Where the pipeline was, or the last that it printed; and the file with all that is kept of it."""
        log = joined(
            ending.head, ending.tail, ending.between,
            head=_LOG_CHARS, tail=_LOG_CHARS, secrets=self._secrets,
        )  # fmt: skip
        file = self._log.keep(f"the worker {ending}", log)
        return _and(last_words(log.splitlines()), file and f"what it printed is in {file}")

    def _is_running(self) -> bool:
        states = []
        if self._process.ending is None:
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # a thread, or it, ended
                for thread in Path(f"/proc/{self.thread}/task").iterdir():
                    states.append((thread / "stat").read_text().rpartition(") ")[2][:1])
        return "R" in states

    def _abandon(self) -> None:
        """End it at once."""
        self._exchange.close()
        self._process.close()


def _and(*parts: str) -> str:
    return "; ".join(filter(None, parts))
