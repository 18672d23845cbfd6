"""The process between a session and its worker: starts it, keeps what it prints, and ends all of its kin.

It has its own session and imports nothing of the project, so that whatever ends pytest or the pipeline leaves it
to clean up. While the worker speaks it sleeps; the messages do not pass through it.
"""

from __future__ import annotations

import contextlib
import json
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
_GRACE_OF_CHILDREN_S = (
    1.0  # chosen: half of that: a worker that waits for its children then has the other half
)
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
    kin.adopt()
    order = json.loads(_line(commands))
    told, tell = os.pipe()
    os.set_blocking(tell, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(tell, warn_on_full_buffer=False)
    log, printing = os.pipe()
    killed_before = _out_of_memory_kills()
    started = time.monotonic()
    worker, trouble = _start(order, printing)
    os.close(printing)
    for end in order["ends"]:
        os.close(end)
    if trouble:
        _say(events, {"trouble": trouble})
        return
    _say(events, {"pid": worker, "started": started})
    printed = Printed()
    asked, ending = _wait(worker, session, commands=commands, told=told, log=log, printed=printed)
    kin.end_all()
    os.set_blocking(log, False)  # what cannot be killed must not be waited for
    while data := _read(log):
        printed.add(data)
    kills = _out_of_memory_kills()
    code, peak = ending or (None, 0)
    _say(
        events,
        {
            "code": code,
            "peak": peak,
            "out_of_memory": kills > killed_before,
            "by_itself": not asked,
            **printed.shown(),
        },
    )


def _wait(
    worker: int, session: int, *, commands: int, told: int, log: int, printed: Printed
) -> tuple[bool, tuple[int, int] | None]:
    """Whether its end was asked for, and how the worker ended; None if it lives on and has to be killed."""
    watched = select.poll()
    for end in (commands, told, log):
        watched.register(end, select.POLLIN)
    parent = _handle(session)
    if parent is not None:
        watched.register(parent, select.POLLIN)
    children_until = until = float("inf")
    asked = False
    while True:
        wait_s = min(children_until, until) - time.monotonic()
        if parent is None:
            wait_s = min(wait_s, _POLL_S)
        ready = {end for end, _ in watched.poll(max(wait_s, 0) * 1000 if wait_s != float("inf") else None)}
        if log in ready:
            if data := _read(log):
                printed.add(data)
            else:  # it and all its children have closed it
                watched.unregister(log)
        if told in ready:
            os.read(told, _CHUNK)
        if ending := kin.reap().get(worker):
            return asked, ending
        if parent in ready or (parent is None and os.getppid() != session):
            return True, None
        if commands in ready:
            command = _read(commands)
            if command not in (END, ABORT):  # the session is gone
                return True, None
            asked = True
            until = time.monotonic() + GRACE_S
            if command == ABORT:
                os.kill(worker, signal.SIGABRT)
            else:
                children_until = time.monotonic() + _GRACE_OF_CHILDREN_S
        if time.monotonic() >= children_until:
            children_until = float("inf")
            kin.end_descendants_of(worker)
        if time.monotonic() >= until:
            return asked, None


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
    if order["memory_limit"]:
        resource.setrlimit(resource.RLIMIT_DATA, (order["memory_limit"],) * 2)
    os.execvpe(order["argv"][0], [*order["argv"], str(parent)], order["environment"])


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
