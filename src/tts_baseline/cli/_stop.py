"""How long work is asked to stop, so that it is kept."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any


@contextlib.contextmanager
def stoppable() -> Iterator[Callable[[], bool]]:
    """A block in which the first Ctrl-C, SIGTERM or SIGHUP asks the run to stop after this update.

    The second ends it at once; what was kept stays. SIGHUP stays ignored where it is (`nohup`).
    """
    asked = threading.Event()
    before: dict[int, Any] = {}

    def stop(number: int, _frame: Any) -> None:
        asked.set()
        for other, usual in before.items():
            signal.signal(other, usual)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            before[number] = signal.signal(number, stop)
    try:
        yield asked.is_set
    finally:
        for other, usual in before.items():
            signal.signal(other, usual)
