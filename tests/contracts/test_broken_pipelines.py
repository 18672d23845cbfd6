"""A pipeline that breaks a promise is told which; one of any form that keeps them passes."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from tts_baseline.core.errors import PipelineError, SettingsError
from tts_baseline.core.records import Phone
from tts_baseline.extend import Request, RequestFailed, Utterance
from tts_baseline.testing import ContractBroken, check_pipeline

RATE = 16_000


def tone(text: str, seconds: float = 1.0) -> np.ndarray:
    return np.sin(np.arange(int(seconds * RATE)) / (10 + len(text) % 7)).astype("f4") / 2


class Good:
    """Keeps all promises."""

    provenance = {"voice": "sine"}

    def __init__(self) -> None:
        self.calls = 0

    def synthesize(self, request: Request) -> Utterance:
        self.calls += 1
        return Utterance(samples=tone(request.text), sample_rate=RATE, stages={"model": 0.1})


class Loaded(Good):
    """Speaks between load and close only."""

    def load(self) -> None:
        self.ready = True

    def close(self) -> None:
        self.ready = False

    def synthesize(self, request: Request) -> Utterance:
        assert self.ready
        return super().synthesize(request)


class Choosy(Good):
    """Refuses, as one may, what has no letters."""

    def synthesize(self, request: Request) -> Utterance:
        if not any(letter.isalpha() for letter in request.text):
            raise RequestFailed("there is nothing to say")
        return super().synthesize(request)


class Unseeded(Good):
    """Says the same in another way each time."""

    def synthesize(self, request: Request) -> Utterance:
        heard = super().synthesize(request)
        return Utterance(samples=heard.samples / np.float32(self.calls), sample_rate=RATE)


class Mute:
    """Has no synthesize."""


class Untold(Good):
    """Its provenance is no text."""

    provenance = {"steps": 16}


class Short(Good):
    """Says too little."""

    def synthesize(self, request: Request) -> Utterance:
        return Utterance(samples=tone(request.text, 0.4), sample_rate=RATE)


class Silent(Good):
    """Says nothing."""

    def synthesize(self, request: Request) -> Utterance:
        return Utterance(samples=np.zeros(RATE, "f4"), sample_rate=RATE)


class Loud(Good):
    """Says it too loud."""

    def synthesize(self, request: Request) -> Utterance:
        return Utterance(samples=4 * tone(request.text), sample_rate=RATE)


class Stereo(Good):
    """Says it twice, once softer."""

    def synthesize(self, request: Request) -> Utterance:
        return Utterance(samples=np.stack([tone(request.text), tone(request.text) / 2]), sample_rate=RATE)


class OtherPhones(Good):
    """Names other phones each time."""

    def synthesize(self, request: Request) -> Utterance:
        heard = super().synthesize(request)
        phones = (Phone(symbol=str(self.calls), start_s=0.0),)
        return Utterance(samples=heard.samples, sample_rate=RATE, phones=phones)


class OtherText(Good):
    """Reads out another text each time."""

    def synthesize(self, request: Request) -> Utterance:
        heard = super().synthesize(request)
        return Utterance(samples=heard.samples, sample_rate=RATE, text=f"{request.text} {self.calls}")


class OtherStages(Good):
    """Names other stages each time."""

    def synthesize(self, request: Request) -> Utterance:
        heard = super().synthesize(request)
        return Utterance(samples=heard.samples, sample_rate=RATE, stages={f"stage {self.calls}": 0.1})


class Fragile(Good):
    """Breaks on an empty text."""

    def synthesize(self, request: Request) -> Utterance:
        return Utterance(
            samples=tone(request.text), sample_rate=RATE * len(request.text) // len(request.text)
        )


class Broken(Good):
    """Is mute for ever after an odd text."""

    def synthesize(self, request: Request) -> Utterance:
        self.calls += 100 * (not request.text)
        if self.calls > 100:
            raise RequestFailed("out of order")
        return super().synthesize(request)


@pytest.mark.parametrize("pipeline", [Good, Loaded, Choosy])
def test_an_object_that_keeps_all_promises_passes(pipeline: type) -> None:
    check_pipeline(pipeline())


def test_an_unseeded_pipeline_passes_where_it_is_said_to_be_one() -> None:
    check_pipeline(Unseeded(), reproducible=False)


@pytest.mark.parametrize(
    ("pipeline", "what"),
    [
        (Mute, "it has no synthesize"),
        (Untold, "its provenance is {'steps': 16}"),
        (Short, "a sentence took 0.40 s of audio"),
        (Silent, "a sentence is silent"),
        (Loud, "not within"),
        (Stereo, "the samples have the shape (2, 16000)"),
        (Unseeded, "other samples"),
        (OtherPhones, "other phones"),
        (OtherText, "the same request was read"),
        (OtherStages, "had the stages"),
        (Fragile, "'' raised ZeroDivisionError"),
        (Broken, "refused a plain sentence: out of order"),
    ],
)
def test_an_object_that_breaks_a_promise_is_told_which(pipeline: type, what: str) -> None:
    with pytest.raises(ContractBroken) as broken:
        check_pipeline(pipeline())
    assert what in broken.value.what
    assert pipeline.__name__ in broken.value.what
    assert broken.value.hint


SPEECH = """
import numpy as np

def say(text, pitch=10):
    return np.sin(np.arange(16000) / (pitch + len(text) % 7)) / 2, 16000

class Early:
    def load(self): self.file = open(__file__)
    def close(self): self.file.close()
    def synthesize(self, request): return say(request.text)
"""


@pytest.fixture
def speech(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "promised_speech.py").write_text(SPEECH)
    monkeypatch.syspath_prepend(tmp_path)
    yield "promised_speech"
    sys.modules.pop("promised_speech", None)


def test_a_function_is_named_and_takes_its_settings(speech: str) -> None:
    check_pipeline(f"{speech}:say", {"pitch": 12})
    with pytest.raises(SettingsError, match="takes no setting 'pich'"):
        check_pipeline(f"{speech}:say", {"pich": 12})
    with pytest.raises(PipelineError, match="has no 'sy'"):
        check_pipeline(f"{speech}:sy")


def test_a_named_pipeline_must_close_before_it_is_loaded(speech: str) -> None:
    with pytest.raises(ContractBroken, match=r"close\(\) before load\(\) raised AttributeError"):
        check_pipeline(f"{speech}:Early")
