"""An answer is the one to its request, or it is said what came in its place."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

import pytest

from tts_baseline.core.records import Request
from tts_baseline.measure import frames
from tts_baseline.measure.exchange import Exchange, Unexpected
from tts_baseline.measure.protocol import Refused, Speak, encode

SPEAK = Speak(Request(text="Hola."), full=False)
REFUSED = Refused("no", "", "")
ANSWER = encode(REFUSED)
TWICE = "the pipeline returned twice from one request"
UNASKED = "an answer came to a request that was not made"

Frames = Sequence[tuple[int, bytes]]


class Worker:
    """A worker that lives, and that says all of this at once when it is first looked at."""

    def __init__(self, answers: int, said: Frames) -> None:
        self.events, self._theirs = os.pipe()
        self._answers, self._said = answers, list(said)

    def look(self) -> bool:
        for number, payload in self._said:
            frames.write(self._answers, number, payload)
        self._said.clear()
        return False

    def close(self) -> None:
        os.close(self.events)
        os.close(self._theirs)


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    exchange = Exchange()
    yield exchange
    exchange.close()
    exchange.close_theirs()


def asked(exchange: Exchange, said: Frames) -> object:
    worker = Worker(exchange.theirs[1], said)
    try:
        return exchange.ask(SPEAK, 1.0, worker)
    finally:
        worker.close()


def test_the_answer_of_that_number_is_the_answer(exchange: Exchange) -> None:
    assert asked(exchange, [(1, ANSWER)]) == REFUSED
    assert asked(exchange, [(2, ANSWER)]) == REFUSED


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ([(2, b"")], TWICE),
        ([(1, ANSWER)], TWICE),
        ([(3, ANSWER)], UNASKED),
        ([(2, ANSWER), (2, ANSWER)], TWICE),
        ([(2, ANSWER), (2, b"")], TWICE),
        ([(2, ANSWER), (3, ANSWER)], UNASKED),
    ],
    ids=["empty", "before", "to come", "again", "and empty", "and to come"],
)
def test_any_other_frame_is_no_answer(exchange: Exchange, said: Frames, what: str) -> None:
    asked(exchange, [(1, ANSWER)])
    with pytest.raises(Unexpected, match=what) as caught:
        asked(exchange, said)
    assert caught.value.is_late == (said[0][0] == 1)


@pytest.mark.parametrize("late", [ANSWER, b""], ids=["again", "empty"])
def test_what_came_after_an_answer_is_of_the_request_before(exchange: Exchange, late: bytes) -> None:
    asked(exchange, [(1, ANSWER)])
    frames.write(exchange.theirs[1], 1, late)
    with pytest.raises(Unexpected, match=TWICE) as caught:
        asked(exchange, [(2, ANSWER)])
    assert caught.value.is_late
