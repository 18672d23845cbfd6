"""Allows one measurement at a time, because two on the same cores or GPU would slow each other down."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import filelock


def path() -> Path:
    """The file of this user's measuring lock."""
    return Path(tempfile.gettempdir()) / f"tts-baseline-{os.getuid()}-measuring.lock"


@contextlib.contextmanager
def measuring(on_wait: Callable[[str], None]) -> Iterator[None]:
    """Hold this machine's measuring lock; `on_wait` is called once if another run holds it."""
    lock = filelock.FileLock(path())
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        on_wait(f"waiting: another run measures on this machine ({path()})")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()
