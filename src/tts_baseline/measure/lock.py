"""One measurement at a time: two jobs on one GPU, or on the same cores, would time each other."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import filelock


@contextlib.contextmanager
def measuring(on_wait: Callable[[str], None]) -> Iterator[None]:
    """Hold this machine's measuring lock; `on_wait` hears once if another run holds it."""
    path = Path(tempfile.gettempdir()) / f"tts-baseline-{os.getuid()}-measuring.lock"
    lock = filelock.FileLock(path)
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        on_wait(f"waiting: another run measures on this machine ({path})")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()
