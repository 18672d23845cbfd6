"""What a project listens with: settings, the reader of Spanish, what is scored with it, and its name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from tests.support.sounds import RATE, clip, utterance
from tts_baseline.core import environment, settings
from tts_baseline.core.ears import NO_EARS
from tts_baseline.core.errors import SettingsError
from tts_baseline.core.protocols import Evidence
from tts_baseline.core.records import Calls, Case
from tts_baseline.core.registry import metrics
from tts_baseline.core.scored_by import scored_by
from tts_baseline.session import ears
from tts_baseline.session.measurement.score import Asked, of_case, readable

ASR = ears.of({"asr": "nowhere"}, Path())
NO_EVIDENCE = Evidence()


def test_metrics_that_need_a_model_are_read_where_one_is_named():
    listening = {name for name, metric in metrics().items() if metric.spec.needs}
    assert listening >= {"wer", "cer", "changed_words", "leaked_words"}
    assert not listening & {metric.spec.name for metric in readable(NO_EARS)}
    assert {"wer", "changed_words"} <= {metric.spec.name for metric in readable(ASR)}
    assert "leaked_words" not in {metric.spec.name for metric in readable(ASR)}


def test_a_run_reads_them_and_says_what_is_lacking():
    case = Case(id="a", text="Uno, dos.")
    calls = Calls(wall_s=(0.1,), cpu_s=(0.1,), reference_s=(0.1,), audio_s=2.0, sha256="0" * 64)
    asked = Asked(
        case=case,
        calls=(calls,),
        heard=(utterance(clip()[: 2 * RATE]),),
        golden=None,
        accepted=None,
        software={},
    )
    without = {reading.metric for reading in of_case(asked).readings}
    with_one = {reading.metric: reading for reading in of_case(replace(asked, ears=ASR)).readings}
    assert "wer" not in without
    assert with_one.keys() - without >= {"wer", "cer", "repeated_words", "changed_words"}
    assert with_one["wer"].value is None
    assert with_one["wer"].reason


def test_numbers_are_words_in_every_region():
    assert ASR.words("¿Son 21 %?", "mexican") == ("son", "veintiuno", "por", "ciento")
    assert ASR.words("¡A las 4!", "a region of another pipeline") == ("a", "las", "cuatro")


def test_a_folder_is_one_of_the_project_and_a_name_stays(tmp_path):
    (tmp_path / "whisper").mkdir()
    found = ears.of({"asr": "whisper", "reference_text": "Hola, ¿qué tal?"}, tmp_path).models
    assert found == {"asr": str(tmp_path / "whisper"), "reference_text": "Hola, ¿qué tal?"}


def test_another_model_is_another_score():
    known = environment.read("cpu")
    small, base = (ears.noted(known, {"asr": name}) for name in ("small", "base"))
    wer, level = (metrics()[name] for name in ("wer", "level"))
    assert scored_by(wer, small.software) != scored_by(wer, base.software)
    assert scored_by(level, small.software) == scored_by(level, base.software)
    assert "jiwer" in small.software
    assert "jiwer" not in known.software
    assert environment.differences(small, base) == ("ears.asr small -> base",)


def test_ears_that_no_metric_has_are_an_error(tmp_path):
    (tmp_path / "pyproject.toml").write_text('[tool.tts-baseline.ears]\nars = "base"\n')
    with pytest.raises(SettingsError, match="did you mean 'asr'"):
        settings.read(tmp_path, {})
    (tmp_path / "pyproject.toml").write_text('[tool.tts-baseline.ears]\nasr = "base"\n')
    assert settings.read(tmp_path, {}).ears == {"asr": "base"}


def test_silence_is_told_before_a_model_is_loaded():
    reading = metrics()["wer"].read(
        replace(NO_EVIDENCE, utterances=(utterance(np.zeros(2 * RATE)),), ears=ASR)
    )
    assert reading.reason == "silent audio"
