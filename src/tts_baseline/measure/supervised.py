"""The session's end of a supervisor: a worker's process, what it printed, and how it ended."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

import tts_baseline
from tts_baseline.core.units import size
from tts_baseline.measure.supervisor import ABORT, END

_BOOT = (
    "import sys; sys.path.append(sys.argv[1]); from tts_baseline.measure.supervisor import main; "
    "main(*map(int, sys.argv[2:]))"
)
_CHUNK = 2**16  # what a pipe holds by default (pipe(7))
_PATIENCE_S = 15.0  # chosen: above the sum of all that a supervisor waits for


class Ending(Struct, frozen=True, kw_only=True):
    """How a worker ended: its exit code as of subprocess (None: it was killed for not ending), and its log.

    `peak` is the most memory that it held, in bytes; `between` are bytes of the log that were not kept.
    """

    code: int | None = None
    peak: int = 0
    out_of_memory: bool = False
    by_itself: bool = True
    head: str = ""
    tail: str = ""
    between: int = 0

    def __str__(self) -> str:
        if self.code is None:
            return "closed its pipe and lived on" if self.by_itself else "did not end and was killed"
        if self.code >= 0:
            return f"ended with exit status {self.code}"
        held = f", having held {size(self.peak)}" if self.peak else ""
        if self.out_of_memory and -self.code == signal.SIGKILL:
            return f"was killed by the system, which was out of memory{held}"
        return f"died of signal {_name(-self.code)}{held if -self.code == signal.SIGKILL else ''}"


class Started(Struct, frozen=True, kw_only=True):
    """A process that runs: its id, and the monotonic clock just before its start; or why there is none."""

    pid: int = 0
    started: float = 0.0
    trouble: str = ""


class Supervised:
    """A process whose kin all end with it, with this process, or when told to; OSError if it cannot start.

    `ends` are the ends of pipes that it inherits; the supervisor's id is appended to `argv`.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        folder: str,
        environment: Mapping[str, str],
        ends: Sequence[int],
        memory_limit: int = 0,
    ) -> None:
        self.ending: Ending | None = None
        self.process = Started()
        self._held = b""
        their_commands, self._commands = os.pipe()
        self.events, their_events = os.pipe()
        package = Path(tts_baseline.__file__).parents[1]
        numbers = (their_commands, their_events, os.getpid())
        try:
            self._supervisor = subprocess.Popen(
                [sys.executable, "-I", "-S", "-B", "-c", _BOOT, str(package), *map(str, numbers)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=folder,
                pass_fds=[their_commands, their_events, *ends],
                start_new_session=True,
            )
        except OSError:
            os.close(self._commands)
            os.close(self.events)
            raise
        finally:
            os.close(their_commands)
            os.close(their_events)
        order = {
            "argv": [_octets(word) for word in argv],
            "environment": {_octets(name): _octets(value) for name, value in environment.items()},
            "ends": list(ends),
            "memory_limit": memory_limit,
        }
        try:
            self._tell(json.dumps(order).encode() + b"\n")
            self.process = self._begun()
        except BaseException:
            self.close()
            raise

    def end(self) -> Ending:
        """Ask for an orderly end, and wait until nothing of it is left."""
        return self._ended(END)

    def abort(self) -> Ending:
        """Have it say where it is (SIGABRT) and end; wait until nothing of it is left."""
        return self._ended(ABORT)

    def close(self) -> None:
        """Kill whatever is left; idempotent."""
        for end in (self._commands, self.events):
            with contextlib.suppress(OSError):
                os.close(end)
        self._commands = self.events = -1
        self._supervisor.send_signal(signal.SIGCONT)  # a pipeline may have stopped it
        try:
            self._supervisor.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._supervisor.kill()
            self._supervisor.wait()
        if self._supervisor.returncode and self.process.pid:
            with contextlib.suppress(OSError):  # its worker has ended with it
                os.killpg(self.process.pid, signal.SIGKILL)

    def look(self) -> bool:
        """True once it has ended, and nothing of it is left."""
        watched = select.poll()
        watched.register(self.events, select.POLLIN)
        while self.ending is None and watched.poll(0):
            self._pull()
        return self.ending is not None

    def _ended(self, command: bytes) -> Ending:
        if self._commands >= 0:
            self._supervisor.send_signal(signal.SIGCONT)  # a pipeline may have stopped it
            self._tell(command)
        until = time.monotonic() + _PATIENCE_S
        while self.ending is None and self.events >= 0 and self._wait(until):
            self._pull()
        self.ending = self.ending or Ending(by_itself=False)
        return self.ending

    def _begun(self) -> Started:
        until = time.monotonic() + _PATIENCE_S
        while b"\n" not in self._held and self._wait(until):
            if not (data := os.read(self.events, _CHUNK)):
                break
            self._held += data
        first, _, self._held = self._held.partition(b"\n")
        if not first:
            raise OSError("its supervisor ended")
        process = msgspec.json.decode(first, type=Started)
        if process.trouble:
            raise OSError(process.trouble)
        return process

    def _pull(self) -> None:
        data = os.read(self.events, _CHUNK)
        self._held += data
        if self._held.endswith(b"\n"):
            self.ending = msgspec.json.decode(self._held, type=Ending)
        elif not data:
            self.ending = Ending(code=-signal.SIGKILL)  # the supervisor was killed, and took its worker along

    def _wait(self, until: float) -> bool:
        watched = select.poll()
        watched.register(self.events, select.POLLIN)
        return bool(watched.poll(max(until - time.monotonic(), 0) * 1000))

    def _tell(self, data: bytes) -> None:
        with contextlib.suppress(OSError):  # it has ended, as its last event says
            while data:
                data = data[os.write(self._commands, data) :]


def _octets(text: str) -> str:
    """The bytes of a path or a variable, as characters: the supervisor may have another encoding of them."""
    return os.fsencode(text).decode("latin-1")


def _name(number: int) -> str:
    try:
        return f"{number} ({signal.Signals(number).name})"
    except ValueError:  # most real-time signals have none
        return str(number)
