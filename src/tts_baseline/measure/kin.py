"""The processes that descend from this one: found, stopped and killed, wherever they went.

Linux hands a process that lost its parent to the nearest ancestor that is a subreaper (prctl(2)), so that
none leaves the family, by a session of its own or a double fork. Elsewhere those that left are not found.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import time
from pathlib import Path

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36  # linux/prctl.h
_ON_LINUX = sys.platform == "linux"
_PATIENCE_S = 5.0  # chosen: what does not end by SIGKILL within it is stuck in the kernel, or another user's
_PAUSE_S = 0.001  # chosen: a process takes about as long to end


def adopt() -> None:
    """Become the parent of all descendants that lose theirs."""
    if _ON_LINUX:
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def die_with_parent() -> None:
    """Have this process killed when the thread ends that started it."""
    if _ON_LINUX:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def end_all() -> None:
    """Kill all descendants and wait for them; those that fork on are stopped first, so that none escapes."""
    until = time.monotonic() + _PATIENCE_S
    while not _reap()[1] and time.monotonic() < until:
        stopped: set[int] = set()
        while new := _descendants() - stopped:
            _signal(new, signal.SIGSTOP)
            stopped |= new
        _signal(stopped, signal.SIGKILL)
        time.sleep(_PAUSE_S)


def end_descendants_of(pid: int) -> None:
    """Kill what descends from that process, and not the process itself."""
    _signal(_below(pid, _parents()), signal.SIGKILL)


def reap() -> dict[int, tuple[int, int]]:
    """Children that have ended, by id: the exit code as of subprocess, and the most memory held in bytes."""
    return _reap()[0]


def _reap() -> tuple[dict[int, tuple[int, int]], bool]:
    """What `reap` says, and whether no child is left."""
    ended: dict[int, tuple[int, int]] = {}
    while True:
        try:
            pid, status, usage = os.wait4(-1, os.WNOHANG)
        except ChildProcessError:
            return ended, True
        if not pid:
            return ended, False
        ended[pid] = os.waitstatus_to_exitcode(status), usage.ru_maxrss * (1024 if _ON_LINUX else 1)


def _descendants() -> set[int]:
    return _below(os.getpid(), _parents())


def _below(ancestor: int, parents: dict[int, int]) -> set[int]:
    found: set[int] = set()
    new = {ancestor}
    while new := {pid for pid, parent in parents.items() if parent in new} - found:
        found |= new
    return found


def _parents() -> dict[int, int]:
    """The parent of every process that runs."""
    if not _ON_LINUX:
        import subprocess  # here, because it takes as long to import as all the rest

        table = subprocess.run(
            ["/bin/ps", "-A", "-o", "pid=,ppid=,stat="], capture_output=True, text=True, check=False
        )
        rows = (line.split(maxsplit=2) for line in table.stdout.splitlines())
        return {int(pid): int(parent) for pid, parent, state in rows if not state.startswith("Z")}
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            state, parent = (folder / "stat").read_bytes().rpartition(b") ")[2].split()[:2]
            if state != b"Z":
                parents[int(folder.name)] = int(parent)
    return parents


def _signal(pids: set[int], number: int) -> None:
    for pid in pids:
        with contextlib.suppress(OSError):
            os.kill(pid, number)
