"""Processes that score: they answer what this process does, in order, and leave nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time

import numpy as np
import pytest

from tests.support.calls import calls
from tests.support.sounds import RATE, clip, noise
from tts_baseline.core.errors import NothingMeasured, SettingsError
from tts_baseline.core.records import Case, Phone, Utterance
from tts_baseline.session import scoring_pool
from tts_baseline.session.measurement import score
from tts_baseline.session.measurement.score import Asked, of_case, side_by_side
from tts_baseline.session.scoring_pool import in_processes

CALLS = (calls([0.1, 0.2], audio_s=3.0, peak_rss=10**7),) * 3


def heard(start_s: float, added: float = 0.0, kind: str = "f4") -> Utterance:
    samples = clip()[round(start_s * RATE) : round((start_s + 3) * RATE)]
    samples += added * noise(samples.size, 1)
    return Utterance(
        samples=samples.astype(kind),
        sample_rate=RATE,
        phones=(Phone(symbol="a", start_s=0.1),),
        stages={"a": 0.1},
    )


def asked(name: str, *said: Utterance, golden: Utterance | None = None) -> Asked:
    return Asked(
        case=Case(id=name, text="Hola.", tags=("short",)),
        calls=CALLS,
        heard=said,
        golden=golden,
        accepted=None,
        software={"numpy": "2"},
    )


CASES = [
    asked("changed", heard(2, 0.001), golden=heard(2)),
    asked("unseeded", heard(3, 0.001), heard(3, 0.01), golden=heard(3)),
    asked("new", heard(4, kind="f8")),
    asked("nothing", Utterance(samples=np.full(8000, np.nan, "f4"), sample_rate=RATE)),
]
NAMES = [item.case.id for item in CASES]


def answered(number: int) -> int:
    """The square; other numbers end the process, or do what else may go wrong there."""
    if number == -1:
        os.kill(os.getpid(), signal.SIGKILL)
    if number == -2:
        raise SettingsError("refused", hint="another number")
    if number == -3:
        time.sleep(600)
    return number * number


def name_of(item: Asked) -> str:
    return item.case.id


# ---- in several processes


def test_they_read_exactly_what_this_process_reads_in_order() -> None:
    assert list(in_processes(of_case, CASES, 2)) == list(map(of_case, CASES))


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen]:
    processes: list[subprocess.Popen] = []
    popen = subprocess.Popen
    monkeypatch.setattr(
        scoring_pool.subprocess, "Popen", lambda *a, **k: processes.append(popen(*a, **k)) or processes[-1]
    )
    return processes


def test_more_tasks_than_processes_are_taken_as_they_are_needed(started) -> None:
    taken: list[int] = []
    answers = in_processes(answered, (taken.append(n) or n for n in range(9)), 2)
    assert (next(answers), taken) == (0, [0, 1, 2, 3, 4])
    assert list(answers) == [n * n for n in range(1, 9)]
    assert [process.poll() for process in started] == [-signal.SIGKILL] * 2


def test_what_the_work_raises_and_a_process_that_is_killed_are_said(started) -> None:
    with pytest.raises(SettingsError, match="refused") as caught:
        list(in_processes(answered, [3, -2, 3], 2))
    assert caught.value.hint == "another number"
    with pytest.raises(NothingMeasured, match="a process that scores was killed"):
        list(in_processes(answered, [3, -1, 3], 2))
    assert [process.poll() for process in started] == [-signal.SIGKILL] * 4


def test_an_interrupt_ends_all_at_once(started) -> None:
    timer = threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    begun = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        list(in_processes(answered, [-3] * 9, 2))
    assert time.monotonic() - begun < 10
    assert [process.poll() for process in started] == [-signal.SIGKILL] * 2


def test_a_process_ends_with_the_pipe_of_who_asks_and_not_with_its_terminal(started) -> None:
    scorer = scoring_pool._Scorer()
    assert os.getsid(started[0].pid) == started[0].pid
    scorer._pipe.close()
    assert started[0].wait(30) == 0
    scorer.end()


# ---- where that is worth their start


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two cores, any work is worth processes, and scoring is to say the case's name."""
    monkeypatch.setattr(score, "_WORTH_S", 0.0)
    monkeypatch.setattr(score, "usable_cores", lambda: [0, 1])
    monkeypatch.setattr(score, "of_case", name_of)


@pytest.mark.parametrize(("worth", "cores", "count"), [(1e9, 2, 0), (0.0, 1, 0), (0.0, 3, 3), (0.0, 9, 4)])
def test_processes_are_started_where_there_is_work_for_them(
    cheap, started, monkeypatch, worth, cores, count
) -> None:
    monkeypatch.setattr(score, "_WORTH_S", worth)
    monkeypatch.setattr(score, "usable_cores", lambda: list(range(cores)))
    monkeypatch.setattr(scoring_pool, "_MAIN", "raise SystemExit(1)")
    assert list(side_by_side(CASES)) == NAMES  # scored here, as none answers
    assert len(started) == count
    assert all(process.poll() is not None for process in started)


def test_what_is_known_is_no_work(cheap, started, monkeypatch) -> None:
    monkeypatch.setattr(score, "_is_known", lambda item: item.case.id != "new")
    assert list(side_by_side(CASES)) == NAMES
    assert started == []


def test_where_no_process_can_be_started_this_one_scores(cheap, monkeypatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise BlockingIOError("Resource temporarily unavailable")

    monkeypatch.setattr(scoring_pool.subprocess, "Popen", refused)
    assert list(side_by_side(CASES)) == NAMES


def test_what_was_answered_before_a_process_died_is_kept(cheap, monkeypatch) -> None:
    def dying(_work, tasks, _count):
        yield f"{next(tasks).case.id} elsewhere"
        raise NothingMeasured("a process that scores was killed", hint="")

    monkeypatch.setattr(score, "in_processes", dying)
    assert list(side_by_side(CASES)) == ["changed elsewhere", *NAMES[1:]]
