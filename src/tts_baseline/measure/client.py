"""The session's end of a worker: starts it, sends requests with a deadline, and always ends it."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import psutil

from tts_baseline.core.errors import PipelineError, RequestFailed, WorkerDied, WorkerHung
from tts_baseline.core.records import Request
from tts_baseline.core.redaction import redacted, secrets_of
from tts_baseline.core.units import seconds
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
    ToWorker,
    WorkerSpec,
    encode,
    from_worker,
)
from tts_baseline.measure.redact import without_secrets

_LOG_TAIL = 12  # chosen: lines of the log in an error message
_FRAMES = 3  # chosen: frames of the traceback in an error message
_GRACE_S = 2.0  # chosen: time for a worker to end by itself before it is killed
_POLL_S = 0.0005  # chosen: a tenth of the 5 ms for which libgomp's threads spin after a computation


class Worker:
    """One fresh process with a loaded pipeline; a context manager that always ends it.

    Raises PipelineError if the pipeline cannot be built, RequestFailed if it refuses a request, and
    WorkerHung or WorkerDied, after which the process is gone.
    """

    def __init__(self, spec: WorkerSpec, *, load_timeout: float, python: str = sys.executable) -> None:
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the worker
        self._secrets = secrets_of(spec.settings, os.environ)
        ours, theirs = multiprocessing.Pipe(duplex=True)
        asked_at = time.monotonic()
        self._connection = ours
        with theirs:
            try:
                self._process = subprocess.Popen(
                    [
                        python, "-m", "tts_baseline.measure.worker",
                        str(theirs.fileno()), str(os.getpid()),
                    ],
                    stdin=subprocess.DEVNULL,
                    stdout=self._log,
                    stderr=subprocess.STDOUT,
                    cwd=spec.root,
                    env=_environment(spec),
                    pass_fds=[theirs.fileno()],
                    start_new_session=True,
                )  # fmt: skip
            except OSError as error:
                ours.close()
                self._log.close()
                raise PipelineError(
                    f"a worker cannot be started: {error}", where=python, hint="tts-baseline doctor"
                ) from error
        try:
            answer = self._ask(Start(PROTOCOL_VERSION, asked_at, spec), load_timeout, "to load")
            if isinstance(answer, Refused):
                raise PipelineError(
                    f"the pipeline {spec.target!r} cannot be loaded: {answer.what}",
                    where=answer.where,
                    hint=answer.hint or "tts-baseline doctor",
                )
            assert isinstance(answer, Ready)
        except BaseException:
            self.close()
            raise
        self.ready = answer

    def speak(self, request: Request, *, full: bool, timeout: float, extra_s: float = 0.0) -> Spoken:
        """One timed call with `extra_s` seconds of extra work; `full` adds its audio, phones and memory."""
        answer = self._ask(Speak(request, full, extra_s), timeout, "to speak")
        if isinstance(answer, Refused):
            raise RequestFailed(answer.what, where=answer.where, hint=answer.hint)
        assert isinstance(answer, Spoken)
        return answer

    def count(self, request: Request, *, timeout: float) -> Counted:
        """The work of one untimed call, or the reason why it cannot be counted."""
        answer = self._ask(Count(request), timeout, "to count")
        if isinstance(answer, Refused):
            raise RequestFailed(answer.what, where=answer.where, hint=answer.hint)
        assert isinstance(answer, Counted)
        return answer

    def is_alone(self) -> bool:
        """True if the worker has no child process and never had one."""
        try:
            spent = psutil.Process(self._process.pid).cpu_times()
        except psutil.Error:  # it has died, which the next request reports
            return False
        return not self._children() and spent.children_user + spent.children_system == 0

    @property
    def thread(self) -> int:
        """The id of the thread that answers requests."""
        return self._process.pid

    def thread_times(self) -> dict[int, float]:
        """CPU seconds of each of its threads so far, by id, in steps of 10 ms; empty if it has ended."""
        try:
            threads = psutil.Process(self._process.pid).threads()
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
        children = self._children()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._connection.close()
            self._process.wait(timeout=_GRACE_S)
        self._kill(children)
        self._log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None:
            self._kill(self._children())
        self.close()

    def _ask(self, message: ToWorker, timeout: float, what: str) -> FromWorker:
        try:
            self._connection.send_bytes(encode(message))
            if self._connection.poll(timeout):
                return without_secrets(from_worker.decode(self._connection.recv_bytes()), self._secrets)
        except (EOFError, OSError) as error:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=_GRACE_S)
            ending = _ending(self._process.poll())
            self._kill(self._children())
            raise WorkerDied(f"the worker {ending}", where=self._last_words()) from error
        # SIGABRT first, so that faulthandler logs where the pipeline is stuck.
        self._process.send_signal(signal.SIGABRT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=_GRACE_S)
        self._kill(self._children())
        raise WorkerHung(
            f"the worker took more than {seconds(timeout)} {what}",
            where=self._last_words(),
            hint="raise `timeout` in [tool.tts-baseline] if this is expected",
        )

    def _kill(self, children: Sequence[psutil.Process]) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        for child in children:
            with contextlib.suppress(psutil.Error):
                child.kill()
        self._process.wait()

    def _is_running(self) -> bool:
        states = []
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # a thread, or the process, ended
            for thread in Path(f"/proc/{self._process.pid}/task").iterdir():
                states.append((thread / "stat").read_text().rpartition(") ")[2][:1])
        return "R" in states

    def _children(self) -> list[psutil.Process]:
        """All descendants, while the worker lives: some may have left its process group."""
        try:
            return list(psutil.Process(self._process.pid).children(recursive=True))
        except psutil.Error:
            return []

    def _last_words(self) -> str:
        self._log.seek(0)
        lines = redacted(self._log.read().decode(errors="replace"), self._secrets).splitlines()
        stuck = [line.strip() for line in lines if line.lstrip().startswith('File "')]
        theirs = [line for line in stuck if "tts_baseline/measure" not in line]
        if theirs:
            return " < ".join(theirs[:_FRAMES])
        return " | ".join(line for line in lines[-_LOG_TAIL:] if line.strip())[-300:]


def _environment(spec: WorkerSpec) -> dict[str, str]:
    """The worker's environment; a project that contains this package is measured with its own copy.

    The worker itself puts the rest of a project on the import path, but by then this package is imported.
    """
    own = [path for path in spec.paths if (Path(path) / "tts_baseline" / "__init__.py").is_file()]
    before = os.environ.get("PYTHONPATH")
    path = os.pathsep.join([*own, *([before] if before else [])])
    return {**os.environ, "PYTHONPATH": path} if path else dict(os.environ)


def _ending(code: int | None) -> str:
    if code is None:
        return "closed its connection and lives on"
    if code < 0:
        return f"died of signal {-code} ({signal.Signals(-code).name})"
    return f"ended with exit status {code}"
