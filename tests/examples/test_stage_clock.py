"""The clock of the upstream example: what overlaps is counted once, and nothing is lost."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

FOLDER = Path(__file__).parents[2] / "examples" / "upstream_f5"


@pytest.fixture(scope="module")
def clock() -> Iterator[ModuleType]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(FOLDER))
        import stage_clock

        yield stage_clock
    sys.modules.pop("stage_clock", None)


@pytest.fixture
def time(clock: ModuleType, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A clock that stands still until it is told."""
    now = SimpleNamespace(s=100.0, perf_counter=lambda: now.s)
    monkeypatch.setattr(clock, "time", now)
    return now


def lasting(time: SimpleNamespace, seconds: float) -> Any:
    def work(*_: object, **__: object) -> str:
        time.s += seconds
        return "made"

    return work


def test_each_second_is_in_its_stage(clock: ModuleType, time: SimpleNamespace) -> None:
    owner = SimpleNamespace(sample=lasting(time, 3.0), decode=lasting(time, 0.5))
    watch = clock.StageClock()
    watch.watch(owner, "sample", "model")
    watch.watch(owner, "decode", "vocoder")
    for _ in range(2):  # the second call knows nothing of the first
        start = watch.now()
        time.s += 0.25
        assert owner.sample("text", steps=4) == "made"
        time.s += 0.125
        owner.decode()
        time.s += 0.0625
        assert watch.stages(start) == {"text": 0.25, "model": 3.0, "vocoder": 0.5, "post": 0.1875}


def test_a_call_that_reaches_no_network_is_text(clock: ModuleType, time: SimpleNamespace) -> None:
    watch = clock.StageClock()
    start = watch.now()
    time.s += 1.5
    assert watch.stages(start) == {"text": 1.5, "model": 0.0, "vocoder": 0.0, "post": 0.0}


def test_a_stage_ends_where_the_gpu_has_done_its_work(clock: ModuleType, time: SimpleNamespace) -> None:
    queued = []

    def launch() -> None:
        queued.append(2.0)

    def wait() -> None:
        while queued:
            time.s += queued.pop()

    owner = SimpleNamespace(sample=launch)
    watch = clock.StageClock(wait)
    watch.watch(owner, "sample", "model")
    queued.append(1.0)  # of the stage before
    start = 100.0
    owner.sample()
    assert watch.stages(start) == {"text": 1.0, "model": 2.0, "vocoder": 0.0, "post": 0.0}


def test_a_call_that_fails_is_timed_too(clock: ModuleType, time: SimpleNamespace) -> None:
    def fail() -> None:
        time.s += 1.0
        raise ValueError("no voice")

    owner = SimpleNamespace(sample=fail)
    watch = clock.StageClock()
    watch.watch(owner, "sample", "model")
    start = watch.now()
    with pytest.raises(ValueError, match="no voice"):
        owner.sample()
    assert watch.stages(start)["model"] == 1.0


def test_what_two_chunks_do_at_once_is_counted_once(clock: ModuleType, time: SimpleNamespace) -> None:
    watch = clock.StageClock()
    watch._spans = [
        clock.Span("model", 101.0, 104.0),
        clock.Span("vocoder", 104.0, 106.0),
        clock.Span("model", 102.0, 105.0),  # the other thread
        clock.Span("vocoder", 105.5, 107.0),
    ]
    time.s = 108.0
    assert watch.stages(100.0) == {"text": 1.0, "model": 4.0, "vocoder": 2.0, "post": 1.0}


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=12))
def test_what_is_covered_is_what_a_ruler_of_seconds_says(
    clock: ModuleType, pairs: list[tuple[int, int]]
) -> None:
    spans = [clock.Span("model", min(pair), max(pair)) for pair in pairs]
    assert clock.covered(spans) == len({second for span in spans for second in range(span.start, span.end)})
