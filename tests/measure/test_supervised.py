"""What is said of a worker's end, what is kept of its output, and what its session needs for it."""

from __future__ import annotations

import ast
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import psutil
import pytest

from tts_baseline.core.records import Request
from tts_baseline.measure import supervisor
from tts_baseline.measure.client import Worker
from tts_baseline.measure.supervised import Ending, Supervised
from tts_baseline.measure.supervisor import Printed


@pytest.mark.parametrize(
    ("ending", "says"),
    [
        (Ending(code=0), "ended with exit status 0"),
        (Ending(code=7), "ended with exit status 7"),
        (Ending(code=-11, peak=2**30), "died of signal 11 (SIGSEGV)"),
        (Ending(code=-40), "died of signal 40"),
        (Ending(code=-64), "died of signal 64 (SIGRTMAX)"),
        (Ending(code=-9, peak=2**30), "died of signal 9 (SIGKILL), having held 1.00 GiB"),
        (
            Ending(code=-9, peak=2**31, out_of_memory=True),
            "was killed by the system, which was out of memory, having held 2.00 GiB",
        ),
        (Ending(code=-15, out_of_memory=True), "died of signal 15 (SIGTERM)"),
        (Ending(by_itself=False), "did not end and was killed"),
    ],
)
def test_an_end_is_said_with_its_reason(ending: Ending, says: str) -> None:
    assert str(ending) == says


@pytest.mark.parametrize("pieces", [1, 7, 1000])
def test_the_beginning_and_the_end_of_what_was_printed_are_kept(pieces: int) -> None:
    data = b"begin" + b"x" * 10**6 + b"end"
    printed = Printed()
    for at in range(0, len(data), len(data) // pieces):
        printed.add(data[at : at + len(data) // pieces])
    shown = printed.shown()
    assert shown["head"].startswith("begin")
    assert shown["tail"].endswith("end")
    assert len(shown["head"]) + len(shown["tail"]) + shown["between"] == len(data)
    assert len(shown["head"]) + len(shown["tail"]) < 200_000


def test_what_is_short_is_kept_whole() -> None:
    printed = Printed()
    printed.add(b"a line\n")
    assert printed.shown() == {"head": "a line\n", "tail": "", "between": 0}


def test_kills_for_want_of_memory_are_counted_since_the_start(tmp_path, monkeypatch) -> None:
    path = tmp_path / "vmstat"
    path.write_text("nr_free_pages 12\noom_kill 3\nnuma_hit 1\n")
    monkeypatch.setattr(supervisor, "Path", lambda _: path)
    assert supervisor._out_of_memory_kills() == 3
    path.unlink()
    assert supervisor._out_of_memory_kills() == 0


def test_a_session_opens_no_socket(spec, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise RuntimeError("sockets are disabled")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "socketpair", refuse)
    with Worker(spec(), load_timeout=20) as worker:
        assert worker.speak(Request(text="hola"), full=True, timeout=20).samples == 4


def ends() -> set[str]:
    return {path.name for path in Path("/proc/self/fd").iterdir()}


def test_no_end_of_a_pipe_is_left_open(spec) -> None:
    before = ends()
    with Worker(spec(), load_timeout=20) as worker:
        worker.speak(Request(text="hola"), full=True, timeout=20)
    with pytest.raises(Exception, match="cannot be loaded"):
        Worker(spec("broken"), load_timeout=20)
    with pytest.raises(Exception, match="cannot be started"):
        Worker(spec(), load_timeout=20, python="no/such/python")
    assert ends() == before


def printed(code: str, folder: Path, *words: str, memory_limit: int = 0) -> str:
    """What a supervised process prints."""
    argv = [sys.executable, "-c", code, *words]
    process = Supervised(argv, folder=str(folder), environment=os.environ, ends=(), memory_limit=memory_limit)
    while not process.look():
        time.sleep(0.01)
    process.close()
    assert process.ending.code == 0
    return process.ending.head


def test_a_worker_has_no_other_pipes_than_its_own(tmp_path: Path) -> None:
    code = "import os; print([f for f in os.listdir('/proc/self/fd') if int(f) > 2], flush=True)"
    assert printed(code, tmp_path).count("'") == 2  # the folder itself, which is being listed


def test_a_worker_has_the_memory_that_it_is_given(tmp_path: Path) -> None:
    code = "import resource; print(*resource.getrlimit(resource.RLIMIT_DATA))"
    assert printed(code, tmp_path, memory_limit=2**30) == f"{2**30} {2**30}\n"


@pytest.mark.parametrize("value", ["café", "caf\udce9", "\x01 \t", "🙂", ""])
def test_variables_and_arguments_arrive_byte_by_byte(tmp_path: Path, monkeypatch, value: str) -> None:
    monkeypatch.setenv("ODD", value)
    code = "import os, sys; print([os.environb[b'ODD'].hex(), os.fsencode(sys.argv[1]).hex()])"
    assert printed(code, tmp_path, value) == f"{[os.fsencode(value).hex()] * 2}\n"


def test_a_worker_that_crashes_leaves_no_core_file(tmp_path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (before[1], before[1]))
    try:
        code = "import resource; print(*resource.getrlimit(resource.RLIMIT_CORE))"
        assert printed(code, tmp_path) == f"0 {before[1]}\n"
    finally:
        resource.setrlimit(resource.RLIMIT_CORE, before)


def test_a_worker_handles_signals_as_any_process(tmp_path: Path) -> None:
    code = "import signal; print([s.name for s in signal.Signals if signal.getsignal(s) == signal.SIG_IGN])"
    ignored = set(ast.literal_eval(printed(code, tmp_path)))
    assert ignored - {"SIGQUIT"} == {"SIGPIPE", "SIGXFSZ"}  # by Python itself; a shell's `&` ignores SIGQUIT


def test_a_supervisor_ends_when_its_session_forks_and_dies(spec, tmp_path: Path) -> None:
    # A process forked from the session holds the session's ends of the pipes.
    script = (
        "import msgspec, os, sys, time\n"
        "from tts_baseline.measure.client import Worker\n"
        "from tts_baseline.measure.protocol import WorkerSpec\n"
        "worker = Worker(msgspec.json.decode(sys.argv[1], type=WorkerSpec), load_timeout=20)\n"
        "if not os.fork():\n"
        "    time.sleep(60)\n"
        "print(worker.thread, flush=True)\n"
        "time.sleep(60)\n"
    )

    session = subprocess.Popen(
        [sys.executable, "-c", script, msgspec.json.encode(spec()).decode()],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    worker = psutil.Process(int(session.stdout.readline()))
    session.kill()
    try:
        worker.wait(timeout=10)
    finally:
        os.killpg(session.pid, signal.SIGKILL)
        session.wait()
        session.stdout.close()
