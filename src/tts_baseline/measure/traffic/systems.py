"""What is put under load: a pool of members that answer one request at a time, or one that takes many.

Members block: they run in threads, and each is asked by one thread at a time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Self

from tts_baseline.core.errors import RequestFailed
from tts_baseline.core.records import Request
from tts_baseline.measure.traffic.answers import Speech
from tts_baseline.measure.traffic.batching import BatchPolicy, WaitingRequest, due, look_again

Member = Callable[[Request], Speech]
Together = Callable[[Sequence[Request]], Sequence[Speech]]


class _Threads:
    """A context manager with threads that end with it."""

    def __init__(self, count: int) -> None:
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="load")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)


class Pool(_Threads):
    """Members that each answer one request at a time: processes, or connections to a server.

    A request waits until one is free, and gets the one that was used last: connections are used again.
    """

    def __init__(self, members: Sequence[Member]) -> None:
        super().__init__(len(members))
        self._free: asyncio.LifoQueue[Member] = asyncio.LifoQueue()
        for member in reversed(members):
            self._free.put_nowait(member)

    async def ask(self, request: Request) -> Speech:
        """The answer of the next member that is free."""
        member = await self._free.get()
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, member, request)
        finally:
            self._free.put_nowait(member)


class Batcher(_Threads):
    """One member that answers many requests together, as a policy has it: see `batching.due`."""

    def __init__(self, together: Together, policy: BatchPolicy) -> None:
        super().__init__(1)
        self._together, self._policy = together, policy
        self._waiting: list[tuple[Request, asyncio.Future[Speech], WaitingRequest]] = []
        self._came = asyncio.Event()
        self._work: asyncio.Task[None] | None = None

    async def ask(self, request: Request) -> Speech:
        """The answer, made together with those of requests that wait beside it."""
        loop = asyncio.get_running_loop()
        mine: asyncio.Future[Speech] = loop.create_future()
        length = len(request.text.encode()) / request.speed
        self._waiting.append((request, mine, WaitingRequest(length, loop.time())))
        self._came.set()
        if self._work is None or self._work.done():
            # A task of its own begins when those that are sent at the same moment wait, too.
            self._work = asyncio.create_task(self._answer())
        return await mine

    async def _answer(self) -> None:
        """Answer batches until nobody waits."""
        loop = asyncio.get_running_loop()
        while self._waiting:
            waiting = [each for _, _, each in self._waiting]
            chosen = due(waiting, loop.time(), self._policy)
            if not chosen:
                await self._more_until(look_again(waiting, self._policy))
                continue
            batch = [self._waiting[index] for index in chosen]
            self._waiting = [each for index, each in enumerate(self._waiting) if index not in chosen]
            try:
                sounds = await loop.run_in_executor(self._threads, self._together, [r for r, *_ in batch])
                if len(sounds) != len(batch):
                    raise RequestFailed(f"{len(batch)} requests were answered by {len(sounds)} sounds")
            except Exception as error:  # noqa: BLE001 - whatever it is, it is the answer to each of them
                for _, future, _ in batch:
                    future.set_exception(error)
            else:
                for (_, future, _), sound in zip(batch, sounds, strict=True):
                    future.set_result(sound)

    async def _more_until(self, moment: float) -> None:
        """Return when another request has come, or at a moment of the loop's clock."""
        self._came.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout_at(moment):
                await self._came.wait()
