"""The published checkpoint, where there is one: TTS_BASELINE_CHECKPOINT names a TOML file of its settings."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tts_baseline.core.protocols import Evidence
from tts_baseline.core.records import Case, Request
from tts_baseline.metrics.signal import snr_vad

SETTINGS = os.environ.get("TTS_BASELINE_CHECKPOINT", "")
TEXT = "La lluvia llegó temprano. Después vino el viento del sur, y al final volvió la calma."

pytestmark = [
    pytest.mark.checkpoint,
    pytest.mark.skipif(not SETTINGS, reason="TTS_BASELINE_CHECKPOINT names no settings"),
]


@pytest.fixture
def pipeline(device: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    from tts_baseline.pipelines.f5_spanish import create

    path = Path(SETTINGS).resolve()
    monkeypatch.chdir(path.parent)
    made = create(settings=tomllib.loads(path.read_text(encoding="utf-8")), device=device)
    made.load()
    return made


def test_it_speaks_at_the_pace_of_its_clip_with_pauses_that_are_quiet(pipeline: Any) -> None:
    spoken = pipeline.synthesize(Request(text=TEXT, seed=1))
    clip = pipeline.engine.voices.choose("neutral", None)
    expected_s = len(TEXT.encode()) / clip.bytes_per_s
    assert spoken.samples.size / spoken.sample_rate == pytest.approx(expected_s, rel=0.2)
    heard = snr_vad.read(Evidence(case=Case(id="real", text=TEXT), utterances=(spoken,)))
    assert heard.value is not None, heard.reason
    assert heard.value > 15
    again = pipeline.synthesize(Request(text=TEXT, seed=1)).samples
    assert np.array_equal(again, spoken.samples)
