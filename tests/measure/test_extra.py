"""Work that is planted in a call: it lasts as long as was asked, on the device that computes."""

from __future__ import annotations

import sys
import time
from types import SimpleNamespace

import pytest

from tts_baseline.measure import extra


class Clock:
    """A clock that computing alone moves on, by a second for each 100 steps."""

    def __init__(self, monkeypatch) -> None:
        self.now = 100.0
        self.rounds = 0
        monkeypatch.setattr(extra, "perf_counter", lambda: self.now)
        monkeypatch.setattr(extra, "_compute", self._compute)

    def _compute(self, steps: int) -> None:
        self.rounds += 1
        self.now += steps / 100


@pytest.fixture
def clock(monkeypatch) -> Clock:
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    return Clock(monkeypatch)


def torch(*, is_initialized: bool = True) -> tuple[SimpleNamespace, list[int]]:
    """A torch whose second device runs at 1.5 GHz, and the cycles that it was asked to wait."""
    waited: list[int] = []
    devices = [SimpleNamespace(clock_rate=1_000_000), SimpleNamespace(clock_rate=1_500_000)]  # kHz
    cuda = SimpleNamespace(
        is_initialized=lambda: is_initialized,
        current_device=lambda: 1,
        get_device_properties=devices.__getitem__,
        _sleep=waited.append,
    )
    return SimpleNamespace(cuda=cuda), waited


@pytest.mark.parametrize(("seconds", "rounds"), [(0.5, 1), (1.0, 1), (1.5, 2), (7.0, 7)])
def test_it_computes_until_the_time_is_over(clock, seconds: float, rounds: int) -> None:
    extra.spend(seconds)
    assert clock.rounds == rounds
    assert clock.now - 100.0 >= seconds


def test_no_time_costs_nothing(clock) -> None:
    extra.spend(0.0)
    assert clock.rounds == 0


def test_it_lasts_at_least_as_long_and_is_computed() -> None:
    wall, cpu = time.perf_counter(), time.process_time()
    extra.spend(0.02)
    assert time.perf_counter() - wall >= 0.02
    assert time.process_time() > cpu


def test_on_cuda_the_current_device_waits_its_own_cycles(clock, monkeypatch) -> None:
    fake, waited = torch()
    monkeypatch.setitem(sys.modules, "torch", fake)
    extra.spend(0.002)
    assert waited == [3_000_000]
    assert clock.rounds == 0


def test_a_torch_that_is_not_on_cuda_computes_on_the_cpu(clock, monkeypatch) -> None:
    fake, waited = torch(is_initialized=False)
    monkeypatch.setitem(sys.modules, "torch", fake)
    extra.spend(2.0)
    assert (waited, clock.rounds) == ([], 2)


def test_the_reference_is_the_time_of_a_fixed_computation(clock) -> None:
    assert extra.reference() == extra.reference() == 100.0
    assert clock.rounds == 2
