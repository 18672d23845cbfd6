"""Scorers read what this process reads, and leave nothing behind, whatever becomes of them."""

from __future__ import annotations

import os
import signal
import threading
import time

import numpy as np
import pytest
from msgspec.structs import replace

from tests.support.calls import calls
from tests.support.sounds import RATE, clip, noise
from tts_baseline.core.records import Case, Phone, Utterance
from tts_baseline.session.measurement import scorers
from tts_baseline.session.measurement.score import Asked, of_case
from tts_baseline.session.measurement.scorers import in_scorers, several

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


def test_scorers_read_exactly_what_this_process_reads_in_order() -> None:
    assert in_scorers(CASES, 2) == list(map(of_case, CASES))


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list:
    """The processes of the scorers, which answer at once and do nothing."""
    processes = []
    popen = scorers.subprocess.Popen
    monkeypatch.setattr(
        scorers.subprocess, "Popen", lambda *a, **k: processes.append(popen(*a, **k)) or processes[-1]
    )
    monkeypatch.setattr(scorers, "usable_cores", lambda: [0, 1])
    monkeypatch.setattr(scorers, "of_case", lambda one: one.case.id)
    return processes


@pytest.mark.parametrize(("worth", "cores", "count"), [(1e9, 2, 0), (0.0, 1, 0), (0.0, 2, 2)])
def test_scorers_are_started_where_there_is_work_for_them(started, monkeypatch, worth, cores, count) -> None:
    monkeypatch.setattr(scorers, "WORTH_S", worth)
    monkeypatch.setattr(scorers, "usable_cores", lambda: list(range(cores)))
    monkeypatch.setattr(scorers, "_MAIN", "raise SystemExit(1)")
    assert list(several(CASES)) == ["changed", "unseeded", "new", "nothing"]  # scored here, as none answers
    assert len(started) == count
    assert all(process.poll() is not None for process in started)


def test_what_is_known_is_no_work(started, monkeypatch) -> None:
    monkeypatch.setattr(scorers, "WORTH_S", 0.0)
    monkeypatch.setattr(scorers, "is_known", lambda one: one.case.id != "new")
    assert list(several(CASES)) == ["changed", "unseeded", "new", "nothing"]
    assert started == []


def test_where_no_process_can_be_started_this_one_scores(started, monkeypatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise BlockingIOError("Resource temporarily unavailable")

    monkeypatch.setattr(scorers, "WORTH_S", 0.0)
    monkeypatch.setattr(scorers.subprocess, "Popen", refused)
    assert list(several(CASES)) == ["changed", "unseeded", "new", "nothing"]


def test_an_interrupt_ends_all_at_once(started, monkeypatch) -> None:
    monkeypatch.setattr(scorers, "_MAIN", "import time; time.sleep(600)")
    timer = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    begun = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        in_scorers(CASES, 2)
    assert time.monotonic() - begun < 10
    assert [process.poll() for process in started] == [-signal.SIGKILL] * 2


def test_a_scorer_ends_with_the_pipe_of_who_asks(started) -> None:
    scorer = scorers._Scorer()
    scorer._requests.close()
    assert started[0].wait(30) == 0
    scorer.end()


def test_a_scorer_that_dies_while_it_is_asked_leaves_its_case_to_this_process(started, monkeypatch) -> None:
    monkeypatch.setattr(scorers, "_MAIN", "import os, sys; os.read(int(sys.argv[1]), 1); os._exit(1)")
    assert in_scorers([replace(CASES[0])], 1) == [None]
