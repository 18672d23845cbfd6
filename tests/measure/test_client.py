"""Real worker processes that print, raise, hang, crash and leave children behind."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from tests.support import REPOSITORY
from tts_baseline.core.errors import PipelineError, RequestFailed, WorkerDied, WorkerHung
from tts_baseline.core.records import Request
from tts_baseline.measure.client import Worker
from tts_baseline.measure.protocol import PROTOCOL_VERSION
from tts_baseline.measure.replicate import calls_of, utterance_of


def speak(worker: Worker, text: str, *, full: bool = True, timeout: float = 20):
    return worker.speak(Request(text=text), full=full, timeout=timeout)


def children() -> list[psutil.Process]:
    return [p for p in psutil.Process().children(recursive=True) if p.status() != psutil.STATUS_ZOMBIE]


def gone(pid: int, within: float = 5.0) -> bool:
    end = time.monotonic() + within
    while time.monotonic() < end:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.02)
    return False


@pytest.fixture(autouse=True)
def _leaves_no_process_behind():
    yield
    assert children() == []


def test_brings_back_the_audio_and_its_hash(spec) -> None:
    with Worker(spec(), load_timeout=20) as worker:
        spoken = speak(worker, "hola")
    samples = np.frombuffer(spoken.audio, "<f4")
    assert samples.tolist() == np.linspace(-0.5, 0.5, 4, dtype=np.float32).tolist()
    assert spoken.sha256 == hashlib.sha256(spoken.audio).hexdigest()
    assert (spoken.sample_rate, spoken.samples, spoken.stages) == (16000, 4, {"model": 0.001})
    assert calls_of(spoken, [spoken]).solved == utterance_of(spoken).solved == ((300, 16),)


def test_sends_audio_only_when_asked(spec) -> None:
    with Worker(spec(), load_timeout=20) as worker:
        spoken = speak(worker, "hola", full=False)
    assert (spoken.audio, spoken.uss, spoken.peak_rss) == (None, None, None)


def test_times_the_call_and_the_phases_of_the_start(spec) -> None:
    with Worker(spec("slow"), load_timeout=20) as worker:
        spoken = speak(worker, "sleep")
        ready = worker.ready
    assert 0.05 <= spoken.wall_s < 5
    assert spoken.cpu_s < spoken.wall_s
    assert spoken.reference_s > 0
    assert 0.3 <= ready.load_s < 5
    assert ready.spawn_s > 0
    assert ready.provenance == {"voice": "tone"}


def test_a_pipeline_may_replace_the_clocks(spec) -> None:
    with Worker(spec(), load_timeout=20) as worker:
        for text in ("stop the clocks", "after"):
            spoken = speak(worker, text)
            assert 0 < spoken.cpu_s < 5
            assert 0 < spoken.wall_s < 5
            assert spoken.reference_s > 0


def test_a_pipeline_may_print(spec) -> None:
    with Worker(spec(), load_timeout=20) as worker:
        assert speak(worker, "print").samples == 5
        assert speak(worker, "after").samples == 5


def test_an_exception_is_the_answer_and_the_worker_lives(spec) -> None:
    with Worker(spec(), load_timeout=20) as worker:
        with pytest.raises(RequestFailed, match="ValueError: no such phoneme") as caught:
            speak(worker, "raise")
        assert "builders.py" in caught.value.where
        with pytest.raises(RequestFailed) as caught:
            speak(worker, "refuse")
        assert (caught.value.what, caught.value.where, caught.value.hint) == (
            "too long",
            "line 3",
            "say less",
        )
        assert speak(worker, "counter").samples == 3


def test_a_hang_says_where_it_hung(spec) -> None:
    with Worker(spec(), load_timeout=20) as worker:
        with pytest.raises(WorkerHung, match="more than 500.0 ms to speak") as caught:
            speak(worker, "hang", timeout=0.5)
    assert "builders.py" in caught.value.where


@pytest.mark.parametrize(
    ("text", "ending"), [("segfault", r"signal 11 \(SIGSEGV\)"), ("exit", "exit status 7")]
)
def test_a_crash_says_how_it_ended(spec, text: str, ending: str) -> None:
    with Worker(spec(), load_timeout=20) as worker, pytest.raises(WorkerDied, match=ending) as caught:
        speak(worker, text)
    if text == "segfault":
        assert "builders.py" in caught.value.where


def test_a_worker_that_stops_answering_but_lives_on_is_ended(spec) -> None:
    with Worker(spec(), load_timeout=20) as worker:
        with pytest.raises(WorkerDied, match="closed its connection and lives on"):
            speak(worker, "lingers")


@pytest.mark.parametrize("how", ["grandchild", "emancipated"])
def test_what_a_pipeline_started_ends_with_it(spec, how: str) -> None:
    with Worker(spec(), load_timeout=20) as worker:
        pid = speak(worker, how).samples
        assert psutil.pid_exists(pid)
    assert gone(pid)


@pytest.mark.parametrize(
    ("target", "error", "words"),
    [
        ("broken", PipelineError, "cannot be loaded: ImportError: no module named voice"),
        ("dies", WorkerDied, "exit status 3"),
        ("hangs", WorkerHung, "to load"),
    ],
)
def test_a_pipeline_that_cannot_be_loaded(spec, target: str, error: type, words: str) -> None:
    with pytest.raises(error, match=words):
        Worker(spec(target), load_timeout=1.5 if target == "hangs" else 20)


def test_a_version_that_does_not_fit_is_refused(spec, monkeypatch) -> None:
    monkeypatch.setattr("tts_baseline.measure.client.PROTOCOL_VERSION", 99)
    with pytest.raises(PipelineError, match=f"protocol {PROTOCOL_VERSION}, the session 99"):
        Worker(spec(), load_timeout=20)


@pytest.mark.skipif(sys.platform != "linux", reason="the system does not tell")
def test_rest_waits_until_no_thread_runs(spec) -> None:
    with Worker(spec(), load_timeout=20) as worker:
        assert worker.rest(5.0)
        speak(worker, "spin in the background", full=False)
        assert not worker.rest(0.05)
        speak(worker, "stop spinning", full=False)
        assert worker.rest(5.0)
        worker.close()
        assert worker.rest(0.0)


def test_peak_memory_is_of_one_request(spec) -> None:
    with Worker(spec(), load_timeout=20) as worker:
        before = speak(worker, "hola").peak_rss
        large = speak(worker, "memory").peak_rss
        after = speak(worker, "hola").peak_rss
    assert large - before == pytest.approx(64 * 2**20, rel=0.1)
    assert after - before < 16 * 2**20


def test_an_interpreter_that_is_not_there(spec) -> None:
    with pytest.raises(PipelineError, match="a worker cannot be started") as told:
        Worker(spec(), load_timeout=20, python="no/such/python")
    assert (told.value.where, told.value.hint) == ("no/such/python", "tts-baseline doctor")


def test_a_worker_that_has_died_is_not_called_alone(spec) -> None:
    with Worker(spec(), load_timeout=20) as worker:
        assert worker.is_alone()
        worker.close()
        assert not worker.is_alone()


def test_the_files_of_a_pipeline_are_told_and_those_that_are_installed_are_not(spec) -> None:
    with Worker(spec(), load_timeout=20) as worker:
        files = worker.ready.files
    assert str(REPOSITORY / "tests" / "support" / "builders.py") in files
    assert not any("numpy" in file or "src/tts_baseline" in file or file == os.__file__ for file in files)


def test_what_its_threads_compute_and_where(spec) -> None:
    core = min(os.sched_getaffinity(0))
    with Worker(spec(), load_timeout=20) as worker:
        speak(worker, "spin in the background", full=False)
        time.sleep(0.3)
        before = worker.thread_times()
        time.sleep(0.3)
        spent = {id: time - before[id] for id, time in worker.thread_times().items()}
        busiest = max(spent, key=spent.__getitem__)
        assert spent[busiest] > 0.05
        assert spent[worker.thread] < spent[busiest]
        worker.stay_on({busiest: core, 2**22 - 1: core})  # the other has ended
        assert os.sched_getaffinity(busiest) == {core}
        assert os.sched_getaffinity(worker.thread) == os.sched_getaffinity(0)
        worker.close()
        assert worker.thread_times() == {}


def test_close_is_idempotent(spec) -> None:
    worker = Worker(spec(), load_timeout=20)
    worker.close()
    worker.close()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_session_leaves_no_worker(spec, tmp_path: Path, how: int) -> None:
    script = textwrap.dedent(
        f"""
        import msgspec, sys, time
        from tts_baseline.core.records import Request
        from tts_baseline.measure.client import Worker
        from tts_baseline.measure.protocol import WorkerSpec
        spec = msgspec.json.decode({msgspec_json(spec())!r}, type=WorkerSpec)
        worker = Worker(spec, load_timeout=20)
        print(worker.thread, flush=True)
        worker.speak(Request(text="hang"), full=False, timeout=600)
        """
    )
    session = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    pid = int(session.stdout.readline())
    os.kill(session.pid, how)
    session.wait()
    session.stdout.close()
    assert gone(pid)


def msgspec_json(value) -> str:
    import msgspec

    return msgspec.json.encode(value).decode()
