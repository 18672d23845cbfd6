from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time

import filelock
import pytest

from tts_baseline.core.errors import SettingsError
from tts_baseline.core.records import Case
from tts_baseline.measure.lock import measuring
from tts_baseline.session.measurement.pilot import Pilot, _pass_seconds, look_ahead
from tts_baseline.session.measurement.progress import Progress
from tts_baseline.session.measurement.signals import terminable
from tts_baseline.session.measurement.suite import MAX_PASSES, _passes
from tts_baseline.session.project import open_project


@pytest.mark.parametrize(
    ("start", "one_pass", "budget", "passes"),
    [
        (0.2, 0.1, None, MAX_PASSES),  # (30/3 - 0.2 - 0.1) / 0.1 = 97, capped
        (1.0, 2.0, None, 3),  # (10 - 1 - 2) / 2 = 3.5
        (5.0, 60.0, None, 1),  # never less than one
        (1.0, 2.0, 60.0, 6),  # (0.8 * 60 / 3 - 1 - 2) / 2 = 6.5
        (0.2, 0.0, None, 1),  # the pilot brought nothing: every case will fail
    ],
)
def test_as_many_passes_as_the_time_allows(start, one_pass, budget, passes) -> None:
    assert _passes(Pilot(start, one_pass, "cpu"), 3, budget) == passes


def test_a_budget_below_one_pass_is_refused_with_what_it_takes() -> None:
    with pytest.raises(SettingsError, match=r"3 restarts need about 15.00 s"):
        _passes(Pilot(1.0, 2.0, "cpu"), 3, 14.9)
    assert _passes(Pilot(1.0, 2.0, "cpu"), 3, 15.1) == 1


def test_counting_takes_its_time_from_the_passes() -> None:
    assert _passes(Pilot(1.0, 2.0, "cpu", 6.0), 3, 60.0) == 5  # ((0.8 * 60 - 6) / 3 - 1 - 2) / 2 = 5.5
    with pytest.raises(SettingsError, match=r"3 restarts need about 21.00 s"):
        _passes(Pilot(1.0, 2.0, "cpu", 6.0), 3, 20.9)


def test_the_pilot_finds_nothing_to_count_without_torch(tmp_path) -> None:
    voice = "import numpy\n\ndef synthesize(text):\n    return numpy.zeros(100), 16000\n"
    (tmp_path / "silent_voice.py").write_text(voice, encoding="utf-8")
    project = open_project(tmp_path, {"pipeline": "silent_voice:synthesize"})
    pilot = look_ahead(project, [Case(id="a", text="uno")])
    assert (pilot.count_s, pilot.device) == (0.0, "cpu")
    assert pilot.pass_s > 0


@pytest.mark.parametrize(("first_s", "again_s", "calls"), [(1.0, 0.0, [2, 2, 2]), (0.0, 1.0, [2, 1, 1])])
def test_the_pilot_speaks_a_text_twice_while_the_first_call_takes_longer(
    tmp_path, first_s, again_s, calls
) -> None:
    voice = f"""
import pathlib, time
import numpy

said = pathlib.Path({str(tmp_path / "said.txt")!r})

def synthesize(text):
    time.sleep({again_s} if said.exists() and text in said.read_text().split() else {first_s})
    with said.open("a") as file:
        file.write(text + "\\n")
    return numpy.ones(100), 16000
"""
    (tmp_path / "twice.py").write_text(voice, encoding="utf-8")
    project = open_project(tmp_path, {"pipeline": "twice:synthesize"})
    look_ahead(project, [Case(id=text, text=text) for text in ("a", "bb", "ccc")])
    said = (tmp_path / "said.txt").read_text().split()
    assert [said.count(text) for text in ("a", "bb", "ccc")] == calls


def test_a_pass_is_estimated_along_the_length_of_the_texts() -> None:
    cases = [Case(id=f"c{n}", text="x" * n) for n in (10, 20, 30, 100)]
    took = [(10, 0.2), (20, 0.3), (100, 1.1)]  # 0.1 + 0.01 a character
    assert _pass_seconds(took, cases) == pytest.approx(0.2 + 0.3 + 0.4 + 1.1)
    assert _pass_seconds([(10, 0.2)], cases) == pytest.approx(0.8)
    assert _pass_seconds([], cases) == 0.0


def test_sigterm_becomes_an_interrupt_only_meanwhile() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt, match="terminated"), terminable():
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(1)
    assert signal.getsignal(signal.SIGTERM) is before


def test_two_runs_do_not_measure_at_once(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    code = f"""
import tempfile
tempfile.tempdir = {str(tmp_path)!r}
from tts_baseline.measure.lock import measuring
with measuring(print):
    print("mine", flush=True)
    input()
"""
    other = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout.readline() == "mine\n"
    path = next(tmp_path.glob("*.lock"))
    with pytest.raises(filelock.Timeout):
        filelock.FileLock(path).acquire(timeout=0)
    waited: list[str] = []

    def wait(text: str) -> None:
        waited.append(text)
        other.stdin.write("\n")
        other.stdin.flush()

    with measuring(wait):
        assert other.wait(timeout=10) == 0
    other.stdin.close()
    other.stdout.close()
    assert len(waited) == 1
    assert "another run measures" in waited[0]


def test_the_lock_is_free_again_after_an_error() -> None:
    with pytest.raises(ZeroDivisionError), measuring(pytest.fail):
        1 / 0  # noqa: B018
    with measuring(pytest.fail):
        pass


def test_progress_rewrites_its_line_on_a_terminal_and_not_elsewhere() -> None:
    live: list[str] = []
    progress = Progress(live.append, live=True)
    progress.start(4)
    progress.call()
    progress.milestone("process 1 of 3")
    assert re.fullmatch(r"\rtts-baseline: ━{7}[╸ ]\s+ 25% [-\d:]+ left\033\[K", live[0])
    assert live[-1] == "\rtts-baseline: process 1 of 3\033[K\n"
    plain: list[str] = []
    progress = Progress(plain.append, live=False)
    progress.start(4)
    progress.call()
    progress.milestone("process 1 of 3")
    assert plain == ["tts-baseline: process 1 of 3\n"]
