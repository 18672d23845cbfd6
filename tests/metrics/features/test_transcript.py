"""How a recogniser is asked, and what becomes of its answer; tests/f5/test_recogniser.py asks a real one."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tests.support.sounds import RATE, clip
from tts_baseline.core.errors import MissingExtra, SettingsError
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features import transcript as module
from tts_baseline.metrics.features.transcript import transcript
from tts_baseline.metrics.features.word_times import TimedWord


def word(text: str, start: float, end: float) -> SimpleNamespace:
    return SimpleNamespace(word=text, start=np.float64(start), end=np.float64(end))


SEGMENTS = (
    SimpleNamespace(text=" La vaca", words=[word(" La", 0.1, 0.2), word(" vaca", 0.2, 0.6)]),
    SimpleNamespace(text=" come.", words=[word(" come.", 0.7, 1.0), word(" nada", np.nan, np.nan)]),
)


class Whisper:
    """It remembers how it was loaded and asked."""

    asked: list[tuple[Any, ...]] = []

    def __init__(self, model: str, **loading: Any) -> None:
        if model == "broken":
            raise RuntimeError("no such model\nand more")
        self.loaded = (model, loading)

    def transcribe(self, samples: np.ndarray, **how: Any) -> tuple[Any, None]:
        self.asked.append((self.loaded, samples, how))
        return iter(SEGMENTS), None


@pytest.fixture
def whisper(monkeypatch: pytest.MonkeyPatch) -> type[Whisper]:
    package = ModuleType("faster_whisper")
    package.WhisperModel = Whisper
    monkeypatch.setitem(sys.modules, "faster_whisper", package)
    monkeypatch.setattr(Whisper, "asked", [])
    module._whisper.cache_clear()
    yield Whisper
    module._whisper.cache_clear()


def test_words_come_with_their_seconds_and_without_those_that_have_none(whisper):
    heard = transcript(Sound(clip()[:RATE], RATE), "base")
    assert heard.text == "La vaca come."
    assert heard.words == (
        TimedWord("La", 0.1, 0.2), TimedWord("vaca", 0.2, 0.6), TimedWord("come.", 0.7, 1.0)
    )  # fmt: skip


def test_it_is_asked_so_that_it_answers_the_same_every_time(whisper):
    transcript(Sound(clip()[:RATE], RATE), "base")
    ((loaded, samples, how),) = whisper.asked
    assert loaded == ("base", {"device": "cpu", "compute_type": "int8", "cpu_threads": 1})
    assert samples.dtype == np.float32
    assert how == {
        "language": "es", "beam_size": 5, "temperature": 0.0,
        "condition_on_previous_text": False, "word_timestamps": True,
    }  # fmt: skip


@pytest.mark.parametrize("rate", [8_000, 44_100, 96_000])
def test_it_hears_16_khz_whatever_the_rate_is(whisper, rate):
    transcript(Sound(np.resize(clip(), 2 * rate), rate), "base")
    assert whisper.asked[0][1].size == pytest.approx(2 * RATE, abs=2)


def test_a_sound_is_listened_to_once(whisper):
    sound = Sound(clip()[:RATE], RATE)
    assert transcript(sound, "base") is transcript(sound, "base")
    assert len(whisper.asked) == 1


def test_a_model_that_cannot_be_loaded_is_named(whisper):
    with pytest.raises(SettingsError, match="RuntimeError: no such model") as error:
        transcript(Sound(clip()[:RATE], RATE), "broken")
    assert error.value.where == "ears.asr = 'broken'"


def test_without_the_extra_its_installation_is_told(whisper, monkeypatch):
    monkeypatch.setitem(sys.modules, "faster_whisper", None)
    with pytest.raises(MissingExtra) as error:
        transcript(Sound(clip()[:RATE], RATE), "base")
    assert error.value.hint == "pip install 'pytest-tts-baseline[asr]'"
