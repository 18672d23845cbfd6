"""Ends a session by a signal while its pipeline loads, speaks or closes, and tells what is left of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from tests.hostile.pipelines.asked import MARK, PRELUDE, left
from tests.support import REPOSITORY

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL)
MOMENTS = ("loading", "speaking", "closing")
_PATIENCE_S = 30.0
SESSION = (
    sys.executable,
    "-c",
    "import sys; sys.path.insert(0, sys.argv[1]); import tests.hostile.pipelines.kills as it; it.session()",
    str(REPOSITORY),
)
# Leaves a child in a session of its own wherever it is, and says where it is.
VOICE = """
from pathlib import Path

def at(moment, seconds):
    subprocess.Popen(SLEEP, start_new_session=True)
    if not os.fork():
        os.setsid()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        time.sleep(600)
        os._exit(0)
    Path(moment).touch()
    time.sleep(seconds)

class Voice:
    def load(self):
        at("loading", 0.3)
    def synthesize(self, request):
        if not Path("speaking").exists():
            at("speaking", 0.3)
        return SOUND, 16000
    def close(self):
        at("closing", 0.5)
"""


class Kill(Struct, frozen=True, kw_only=True):
    """What came of one: how the session ended, what was left, and how long after the signal."""

    status: int
    left: tuple[str, ...]
    seconds: float


def session() -> None:
    """What is ended in the suite: a restart as a run measures it, without pytest around it."""
    from tests.hostile.pipelines.asked import PLAIN, Pipeline, spec
    from tts_baseline.measure.replicate import ReplicatePace, measure
    from tts_baseline.session.measurement.signals import terminable

    pipeline = Pipeline(id="kill", source=VOICE, kind="fine", target="voice:Voice")
    pace = ReplicatePace(passes=1, timeout=20, load_timeout=20)
    with terminable():
        measure(spec(pipeline, Path.cwd()), [PLAIN], index=1, pace=pace)


def kill(
    folder: Path,
    number: signal.Signals,
    moment: str,
    *,
    wait_s: float = 0.0,
    command: Sequence[str] = SESSION,
) -> Kill:
    """Run `command` in `folder`, and send it the signal `wait_s` seconds after the pipeline is there."""
    (folder / "voice.py").write_text(PRELUDE + VOICE, encoding="utf-8")
    running = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, MARK: str(folder)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        until = time.monotonic() + _PATIENCE_S
        while not (folder / moment).exists() and running.poll() is None and time.monotonic() < until:
            time.sleep(0.005)
        time.sleep(wait_s)
        begun = time.monotonic()
        running.send_signal(number)
        status = running.wait(_PATIENCE_S)
    finally:
        running.kill()
        running.wait()
    while (remaining := tuple(left(str(folder)))) and time.monotonic() < begun + _PATIENCE_S:
        time.sleep(0.01)
    return Kill(status=status, left=remaining, seconds=time.monotonic() - begun)
