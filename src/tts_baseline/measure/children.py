"""CPU time and memory of what a pipeline starts: one that shells out computes, and does not wait.

Functions that a pipeline could replace are taken by name, before it is imported.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from os import sysconf
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from threading import Event, Thread
from time import clock_gettime
from typing import Self

_ON_LINUX = sys.platform == "linux"
_TICKS_PER_S = sysconf("SC_CLK_TCK")
_TIMES = slice(11, 15)  # utime, stime, cutime, cstime, counted from the state: proc_pid_stat(5)
_KIB = 1024
_PAUSE_S = 0.001  # chosen: what a program holds in its last millisecond alone is not seen
_BEYOND = 1.1  # chosen: a child counts its parent's memory until it is another program (exec_mmap of Linux)
_START_OF_STACK = 25  # in the same line; at random, so that two programs hardly ever share it
_PROCESS_CLOCK = 2  # ~pid << 3 with this kind is the clock of another process: glibc's clock_getcpuclockid


def cpu_s() -> float:
    """CPU seconds of this process's descendants so far: those that were waited for, and those that live.

    Elsewhere than on Linux those that live are read by psutil. A daemon that left the family is not counted.
    """
    waited_for = getrusage(RUSAGE_CHILDREN)
    living = sum(map(_spent, _descendants("self"))) if _ON_LINUX else _psutil()
    return waited_for.ru_utime + waited_for.ru_stime + living


class PeakWatch:
    """Watches, for the time of a block, the most memory that this process's descendants hold together."""

    def __init__(self) -> None:
        self._peak = 0
        self._done = Event()
        self._watching = Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._waited_for = _largest_waited_for()
        self._us = _stack("self")
        self._watching.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._watching.join()

    def bytes(self, own: int | None) -> int | None:
        """The sum of their peaks of resident memory; None if none was seen. This process has held `own`.

        The system tells the peak of a child that has ended, which is its own where it is beyond ours.
        """
        ended = _largest_waited_for()
        if own is not None and ended > max(self._waited_for, _BEYOND * own):
            return max(self._peak, ended)
        return self._peak or None

    def _watch(self) -> None:
        while not self._done.wait(_PAUSE_S):
            # Until it is another program, a child has our memory and our stack.
            others = (pid for pid in _descendants("self") if _stack(pid) != self._us)
            self._peak = max(self._peak, sum(map(_held, others)))


def _largest_waited_for() -> int:
    return getrusage(RUSAGE_CHILDREN).ru_maxrss * (_KIB if _ON_LINUX else 1)


def _stack(pid: int | str) -> bytes:
    """Where a process's stack begins; empty if it has gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b") ")[2].split()[_START_OF_STACK]
    except OSError:
        return b""


def _held(pid: int) -> int:
    """The most that a process has held resident, in bytes; 0 if it has gone."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_bytes().splitlines():
            if line.startswith(b"VmHWM:"):
                return int(line.split()[1]) * _KIB
    return 0


def _descendants(pid: int | str) -> Iterator[int]:
    for thread in _threads(pid):
        with contextlib.suppress(OSError):
            for child in map(int, (thread / "children").read_bytes().split()):
                yield child
                yield from _descendants(child)


def _threads(pid: int | str) -> list[Path]:
    try:
        return list(Path(f"/proc/{pid}/task").iterdir())
    except OSError:  # it has ended
        return []


def _spent(pid: int) -> float:
    """CPU seconds of a process, and of its children that it has waited for; 0 if it has gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b") ")[2].split()
    except OSError:
        return 0.0
    utime, stime, cutime, cstime = map(int, fields[_TIMES])
    try:
        own = clock_gettime(~pid << 3 | _PROCESS_CLOCK)  # in nanoseconds, where `stat` counts ticks of 10 ms
    except OSError:
        own = (utime + stime) / _TICKS_PER_S
    return own + (cutime + cstime) / _TICKS_PER_S


def _psutil() -> float:
    import psutil

    spent = 0.0
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            times = child.cpu_times()
            spent += times.user + times.system + times.children_user + times.children_system
    return spent
