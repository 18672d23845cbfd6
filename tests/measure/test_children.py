"""The CPU time of what a pipeline starts is the pipeline's; waiting for it is not."""

from __future__ import annotations

import subprocess
import sys
import time

import numpy as np
import pytest

from tests.measure.conftest import worker_spec
from tests.support.builders import CHILD
from tts_baseline.core.records import Request, Utterance
from tts_baseline.measure import children, worker
from tts_baseline.measure.client import Worker
from tts_baseline.measure.protocol import Speak

ASKED_S = 0.1  # of CPU time, in tests/support/builders.py
COMPUTING = ["shells out", "shells out by a shell", "asks a child that lives on", "leaves a zombie"]
START_S = 0.5  # a busy machine's interpreter needs less CPU time to start


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory):
    """Two calls of each way to start a child, in one worker."""
    texts = [*COMPUTING, "waits for a child"]
    with Worker(worker_spec(tmp_path_factory.mktemp("root")), load_timeout=20) as busy:
        return {
            text: [busy.speak(Request(text=text), full=False, timeout=20) for _ in range(2)] for text in texts
        }


@pytest.mark.parametrize("way", COMPUTING)
def test_what_a_child_computes_counts_once(spoken, way: str) -> None:
    for call in spoken[way]:
        assert ASKED_S <= call.cpu_s < ASKED_S + START_S
        assert call.wall_s >= ASKED_S


def test_what_a_child_waits_does_not(spoken) -> None:
    for call in spoken["waits for a child"]:
        assert call.wall_s >= 0.2
        assert call.cpu_s < 0.1


def test_a_child_that_lives_on_is_read_in_more_than_ticks(spoken) -> None:
    """A tick is 10 ms; a call may be shorter."""
    helper = subprocess.Popen(CHILD, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        spent = []
        for _ in range(3):
            before = children.cpu_s()
            helper.stdin.write(b"0.003\n")
            helper.stdin.flush()
            helper.stdout.readline()
            spent.append(children.cpu_s() - before)
        assert 0.003 <= min(spent[1:]) < 0.009
    finally:
        helper.kill()
        helper.communicate()


def test_a_process_that_has_gone_has_spent_nothing() -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    assert children._spent(gone.pid) == 0.0
    assert list(children._descendants(gone.pid)) == []


def test_the_system_is_asked_elsewhere() -> None:
    before = children._psutil()
    helper = subprocess.Popen(CHILD, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    helper.stdin.write(b"0.1\n")
    helper.stdin.flush()
    helper.stdout.readline()
    assert children._psutil() - before >= 0.09
    helper.kill()
    helper.communicate()


def test_looking_for_children_is_no_part_of_a_call(monkeypatch: pytest.MonkeyPatch) -> None:
    class Instant:
        def synthesize(self, _: Request) -> Utterance:
            return Utterance(samples=np.zeros(5, np.float32), sample_rate=16_000)

    spent = iter([1.0, 1.25, 2.0, 1.0])

    def slow() -> float:
        time.sleep(0.3)
        return next(spent)

    monkeypatch.setattr(children, "cpu_s", slow)
    calls = [worker._speak(Instant(), Speak(Request(text="a"), False)) for _ in range(2)]
    assert max(call.wall_s for call in calls) < 0.2
    assert 0.25 <= calls[0].cpu_s < 0.4
    assert 0.0 <= calls[1].cpu_s < 0.2  # a child that nobody waits for may take its time with it


def held_by(*words: str) -> int | None:
    """What the watch says of a program, beside this process, which holds far more than `sleep` does."""
    with children.PeakWatch() as watch:
        subprocess.run(words, check=True)
    return watch.bytes(None)


def test_the_memory_of_a_program_is_its_own_and_not_its_parents() -> None:
    wait = "import time; x = bytearray({} << 20); time.sleep(.1)"
    small, large = (held_by(sys.executable, "-IS", "-c", wait.format(size)) for size in (1, 80))
    assert large - small == pytest.approx(79 << 20, rel=0.02)
    assert small < 24 << 20


def test_the_memory_of_what_a_program_starts_is_counted_with_it() -> None:
    inner = "import time; x = bytearray(40 << 20); time.sleep(.2)"
    outer = f"import subprocess, sys; subprocess.run([sys.executable, '-IS', '-c', {inner!r}])"
    both = held_by(sys.executable, "-IS", "-c", outer)
    assert both > (40 << 20) + (8 << 20)  # and an interpreter beside it


def test_the_peak_of_a_program_that_has_ended_is_the_systems_where_it_is_beyond_ours(monkeypatch) -> None:
    watch = children.PeakWatch()
    peaks = iter([100, 900])
    monkeypatch.setattr(children, "_largest_waited_for", lambda: next(peaks))
    with watch:
        pass
    assert watch.bytes(own=500) == 900
    peaks = iter([100, 540])
    with (watch := children.PeakWatch()):
        pass
    assert watch.bytes(own=500) is None  # which may be our own memory


class Program:
    is_outside = True

    def synthesize(self, request: Request) -> Utterance:
        subprocess.run(["sleep", "0.1"], check=True)
        return Utterance(samples=np.zeros(10, "f4"), sample_rate=16000)


def test_the_memory_of_a_call_of_an_outside_program_is_the_programs() -> None:
    call = worker._speak(Program(), Speak(Request(text="hola"), full=True))
    assert call.uss is None
    assert 0 < call.peak_rss < 16 << 20  # a test run holds a hundred
    assert worker._speak(Program(), Speak(Request(text="hola"), full=False)).peak_rss is None


def test_a_child_that_is_no_other_program_yet_is_not_counted() -> None:
    """Between fork and exec it has all the memory of its parent."""
    code = (
        "import os, time; from tts_baseline.measure import children\n"
        "with children.PeakWatch() as watch:\n"
        "    child = os.fork()\n"
        "    time.sleep(0.2)\n"
        "    child or os._exit(0)\n"
        "    os.waitpid(child, 0)\n"
        "print(watch.bytes(None))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["None"]
