"""Counts the work of one call: torch's dispatches, FLOPs, waits for the device, and bytes allocated.

Counters are exact, times are noisy. Counting slows down a call, and later calls on the same threads, so timed
calls come first. Torch is never imported here: a pipeline without torch has no counters.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from tts_baseline.core.records import Work
from tts_baseline.measure import memory

if TYPE_CHECKING:
    from tts_baseline.measure._dispatch import Watch

T = TypeVar("T")

NO_TORCH = "the pipeline uses no torch"
NOTHING = "torch dispatched no operator in this call"
_OLDER_THREAD = (
    "a thread that ran before the call does a part of it; Python 3.12 can count it, or start it in the call"
)


def counter() -> Counter | None:
    """A counter for this process; None if the pipeline has not imported torch."""
    if "torch" not in sys.modules:
        return None
    from tts_baseline.measure._dispatch import watch

    return Counter(watch())


class Counter:
    """Counts one call at a time, on all its threads.

    A watch sees only the threads that entered it. A profile hook makes new threads enter it before they run
    anything, and from Python 3.12 on existing threads too. In older versions, an existing thread that calls a
    torch module voids the call's counters.
    """

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._here = threading.local()

    def count(self, call: Callable[[], T]) -> tuple[T, Work]:
        """The result of `call`, and its work; raises what `call` raises."""
        tally = self._watch.begin(has_device=memory.live_cuda() is not None)
        self._here.entered = True
        try:
            with self._watch, self._other_threads():
                returned = call()
        finally:
            self._here.entered = False
            self._watch.end()
        work = tally.work()
        return returned, work if work.operators or work.reason else Work(reason=NOTHING)

    @contextlib.contextmanager
    def _other_threads(self) -> Iterator[None]:
        everywhere: Any = getattr(threading, "setprofile_all_threads", None)
        install = everywhere or threading.setprofile
        are_missed = everywhere is None and threading.active_count() > 1
        before = threading.getprofile()
        install(self._enter)
        try:
            with self._watch.modules_call(self._notice) if are_missed else contextlib.nullcontext():
                yield
        finally:
            install(before)

    def _enter(self, *_event: object) -> None:
        sys.setprofile(None)
        if not self._is_entered():
            self._here.entered = True
            self._watch.__enter__()

    def _notice(self, *_call: Any) -> None:
        if not self._is_entered():
            self._watch.give_up(_OLDER_THREAD)

    def _is_entered(self) -> bool:
        return getattr(self._here, "entered", False)
