"""Pools and batches of blocking members: who answers whom, and what is waited for. No test asserts a time."""

from __future__ import annotations

import asyncio
import threading

import numpy as np
import pytest

from tts_baseline.core.errors import RequestFailed
from tts_baseline.core.records import Request
from tts_baseline.measure.traffic.answers import Speech
from tts_baseline.measure.traffic.batching import BatchPolicy
from tts_baseline.measure.traffic.systems import Batcher, Pool


def sound_of(request: Request) -> Speech:
    return Speech(np.full(4, len(request.text), dtype=np.float32), 16_000)


def texts(count: int) -> list[Request]:
    return [Request(text="a" * (number + 1)) for number in range(count)]


def lengths(sounds) -> list[int]:
    return [int(sound.samples[0]) for sound in sounds]


async def all_of(system, requests):
    return await asyncio.gather(*map(system.ask, requests), return_exceptions=True)


def test_a_pool_gives_each_request_its_own_answer_and_no_member_two_at_a_time() -> None:
    lock = threading.Lock()
    busy: set[int] = set()
    doubled: list[int] = []

    def member(index):
        def say(request):
            with lock:
                if index in busy:
                    doubled.append(index)
                busy.add(index)
            sound = sound_of(request)
            with lock:
                busy.discard(index)
            return sound

        return say

    with Pool([member(index) for index in range(3)]) as pool:
        assert lengths(asyncio.run(all_of(pool, texts(200)))) == list(range(1, 201))
    assert doubled == []


def test_a_pool_uses_as_many_members_as_there_are_requests_at_once_and_no_more() -> None:
    used: list[int] = []

    def member(index):
        def say(request):
            used.append(index)
            return sound_of(request)

        return say

    async def one_by_one(pool):
        for request in texts(5):
            await pool.ask(request)

    with Pool([member(index) for index in range(4)]) as pool:
        asyncio.run(one_by_one(pool))
    assert used == [0] * 5

    meeting = threading.Barrier(4, timeout=20)  # passes only if four members are in it together
    with Pool([lambda request: (meeting.wait() and None) or sound_of(request)] * 4) as pool:
        assert lengths(asyncio.run(all_of(pool, texts(4)))) == [1, 2, 3, 4]


def test_a_member_that_fails_is_asked_again_by_the_next() -> None:
    def say(request):
        if request.text == "aa":
            raise RequestFailed("no")
        return sound_of(request)

    with Pool([say]) as pool:
        first, second, third = asyncio.run(all_of(pool, texts(3)))
    assert (*lengths([first]), *lengths([third])) == (1, 3)
    assert isinstance(second, RequestFailed)


def test_a_batch_has_what_came_together_and_what_came_while_it_was_busy() -> None:
    sizes: list[int] = []
    begun, go_on = threading.Event(), threading.Event()

    def together(requests):
        sizes.append(len(requests))
        begun.set()
        assert go_on.wait(20)
        return [sound_of(request) for request in requests]

    async def arrive(batch):
        first = [asyncio.create_task(batch.ask(request)) for request in texts(3)]
        await asyncio.get_running_loop().run_in_executor(None, begun.wait, 20)
        later = [asyncio.create_task(batch.ask(request)) for request in texts(5)]
        await asyncio.sleep(0)
        go_on.set()
        return await asyncio.gather(*first, *later)

    with Batcher(together, BatchPolicy(4)) as batch:
        assert lengths(asyncio.run(arrive(batch))) == [1, 2, 3, 1, 2, 3, 4, 5]
    assert sizes == [3, 4, 1]


def test_the_failure_of_a_batch_is_the_answer_to_each_of_it_and_the_next_goes_on() -> None:
    calls: list[int] = []

    def together(requests):
        calls.append(len(requests))
        if len(calls) == 1:
            raise RequestFailed("no")
        return [sound_of(request) for request in requests]

    with Batcher(together, BatchPolicy(2)) as batch:
        answers = asyncio.run(all_of(batch, texts(3)))
    assert [isinstance(answer, RequestFailed) for answer in answers] == [True, True, False]
    assert calls == [2, 1]


def test_a_batch_that_answers_too_few_is_an_error_and_no_wait() -> None:
    with Batcher(lambda requests: [sound_of(requests[0])], BatchPolicy(8)) as batch:
        answers = asyncio.run(asyncio.wait_for(all_of(batch, texts(2)), 20))
    assert [str(answer) for answer in answers] == ["2 requests were answered by 1 sounds"] * 2


@pytest.mark.parametrize("most", [1, 3])
def test_a_batch_is_never_larger_than_its_most(most: int) -> None:
    sizes: list[int] = []

    def together(requests):
        sizes.append(len(requests))
        return [sound_of(request) for request in requests]

    with Batcher(together, BatchPolicy(most)) as batch:
        assert lengths(asyncio.run(all_of(batch, texts(10)))) == list(range(1, 11))
    assert max(sizes) == most


def test_requests_of_one_length_wait_for_each_other_and_not_for_ever() -> None:
    batches: list[list[str]] = []

    def together(requests):
        batches.append([request.text for request in requests])
        return [sound_of(request) for request in requests]

    said = ["a" * 10, "a" * 40, "a" * 11, "a" * 9, "a" * 41]
    with Batcher(together, BatchPolicy(3, wait_s=0.05)) as batch:
        answers = asyncio.run(asyncio.wait_for(all_of(batch, [Request(text=text) for text in said]), 20))
    assert lengths(answers) == [10, 40, 11, 9, 41]
    assert [sorted(map(len, texts)) for texts in batches] == [[9, 10, 11], [40, 41]]
