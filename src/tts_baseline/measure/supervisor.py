"""The process between a session and its worker: starts it, keeps what it prints, and ends all of its kin.

It has its own session and imports nothing of the project, so that whatever ends pytest or the pipeline leaves
it to clean up. While the worker speaks it sleeps; the messages do not pass through it.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import resource
import select
import signal
import sys
import time
from pathlib import Path

from tts_baseline.measure import kin

TYPE_CHECKING = False  # `typing` itself is not needed
if TYPE_CHECKING:
    from typing import Any, NoReturn

END, ABORT = b"E", b"A"  # what a session asks for: an orderly end; an end after SIGABRT
GRACE_S = 2.0  # chosen: time for a worker to end by itself before it is killed
_GRACE_OF_CHILDREN_S = 1.0  # chosen: half of it: a worker that waits for its children has the rest
_HEAD, _TAIL = 2**15, 2**17  # chosen: 300 lines of the beginning of what was printed, 1,000 of its end
_CHUNK = 2**18  # chosen: four times what a pipe holds by default (pipe(7))
_POLL_S = 1.0  # chosen: how often to look after the session where the system does not tell of its end
_RESTORED = ("SIGINT", "SIGTERM", "SIGHUP", "SIGPIPE", "SIGXFSZ", "SIGCHLD")


class Printed:
    """The beginning and the end of what was printed, however much it was."""

    def __init__(self) -> None:
        self._head, self._tail = bytearray(), bytearray()
        self._all = 0

    def add(self, data: bytes) -> None:
        """Append it."""
        self._all += len(data)
        room = _HEAD - len(self._head)
        self._head += data[:room]
        self._tail += data[room:] if room > 0 else data
        del self._tail[:-_TAIL]

    def shown(self) -> dict[str, Any]:
        """The head, the tail, and the number of bytes between them."""
        head, tail = (part.decode(errors="replace") for part in (self._head, self._tail))
        return {"head": head, "tail": tail, "between": self._all - len(self._head) - len(self._tail)}


def main(commands: int, events: int, session: int) -> None:
    """Start what the first line of `commands` says, and serve until it has ended, or `session` has."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):  # the end of the session is what counts
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    for end in (commands, events):  # no business of the worker's
        os.set_inheritable(end, False)
    kin.adopt()
    order = json.loads(_line(commands))
    watch = _Watch(session, commands)
    kills = _out_of_memory_kills()
    started = time.monotonic()
    worker, trouble = _start(order, watch.printing)
    watch.close_theirs(order["ends"])
    if trouble:
        _say(events, {"trouble": trouble})
        return
    _say(events, {"pid": worker, "started": started})
    code, peak = watch.until_the_end_of(worker) or (None, 0)
    kin.end_all()
    watch.read_the_rest()
    out_of_memory = _out_of_memory_kills() > kills
    ending = {"code": code, "peak": peak, "out_of_memory": out_of_memory, "by_itself": not watch.is_asked}
    _say(events, ending | watch.printed.shown())


