"""Real worker processes under load: one at a time, together, lost and replaced."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest

from tests.support import REPOSITORY
from tts_baseline.core.errors import RequestFailed, WorkerDied
from tts_baseline.core.records import Case, Request
from tts_baseline.measure.protocol import WorkerSpec
from tts_baseline.measure.traffic.arrivals import deck
from tts_baseline.measure.traffic.figures import of_closed
from tts_baseline.measure.traffic.loops import LevelLength, closed
from tts_baseline.measure.traffic.seats import Seat
from tts_baseline.measure.traffic.systems import Pool

VOICE = """
import os
import numpy as np
from tts_baseline.core.records import Utterance


class Voice:
    def synthesize(self, request):
        if request.text == "dies":
            os._exit(3)
        return Utterance(samples=np.full(100, len(request.text) / 100, np.float32), sample_rate=16_000)


class Choir(Voice):
    def synthesize_batch(self, requests):
        if requests[0].text == "loses one":
            requests = requests[1:]
        return [self.synthesize(request) for request in requests]
"""


@pytest.fixture
def seat(tmp_path: Path) -> Callable[[str], Seat]:
    (tmp_path / "voice.py").write_text(VOICE, encoding="utf-8")

    def of(name: str) -> Seat:
        spec = WorkerSpec(
            builder="tts_baseline.pipelines._prepare:prepare",
            target=f"voice:{name}",
            settings={},
            device="cpu",
            optimize=(),
            root=str(tmp_path),
            paths=(str(tmp_path), str(REPOSITORY)),
        )
        return Seat(spec, timeout=20, load_timeout=60)

    return of


def texts(*lengths: int) -> list[Request]:
    return [Request(text="a" * length) for length in lengths]


def heard(sounds) -> list[int]:
    return [round(float(sound.samples[0]) * 100) for sound in sounds]


def test_requests_are_answered_together_in_their_order(seat) -> None:
    with seat("Choir") as choir:
        sounds = choir.together(texts(5, 3, 4))
        assert heard(sounds) == [5, 3, 4]
        assert [(sound.rate, len(sound.samples)) for sound in sounds] == [(16_000, 100)] * 3
        with pytest.raises(RequestFailed, match="gave 1 utterances for 2 requests"):
            choir.together([Request(text="loses one"), Request(text="b")])


def test_a_pipeline_without_a_batch_says_so(seat) -> None:
    with seat("Voice") as voice:
        assert heard([voice.say(Request(text="abc"))]) == [3]
        with pytest.raises(RequestFailed, match="one request at a time"):
            voice.together(texts(1, 2))


def test_a_lost_worker_is_replaced_when_the_next_request_comes(seat) -> None:
    with seat("Voice") as voice:
        with pytest.raises(WorkerDied):
            voice.say(Request(text="dies"))
        assert heard([voice.say(Request(text="abcd"))]) == [4]


def test_two_processes_answer_a_closed_loop_each_with_its_own(seat) -> None:
    cases = [Case(id=f"case-{n}", text="a" * n) for n in range(1, 8)]
    with ExitStack() as stack:
        seats = [stack.enter_context(seat("Voice")) for _ in range(2)]
        pool = stack.enter_context(Pool([each.say for each in seats]))
        length = LevelLength(seconds=0.0, least=60, most=60)
        answers = asyncio.run(closed(pool, deck(cases), 4, length))
    assert [heard([answer.sound])[0] for answer in answers] == [len(answer.case.text) for answer in answers]
    level = of_closed(answers, 4, None)
    assert (level.requests, level.answered, level.errors) == (60, 60, {})
    assert np.isfinite(level.throughput)
    assert level.throughput > 0
