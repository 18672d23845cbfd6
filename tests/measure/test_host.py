"""CPU time at work and stolen, from what psutil tells on Linux and elsewhere."""

from __future__ import annotations

from collections import namedtuple

import psutil
import pytest

from tts_baseline.measure import host
from tts_baseline.measure.host import CpuTime

LINUX = "user nice system idle iowait irq softirq steal guest guest_nice"


@pytest.fixture
def told(monkeypatch):
    def tell(fields: str, *seconds: float) -> None:
        times = namedtuple("times", fields)(*seconds)
        monkeypatch.setattr(psutil, "cpu_times", lambda: times)

    return tell


def test_idle_and_waiting_time_is_no_work_and_guests_are_in_user(told) -> None:
    told(LINUX, 1.0, 2.0, 4.0, 1000.0, 500.0, 8.0, 16.0, 32.0, 1.0, 1.0)
    assert host.cpu_time() == CpuTime(worked=31.0, stolen=32.0)


def test_a_machine_that_tells_no_stolen_time(told) -> None:
    told("user nice system idle", 1.0, 2.0, 4.0, 1000.0)
    assert host.cpu_time() == CpuTime(worked=7.0, stolen=0.0)


def test_the_share_of_the_wanted_time_that_was_stolen(told) -> None:
    told(LINUX, 9.0, 0.0, 1.0, 1000.0, 0.0, 0.0, 0.0, 5.0, 0.0, 0.0)
    assert host.stolen(CpuTime(worked=4.0, stolen=3.0)) == 0.25
    assert host.stolen(CpuTime(worked=10.0, stolen=5.0)) == 0.0
    assert host.stolen(CpuTime(worked=4.0, stolen=6.0)) == 0.0  # a counter that went back


def test_this_machine_works_meanwhile() -> None:
    before = host.cpu_time()
    while host.cpu_time().worked == before.worked:
        sum(range(10_000))
    assert 0.0 <= host.stolen(before) < 1.0
