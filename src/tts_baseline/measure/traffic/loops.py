"""The two loops: clients that wait for their answers, and arrivals that wait for nobody.

Time is that of the running event loop, so that tests run them on a clock that jumps.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

from msgspec import Struct

from tts_baseline.core.errors import TtsBaselineError
from tts_baseline.core.records import Case
from tts_baseline.measure.traffic.answers import Response, System, kind_of


class LevelLength(Struct, frozen=True):
    """How long a level is: so many seconds, but at least and at most so many requests."""

    seconds: float
    least: int
    most: int

    def requests(self, rate: float) -> int:
        """The number of requests at that many a second."""
        return max(self.least, min(self.most, round(rate * self.seconds)))


async def closed(system: System, cases: Iterator[Case], clients: int, length: LevelLength) -> list[Response]:
    """The answers to clients that each send a request when the one before is answered, in order of number.

    It measures what a system can do, and hides what it makes others wait: while it stalls, nobody asks.
    """
    clock = asyncio.get_running_loop().time
    begun = clock()
    answers: list[Response] = []
    sent = 0

    async def client() -> None:
        nonlocal sent
        while sent < length.least or (sent < length.most and clock() - begun < length.seconds):
            number, sent = sent, sent + 1
            answers.append(await _asked(system, number, next(cases), clock()))

    async with asyncio.TaskGroup() as group:
        for _ in range(clients):
            group.create_task(client())
    return sorted(answers, key=lambda answer: answer.number)


async def open_loop(system: System, cases: Iterator[Case], arrivals: Sequence[float]) -> list[Response]:
    """The answers to requests that are sent at these seconds, whatever has been answered, in their order.

    Latency counts from then on, also where the generator itself was late: no omission is coordinated.
    """
    clock = asyncio.get_running_loop().time
    begun = clock()
    async with asyncio.TaskGroup() as group:
        tasks = []
        for number, at in enumerate(arrivals):
            intended = begun + at
            if (wait := intended - clock()) > 0:
                await asyncio.sleep(wait)
            tasks.append(group.create_task(_asked(system, number, next(cases), intended)))
    return [task.result() for task in tasks]


async def _asked(system: System, number: int, case: Case, intended: float) -> Response:
    clock = asyncio.get_running_loop().time
    sent, sound, error = clock(), None, ""
    try:
        sound = await system.ask(case.request)
    except TtsBaselineError as failure:
        error = kind_of(failure)
    return Response(
        number=number, case=case, intended=intended, sent=sent, ended=clock(), sound=sound, error=error
    )
