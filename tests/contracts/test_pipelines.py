"""What every registered pipeline promises, whatever it is made of."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from http.server import BaseHTTPRequestHandler
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.loopback import answering
from tts_baseline.contracts.pipelines import well_formed
from tts_baseline.core.errors import MissingExtra
from tts_baseline.core.protocols import Pipeline
from tts_baseline.core.records import Request, Utterance
from tts_baseline.core.registry import pipelines
from tts_baseline.pipelines import _load
from tts_baseline.testing import check_pipeline

HOLA = Request(text="¿Qué hora es en Bogotá? Son las tres y media.", seed=3)


class SpeechServer(BaseHTTPRequestHandler):
    """Answers each body with noise of its own, a second long."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        asked = self.rfile.read(int(self.headers["Content-Length"]))
        dice = np.random.default_rng(list(hashlib.sha256(asked).digest()))
        file = io.BytesIO()
        soundfile.write(file, dice.uniform(-0.5, 0.5, 16000), 16000, format="WAV")
        self.send_response(200)
        self.send_header("Content-Length", str(file.getbuffer().nbytes))
        self.end_headers()
        self.wfile.write(file.getvalue())

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def a_server() -> Iterator[dict[str, Any]]:
    with answering(SpeechServer) as url:
        yield {"url": url, "voice": "ana", "seed_field": "seed"}


@contextmanager
def a_small_checkpoint() -> Iterator[dict[str, Any]]:
    if find_spec("torch") is None:
        pytest.skip("torch is not installed: make test-f5")
    from tests.support import small

    with tempfile.TemporaryDirectory() as folder:
        # Brackets are tags, and an unknown tag is refused: here, any text is a text.
        yield small.table(small.make(Path(folder)), steps=1, controls=False)


SPEECH = """
import hashlib, sys, wave
said = sys.stdin.buffer.read()
with wave.open(sys.stdout.buffer, "wb") as sound:
    sound.setparams((1, 2, 16_000, 0, "NONE", ""))
    sound.writeframes(hashlib.sha256(said).digest() * 1000)
"""


@contextmanager
def a_command() -> Iterator[dict[str, Any]]:
    yield {"command": [sys.executable, "-I", "-S", "-c", SPEECH]}


# What a pipeline cannot do without, by its name.
NEEDED: dict[str, Callable[[], AbstractContextManager[dict[str, Any]]]] = {
    "http": a_server,
    "command": a_command,
    "f5_spanish": a_small_checkpoint,
}


@pytest.fixture(scope="module", params=list(pipelines()))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def needed(name: str) -> Iterator[dict[str, Any]]:
    if name not in NEEDED:
        yield {}
        return
    with NEEDED[name]() as settings:
        yield settings


@pytest.fixture(scope="module")
def pipeline(name: str, needed: dict[str, Any]) -> Iterator[Pipeline]:
    try:
        made = _load.build(_load.resolve(name), needed, device="cpu", optimize=())
    except MissingExtra as missing:
        pytest.skip(str(missing))
    getattr(made, "load", lambda: None)()
    yield made
    getattr(made, "close", lambda: None)()


def test_it_keeps_the_promises(name: str, needed: dict[str, Any], pipeline: Pipeline) -> None:
    assert pipeline  # it can be built here
    check_pipeline(name, needed)


def check(utterance: Utterance) -> None:
    """Ours need no conversion, where a pipeline of someone else's may."""
    assert well_formed("ours", utterance).samples.tobytes() == utterance.samples.tobytes()
    assert utterance.samples.dtype == np.float32


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=st.text(max_size=120))
def test_no_text_breaks_it(pipeline: Pipeline, text: str) -> None:
    check(pipeline.synthesize(Request(text=text)))


@pytest.mark.usefixtures("pipeline")
def test_it_writes_nothing_to_the_terminal(name: str, needed: dict[str, Any]) -> None:
    code = (
        "import json, sys; from tts_baseline.core.records import Request\n"
        "from tts_baseline.pipelines import _load\n"
        "made = _load.build(_load.resolve(sys.argv[1]), json.loads(sys.argv[2]), device='cpu', optimize=())\n"
        "getattr(made, 'load', lambda: None)(); getattr(made, 'provenance', {})\n"
        "[made.synthesize(Request(text=text)) for text in ('Hola.', '', '\\0', '½ 🙂 你好', 'ß' * 500)]\n"
        "getattr(made, 'close', lambda: None)()"
    )
    command = [sys.executable, "-c", code, name, json.dumps(needed)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_it_may_be_closed_twice_and_before_it_was_loaded(
    name: str, needed: dict[str, Any], pipeline: Pipeline
) -> None:
    made = _load.build(_load.resolve(name), needed, device="cpu", optimize=())
    close = getattr(made, "close", lambda: None)
    close()
    close()
    check(pipeline.synthesize(HOLA))
