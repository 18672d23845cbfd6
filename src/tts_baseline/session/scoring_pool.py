"""Scores many recordings in several processes, which Ctrl-C leaves to their parent."""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from tts_baseline.core.environment import usable_cores
from tts_baseline.core.errors import NothingMeasured

_Task = TypeVar("_Task")
_Result = TypeVar("_Result")

_AHEAD = 2  # chosen: tasks a process that wait for it, so that it never does


def in_processes(
    work: Callable[[_Task], _Result], tasks: Iterable[_Task], count: int = 0
) -> Iterator[_Result]:
    """What `work` makes of each task, in order; tasks are taken as they are needed.

    In as many processes as there are cores, unless `count` says otherwise; in this one where that is 1.
    """
    count = count or len(usable_cores())
    if count == 1:
        yield from map(work, tasks)
        return
    # Not forked: this process may have threads, of rich or of a library that computes.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(count, mp_context=context, initializer=_leave_interrupts) as pool:
        waiting: deque[Future[_Result]] = deque()
        try:
            for task in tasks:
                waiting.append(pool.submit(work, task))
                if len(waiting) > _AHEAD * count:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool as error:
            raise NothingMeasured(
                "a process that scores was killed, most likely because memory ran out",
                hint="choose fewer cases: --cases, --tags",
            ) from error
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _leave_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
