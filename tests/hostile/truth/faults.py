"""Ends a process at its n-th write: every file that it opens to write, moves, makes or removes is one."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable
from typing import NamedTuple

_CHANGES = frozenset(
    {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate", "os.chmod"}
    | {"shutil.rmtree", "shutil.move", "subprocess.Popen", "fcntl.flock"}
)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
NEVER = 10**9


class Ended(NamedTuple):
    """How a child ended: killed at its write, or at its own end after so many of them."""

    killed: bool
    points: int


def ended_at(count: int, act: Callable[[], object]) -> Ended:
    """Run `act` in a forked child that is killed (SIGKILL) just before its write number `count`, from 0.

    Raises RuntimeError where `act` raises.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        status = 1
        try:
            points = _watched(count)
            act()
            os.write(writer, str(points()).encode())
            status = 0
        except BaseException:  # noqa: BLE001 - a forked child goes back to nobody
            traceback.print_exc()
        finally:
            os._exit(status)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        told = pipe.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return Ended(killed=True, points=count)
    if os.WEXITSTATUS(status):
        raise RuntimeError(f"what was to be killed at write {count} ended with an error of its own")
    return Ended(killed=False, points=int(told))


def _watched(count: int) -> Callable[[], int]:
    """Count writes from now on, and end this process at the one that is named."""
    done = 0

    def at_a_write() -> None:
        nonlocal done
        if done == count:
            os.kill(os.getpid(), signal.SIGKILL)
        done += 1

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        is_opened_to_write = event == "open" and bool(int(arguments[2] or 0) & _WRITING)  # type: ignore[call-overload]
        if event in _CHANGES or is_opened_to_write:
            at_a_write()

    sync = os.fsync

    def fsync(handle: int) -> None:
        at_a_write()
        sync(handle)

    sys.addaudithook(hook)
    os.fsync = fsync
    return lambda: done
