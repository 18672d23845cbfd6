"""Where a call spends its time is found by looking, whatever it does: Python, a library, sleep, threads."""

from __future__ import annotations

import gc
import os
import signal
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from tts_baseline.measure.sampling import Sampled, sampled

WAVE = np.random.default_rng(0).standard_normal(25_000)
PART_S = 0.003  # of each part on any processor: one sorts ten times as fast as another


def count() -> None:
    end, total = time.perf_counter() + PART_S, 0
    while time.perf_counter() < end:
        total += 1


def sort() -> None:
    end = time.perf_counter() + PART_S
    while time.perf_counter() < end:
        np.sort(WAVE)


def sleep() -> None:
    time.sleep(PART_S)


def by_last(samples: Sampled) -> Counter[str]:
    """Seconds by the innermost function of this file."""
    found: Counter[str] = Counter()
    for functions, seconds in samples.stacks.items():
        own = [name.rpartition(".")[2] for name in functions if name.startswith(__name__)]
        found[own[-1] if own else "-"] += seconds
    return found


@pytest.mark.parametrize("slow", [count, sort, sleep])
def test_what_is_done_six_times_as_often_has_most_of_the_time(slow) -> None:
    def call() -> None:
        for part in (count, sort, sleep):
            for _ in range(6 if part is slow else 1):
                part()

    begun = time.perf_counter()
    found = by_last(sampled(call, 15, "voice:synthesize"))
    wall_s = time.perf_counter() - begun
    assert found.most_common(1)[0][0] == slow.__name__
    assert found.total() == pytest.approx(wall_s, rel=0.2)  # all of it is accounted for


def test_a_thread_that_is_waited_for_has_the_time_of_the_wait() -> None:
    with ThreadPoolExecutor(1) as pool:
        found = by_last(sampled(lambda: pool.submit(lambda: [count() for _ in range(8)]).result(), 20, "v:s"))
    assert found.most_common(1)[0][0] == "count"


def test_a_stack_is_the_functions_from_the_call_down_and_comprehensions_are_none() -> None:
    def outer() -> None:
        [count() for _ in range(3)]

    (stack, _), *_ = sorted(sampled(outer, 20, "v:s").stacks.items(), key=lambda item: -item[1])
    here = f"{__name__}.test_a_stack_is_the_functions_from_the_call_down_and_comprehensions_are_none"
    assert stack == (f"{here}.<locals>.outer", f"{__name__}.count")


def test_own_is_what_is_not_installed_and_the_package_of_the_pipeline() -> None:
    samples = sampled(lambda: [count() for _ in range(20)], 1, "installed_voice.speak:Voice")
    assert samples.own >= {"tests", "tts_baseline", "installed_voice"}
    assert not samples.own & {"numpy", "threading", "json"}


def test_all_is_as_before_afterwards_even_if_the_call_fails() -> None:
    before = sys.getswitchinterval()

    def fail() -> None:
        raise ValueError("no such style")

    with pytest.raises(ValueError, match="no such style"):
        sampled(fail, 3, "v:s")
    assert sys.getswitchinterval() == before
    assert signal.getsignal(signal.SIGALRM) is signal.SIG_DFL
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_an_alarm_of_the_pipeline_stays_its_own(monkeypatch) -> None:
    rung: list[int] = []
    monkeypatch.setattr("tts_baseline.measure.sampling.PERIOD_S", 0.0005)
    before = signal.signal(signal.SIGALRM, lambda number, _: rung.append(number))
    try:
        found = by_last(sampled(count, 40, "v:s"))
        assert not rung
        assert found["count"] > 0  # by the thread alone
    finally:
        signal.signal(signal.SIGALRM, before)


def test_no_garbage_is_collected_meanwhile_which_python_may_wait_for_for_ever() -> None:
    seen: list[bool] = []
    sampled(lambda: seen.append(gc.isenabled()), 2, "v:s")
    assert seen == [False, False]
    assert gc.isenabled()


def test_a_pipeline_may_fork() -> None:
    def call() -> None:
        child = os.fork()
        if not child:
            os._exit(0)
        os.waitpid(child, 0)
        count()

    assert by_last(sampled(call, 10, "v:s")).total() > 0
