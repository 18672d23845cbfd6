"""The CPU time of the processes that a pipeline starts: one that shells out computes, and does not wait.

Functions that a pipeline could replace are taken by name, before it is imported.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from os import sysconf
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from time import clock_gettime

_ON_LINUX = sys.platform == "linux"
_TICKS_PER_S = sysconf("SC_CLK_TCK")
_TIMES = slice(11, 15)  # utime, stime, cutime, cstime, counted from the state: proc_pid_stat(5)
_PROCESS_CLOCK = 2  # ~pid << 3 with this kind is the clock of another process: glibc's clock_getcpuclockid


def cpu_s() -> float:
    """CPU seconds of this process's descendants so far: those that were waited for, and those that live.

    Elsewhere than on Linux those that live are read by psutil. A daemon that left the family is not counted.
    """
    waited_for = getrusage(RUSAGE_CHILDREN)
    living = sum(map(_spent, _descendants("self"))) if _ON_LINUX else _psutil()
    return waited_for.ru_utime + waited_for.ru_stime + living


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
