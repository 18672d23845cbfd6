"""Scores many recordings in processes of our own, which Ctrl-C leaves to their parent and which end with it.

They are no children of `multiprocessing`: that runs the script anew which was started, and a script of a user
that calls `pytest.main` would measure again.
"""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing.connection import Connection, Pipe
from typing import Any, TypeVar

from tts_baseline.core.environment import usable_cores
from tts_baseline.core.errors import NothingMeasured

_Task = TypeVar("_Task")
_Result = TypeVar("_Result")

_AHEAD = 2  # chosen: tasks a process that wait for it, so that it never does
_MAIN = "import sys; from tts_baseline.session.scoring_pool import serve; serve(int(sys.argv[1]))"


def in_processes(
    work: Callable[[_Task], _Result], tasks: Iterable[_Task], count: int = 0
) -> Iterator[_Result]:
    """What `work`, a function of a module, makes of each task, in order; tasks are taken as they are needed.

    In as many processes as there are cores, unless `count` says otherwise; in this one where that is 1.
    Raises what `work` raises, and NothingMeasured where a process cannot be started or is gone.
    """
    count = count or len(usable_cores())
    if count == 1:
        yield from map(work, tasks)
        return
    with contextlib.ExitStack() as stack:
        threads = stack.enter_context(ThreadPoolExecutor(count))
        stack.callback(threads.shutdown, wait=False, cancel_futures=True)
        free: queue.SimpleQueue[_Scorer] = queue.SimpleQueue()
        for _ in range(count):
            scorer = _Scorer()
            stack.callback(scorer.end)  # also where this is interrupted
            free.put(scorer)

        def answer(task: _Task) -> _Result:
            scorer = free.get()
            try:
                result: _Result = scorer.ask(work, task)
                return result
            finally:
                free.put(scorer)

        waiting: deque[Future[_Result]] = deque()
        for task in tasks:
            waiting.append(threads.submit(answer, task))
            if len(waiting) > _AHEAD * count:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def serve(end: int) -> None:
    """Do what is asked for through the pipe, until it ends."""
    pipe = Connection(end)
    with contextlib.suppress(EOFError):
        while True:
            work, task = pipe.recv()
            pipe.send(_done(work, task))


def _done(work: Callable[[Any], Any], task: object) -> tuple[Any, Exception | None]:
    """What `work` returns, and what it raises."""
    try:
        return work(task), None
    except Exception as error:  # noqa: BLE001 - it is raised again where it was asked for
        return None, error


class _Scorer:
    """A process that works, in a session of its own: Ctrl-C is for the one that asks."""

    def __init__(self) -> None:
        self._pipe, theirs = Pipe()
        with theirs:
            try:
                self._process = subprocess.Popen(
                    [sys.executable, "-P", "-c", _MAIN, str(theirs.fileno())],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                    pass_fds=(theirs.fileno(),),
                    start_new_session=True,
                )
            except OSError as error:
                self._pipe.close()
                raise NothingMeasured(
                    f"no process that scores can be started: {error.strerror or error}",
                    hint="ulimit -u; free -m",
                ) from error

    def ask(self, work: Callable[[Any], Any], task: object) -> Any:
        """The answer; raises what `work` raises, and NothingMeasured where the process is gone."""
        try:
            self._pipe.send((work, task))
            answer, error = self._pipe.recv()
        except (EOFError, OSError) as gone:
            raise NothingMeasured(
                "a process that scores was killed, most likely because memory ran out",
                hint="choose fewer cases: --cases, --tags",
            ) from gone
        if error is not None:
            raise error
        return answer

    def end(self) -> None:
        """Kill it, and wait until it is gone."""
        self._process.kill()
        self._process.wait()
        self._pipe.close()
