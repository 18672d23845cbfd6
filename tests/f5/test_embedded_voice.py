"""The voice that ships with the package is complete, and speaks. Skipped while none does."""

from __future__ import annotations

import re

import numpy as np
import pytest

from tts_baseline import voices
from tts_baseline.core.records import Request
from tts_baseline.pipelines.f5_spanish import create
from tts_baseline.pipelines.f5_spanish.voice.folder import FILE

VOICE = voices.FOLDER / voices.EMBEDDED
NEEDED = {
    FILE, "README.md", "model.safetensors", "model.safetensors.json", "vocab.txt",
    "vocoder/README.md", "vocoder/config.yaml", "vocoder/model.safetensors",
}  # fmt: skip

pytestmark = pytest.mark.skipif(not VOICE.exists(), reason="no voice is embedded yet")


def test_it_is_what_export_writes_and_no_more() -> None:
    files = {str(path.relative_to(VOICE)) for path in VOICE.rglob("*") if path.is_file()}
    clips = {name for name in files if name.endswith(".flac")}
    assert files - clips == NEEDED
    assert 1 <= len(clips) <= 2


@pytest.mark.parametrize("part", [".", "vocoder"])
def test_its_cards_state_data_and_licence(part: str) -> None:
    card = (VOICE / part / "README.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| (.+?) \| (.+) \|$", card, re.MULTILINE))
    assert rows["data"]
    assert rows["licence"] != "not stated"


def test_it_speaks() -> None:
    said = create(settings={"weights": "embedded", "steps": 4}).synthesize(Request(text="Hola, buenos días."))
    assert 0.5 < len(said.samples) / said.sample_rate < 5
    assert np.sqrt(np.mean(said.samples**2)) > 1e-3
