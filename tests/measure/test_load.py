"""What else the machine does: pure arithmetic between two samples, and samples that are real."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest

from tests.support.builders import CHILD
from tts_baseline.core.load import Load
from tts_baseline.measure import load
from tts_baseline.measure.host import CpuTime
from tts_baseline.measure.load import Sample, between

BEFORE = Sample(at=100.0, cores=2, worked=50.0, own=10.0, machine=CpuTime(500.0, 5.0), waited=7.0)


def later(seconds: float = 10.0, *, worked: float, own: float, stolen: float = 0.0, **more: object) -> Sample:
    machine = CpuTime(500.0 + worked, 5.0 + stolen)
    known = BEFORE._replace(at=100.0 + seconds, worked=50.0 + worked, own=10.0 + own, machine=machine)
    return known._replace(**more)


@pytest.mark.parametrize(
    ("worked", "own", "others"),
    [
        (0.0, 0.0, 0.0),  # nobody did anything
        (10.0, 10.0, 0.0),  # all of it was ours, on one of two cores
        (20.0, 10.0, 0.5),  # another process had the other core
        (20.0, 0.0, 1.0),
        (11.0, 9.0, 0.1),
        (9.9, 10.0, 0.0),  # ticks are counted in 10 ms, ours in nanoseconds
        (30.0, 0.0, 1.0),
    ],
)
def test_what_others_used_of_the_cores_at_hand(worked: float, own: float, others: float) -> None:
    assert between(BEFORE, later(worked=worked, own=own)).others == others


def test_what_the_host_took_and_who_waited() -> None:
    found = between(BEFORE, later(worked=9.0, own=9.0, stolen=1.0, waited=9.5, load_average=3.2))
    assert (found.stolen, found.waiting, found.load_average, found.frequency) == (0.1, 0.25, 3.2, None)


def test_what_the_system_does_not_tell_is_none() -> None:
    found = between(BEFORE._replace(waited=None), later(worked=1.0, own=1.0))
    assert (found.waiting, found.frequency) == (None, None)


def test_no_time_is_no_load() -> None:
    assert between(BEFORE, BEFORE) == Load(others=0.0, stolen=0.0, waiting=0.0)


def test_a_sample_takes_less_than_a_millisecond() -> None:
    taken = []
    for _ in range(20):
        begun = time.perf_counter()
        load.sample()
        taken.append(time.perf_counter() - begun)
    assert min(taken) < 1e-3


def test_what_a_child_computes_is_our_own() -> None:
    before = load.sample()
    subprocess.run([*CHILD, "0.3"], check=True, stdout=subprocess.DEVNULL)
    now = load.sample()
    assert now.own - before.own >= 0.3
    assert now.worked - before.worked >= 0.25  # in ticks of 10 ms
    assert 0.0 <= (between(before, now).others or 0.0) <= 1.0


def test_the_frequency_is_a_share_of_the_highest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "_FREQUENCIES", tmp_path)
    assert load._frequency([0, 1]) is None
    for core, now in ((0, 1_200_000), (1, 2_400_000)):
        folder = tmp_path / f"cpu{core}" / "cpufreq"
        folder.mkdir(parents=True)
        (folder / "scaling_cur_freq").write_text(f"{now}\n")
        (folder / "cpuinfo_max_freq").write_text("2400000\n")
    assert load._frequency([0, 1, 2]) == 0.75
    (tmp_path / "cpu0" / "cpufreq" / "cpuinfo_max_freq").write_text("0\n")
    assert load._frequency([0]) is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("some avg10=65.65 avg60=69.42 avg300=79.76 total=3033331606\nfull avg10=0.0 total=0\n", 3033.331606),
        ("", None),
        (None, None),
    ],
)
def test_who_waited_is_read_from_pressure_stall_information(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None, seconds: float | None
) -> None:
    monkeypatch.setattr(load, "_PRESSURE", tmp_path / "cpu")
    if text is not None:
        (tmp_path / "cpu").write_text(text)
    assert load._waited() == seconds
