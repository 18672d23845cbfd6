"""What every registered pipeline promises, whatever it is made of."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tts_baseline.core.errors import MissingExtra
from tts_baseline.core.protocols import Pipeline
from tts_baseline.core.records import Request, Utterance
from tts_baseline.core.registry import pipelines
from tts_baseline.pipelines import _load

HOLA = Request(text="¿Qué hora es en Bogotá? Son las tres y media.", seed=3)


@pytest.fixture(scope="module", params=list(pipelines()))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def pipeline(name: str) -> Pipeline:
    try:
        made = _load.build(_load.resolve(name), {}, device="cpu", optimize=())
    except MissingExtra as missing:
        pytest.skip(str(missing))
    getattr(made, "load", lambda: None)()
    return made


def check(said: Utterance) -> None:
    assert said.samples.dtype == np.float32
    assert said.samples.ndim == 1
    assert said.samples.size == 0 or np.abs(said.samples).max() <= 1
    assert 4_000 <= said.sample_rate <= 192_000
    assert all(seconds >= 0 for seconds in said.stages.values())
    assert _load.utterance(said).samples.tobytes() == said.samples.tobytes()


def test_a_pipeline_meets_the_protocol_and_says_its_provenance(pipeline: Pipeline) -> None:
    assert isinstance(pipeline, Pipeline)
    provenance = getattr(pipeline, "provenance", {})
    assert all(isinstance(text, str) and text for item in provenance.items() for text in item)


def test_the_same_request_gives_the_same_utterance(pipeline: Pipeline) -> None:
    first = pipeline.synthesize(HOLA)
    check(first)
    assert first.samples.size > first.sample_rate / 2
    pipeline.synthesize(Request(text="Otra frase, para que cambie lo que haya de cambiar."))
    again = pipeline.synthesize(HOLA)
    assert again.samples.tobytes() == first.samples.tobytes()
    assert again.phones == first.phones
    assert again.stages.keys() == first.stages.keys()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=st.text(max_size=120))
def test_no_text_breaks_it(pipeline: Pipeline, text: str) -> None:
    check(pipeline.synthesize(Request(text=text)))


@pytest.mark.usefixtures("pipeline")
def test_it_writes_nothing_to_the_terminal(name: str) -> None:
    code = (
        "import sys; from tts_baseline.core.records import Request\n"
        "from tts_baseline.pipelines import _load\n"
        "made = _load.build(_load.resolve(sys.argv[1]), {}, device='cpu', optimize=())\n"
        "getattr(made, 'load', lambda: None)(); getattr(made, 'provenance', {})\n"
        "[made.synthesize(Request(text=text)) for text in ('Hola.', '', '\\0', '½ 🙂 你好', 'ß' * 500)]\n"
        "getattr(made, 'close', lambda: None)()"
    )
    done = subprocess.run([sys.executable, "-c", code, name], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_it_may_be_closed_twice_and_before_it_was_loaded(name: str, pipeline: Pipeline) -> None:
    made = _load.build(_load.resolve(name), {}, device="cpu", optimize=())
    close = getattr(made, "close", lambda: None)
    close()
    close()
    check(pipeline.synthesize(HOLA))