class _Watch:
    """All that may happen while a worker lives: it prints or ends, its session asks for the end, or ends."""

    def __init__(self, session: int, commands: int) -> None:
        self.printed = Printed()
        self.is_asked = False
        self._session, self._commands = session, commands
        self._told, tell = os.pipe()
        os.set_blocking(tell, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(tell, warn_on_full_buffer=False)
        self._log, self.printing = os.pipe()
        self._parent = _handle(session)
        self._until = self._children_until = math.inf
        self._watched = select.poll()
        for end in (commands, self._told, self._log, self._parent):
            if end is not None:
                self._watched.register(end, select.POLLIN)

    def close_theirs(self, ends: list[int]) -> None:
        """Close what the worker has now."""
        for end in (self.printing, *ends):
            os.close(end)

    def until_the_end_of(self, worker: int) -> tuple[int, int] | None:
        """How the worker ended, as `kin.reap` says; None if it is still there and has to be killed."""
        while True:
            ready = self._wait()
            if self._log in ready:
                self._read_log()
            if self._told in ready:
                os.read(self._told, _CHUNK)
            if ending := kin.reap().get(worker):
                return ending
            if self._is_abandoned(ready):
                self.is_asked = True
                return None
            if self._commands in ready and not self._obey(_read(self._commands), worker):
                return None
            if time.monotonic() >= self._children_until:
                self._children_until = math.inf
                kin.end_descendants_of(worker)
            if time.monotonic() >= self._until:
                return None

    def read_the_rest(self) -> None:
        """What was printed and not read yet."""
        os.set_blocking(self._log, False)  # what cannot be killed must not be waited for
        while data := _read(self._log):
            self.printed.add(data)

    def _wait(self) -> set[int]:
        wait_s = min(self._until, self._children_until) - time.monotonic()
        if self._parent is None:
            wait_s = min(wait_s, _POLL_S)
        return {end for end, _ in self._watched.poll(None if wait_s == math.inf else max(wait_s, 0) * 1000)}

    def _read_log(self) -> None:
        data = _read(self._log)
        self.printed.add(data)
        if not data:  # it and all its children have closed it
            self._watched.unregister(self._log)

    def _is_abandoned(self, ready: set[int]) -> bool:
        return os.getppid() != self._session if self._parent is None else self._parent in ready

    def _obey(self, command: bytes, worker: int) -> bool:
        """Begin an end; False for the session that closed its pipe."""
        self.is_asked = True
        if command == END:
            self._children_until = time.monotonic() + _GRACE_OF_CHILDREN_S
        elif command == ABORT:
            os.kill(worker, signal.SIGABRT)
            os.kill(worker, signal.SIGCONT)  # it may have been stopped
        else:
            return False
        self._until = time.monotonic() + GRACE_S
        return True


def _start(order: dict[str, Any], printing: int) -> tuple[int, str]:
    """The id of the new process, and why it could not be started, if so."""
    failed, fail = os.pipe()  # closed by exec
    parent = os.getpid()
    pid = os.fork()
    if not pid:
        os.close(failed)
        try:
            _become(order, printing, parent)
        except BaseException as error:  # noqa: BLE001 - a second process must not return from here
            with contextlib.suppress(OSError):
                os.write(fail, str(error).encode(errors="replace"))
        finally:
            os._exit(127)
    os.close(fail)
    trouble = b""
    while data := _read(failed):
        trouble += data
    os.close(failed)
    return pid, trouble.decode(errors="replace")


def _become(order: dict[str, Any], printing: int, parent: int) -> NoReturn:
    for name in _RESTORED:
        signal.signal(getattr(signal, name), signal.SIG_DFL)
    os.setsid()
    kin.die_with_parent()
    if os.getppid() != parent:
        os._exit(1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(printing, 1)
    os.dup2(printing, 2)
    for end in order["ends"]:
        os.set_inheritable(end, True)
    # A core file is as large as the model; whoever wants one can raise this in the pipeline.
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    if order["memory_limit"]:
        resource.setrlimit(resource.RLIMIT_DATA, (order["memory_limit"],) * 2)
    argv = [word.encode("latin-1") for word in (*order["argv"], str(parent))]
    environment = {
        name.encode("latin-1"): value.encode("latin-1") for name, value in order["environment"].items()
    }
    os.execvpe(argv[0], argv, environment)


def _handle(pid: int) -> int | None:
    """What becomes readable when that process ends; None where the system has no such thing."""
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):
        return None


def _out_of_memory_kills() -> int:
    """Processes that the kernel has killed for want of memory since it started, in any control group."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/vmstat").read_text().splitlines():
            if line.startswith("oom_kill "):
                return int(line.split()[1])
    return 0


def _line(end: int) -> bytes:
    data = b""
    while not data.endswith(b"\n"):
        if not (more := _read(end)):
            sys.exit(0)  # the session is gone before it said anything
        data += more
    return data


def _read(end: int) -> bytes:
    try:
        return os.read(end, _CHUNK)
    except OSError:
        return b""


def _say(events: int, event: dict[str, Any]) -> None:
    data = json.dumps(event).encode() + b"\n"
    with contextlib.suppress(OSError):  # the session is gone
        while data:
            data = data[os.write(events, data) :]
