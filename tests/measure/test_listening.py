"""A streamed call on a clock that the pipeline itself moves, and through a worker."""

from __future__ import annotations

import numpy as np
import pytest

from tts_baseline.core.errors import RequestFailed
from tts_baseline.core.records import Case, Request
from tts_baseline.measure.client import Worker
from tts_baseline.measure.listening import listen
from tts_baseline.measure.protocol import Listen
from tts_baseline.measure.replicate import ReplicatePace, measure
from tts_baseline.measure.streams import delivered
from tts_baseline.pipelines._prepare import Checked

RATE = 8000
HOLA = Request(text="hola")
PACE = ReplicatePace(passes=2, timeout=20, load_timeout=20)


class Timed:
    """Yields a chunk after so many seconds of its own clock, each with a quarter of a second of audio."""

    def __init__(self, *gaps: float, silent: int = 0, rates=(RATE,)) -> None:
        self.now, self._gaps, self._silent, self._rates = 100.0, gaps, silent, rates

    def synthesize(self, request):
        return np.ones(2000, dtype=np.float32), RATE

    def stream(self, request):
        for number, gap in enumerate(self._gaps):
            self.now += gap
            loud = 0.0 if number < self._silent else 0.5
            yield np.full(2000, loud, dtype=np.float32), self._rates[number % len(self._rates)]
        self.now += 1.0


def heard(pipeline: Timed, *, full: bool = False):
    return listen(Checked(pipeline, "voice:Timed", {}), Listen(HOLA, full), clock=lambda: pipeline.now)


def test_a_chunk_has_the_time_at_which_it_is_there() -> None:
    streamed = heard(Timed(0.5, 0.25, 2.0))
    assert streamed.at_s == pytest.approx((0.5, 0.75, 2.75))
    assert (streamed.samples, streamed.sample_rate, streamed.audio) == ((2000,) * 3, RATE, None)
    assert streamed.ended_s == pytest.approx(3.75)


def test_the_first_audible_sample_is_not_the_first_chunk() -> None:
    streamed = heard(Timed(0.5, 0.25, 2.0, silent=1))
    assert streamed.audible_s == pytest.approx(0.25)
    stream = delivered(streamed)
    assert (stream.first_chunk_s, stream.first_audio_s) == pytest.approx((0.5, 0.75))
    assert stream.starved_s[0] == pytest.approx(2.75 - 0.5 - 0.5)


def test_the_audio_is_that_of_all_chunks() -> None:
    streamed = heard(Timed(0.5, 0.25), full=True)
    assert np.frombuffer(streamed.audio, dtype="<f4").tolist() == [0.5] * 4000


def test_a_stream_of_nothing_and_one_of_two_rates_are_refused() -> None:
    with pytest.raises(RequestFailed, match="without a chunk"):
        heard(Timed())
    with pytest.raises(RequestFailed, match="goes on at 16000 Hz after 8000 Hz"):
        heard(Timed(0.1, 0.1, rates=(RATE, 16000)))


def test_a_process_is_heard_as_often_as_it_is_timed(spec) -> None:
    cases = [Case(id="a", text="hola"), Case(id="b", text="adiós")]
    taken = measure(spec("streams"), cases, index=1, pace=PACE)
    for calls in taken.replicate.calls.values():
        assert [stream.chunks for stream in calls.streams.taken] == [2, 2]
        assert all(0 < stream.first_chunk_s <= stream.smooth_s for stream in calls.streams.taken)
        assert calls.streams.fault == ""


def test_a_stream_that_fails_loses_its_times_and_not_the_case(spec) -> None:
    cases = [Case(id="a", text="hola"), Case(id="b", text="no stream"), Case(id="c", text="stream exits")]
    taken = measure(spec("streams"), cases, index=1, pace=PACE)
    calls = taken.replicate.calls
    assert "the second chunk is missing" in calls["b"].streams.fault
    assert "exit" in calls["c"].streams.fault
    assert calls["b"].streams.taken == calls["c"].streams.taken == ()
    assert len(calls["a"].streams.taken) == 2
    assert len(calls["b"].wall_s) == 2
    assert taken.failures == ()


def test_a_pipeline_without_stream_is_not_streamed(spec) -> None:
    with Worker(spec(), load_timeout=20) as worker:
        assert not worker.ready.streams
        with pytest.raises(RequestFailed):
            worker.listen(HOLA, full=False, timeout=20)
