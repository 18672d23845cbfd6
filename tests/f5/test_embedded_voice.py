"""The voice that ships is complete, is understood by a recogniser, and speaks in upstream's `F5TTS`, too."""

from __future__ import annotations

import difflib
import re
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from tests.support import small, upstream
from tts_baseline import voices
from tts_baseline.core.records import Request, Utterance
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.transcript import transcript
from tts_baseline.pipelines.f5_spanish import create
from tts_baseline.pipelines.f5_spanish.voice.folder import FILE
from tts_baseline.training.recipes import Sizes

VOICE = voices.FOLDER / voices.EMBEDDED
NEEDED = {
    FILE, "README.md", "model.safetensors", "model.safetensors.json", "vocab.txt",
    "vocoder/README.md", "vocoder/config.yaml", "vocoder/model.safetensors",
}  # fmt: skip


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


# Short and long, and none of them learned from.
SENTENCES = (
    "El tren sale mañana con veinte pasajeros.",
    "Cuanto más pequeño es el corazón, más odio alberga.",
    "¿Viene Lucía con nosotros?",
    "La cadena de búsqueda puede ser tecleada por el usuario o ser parte de los contenidos de la línea.",
)


@pytest.fixture(scope="module")
def said() -> dict[str, Utterance]:
    voice = create(settings={"weights": "embedded"})
    return {text: voice.synthesize(Request(text=text, seed=1)) for text in SENTENCES}


@pytest.mark.parametrize("text", SENTENCES)
def test_it_speaks_without_dead_air(said: dict[str, Utterance], text: str) -> None:
    samples, rate = np.asarray(said[text].samples), said[text].sample_rate
    assert 0.03 < len(samples) / rate / len(text) < 0.10
    frames = samples[: len(samples) // 240 * 240].reshape(-1, 240)
    is_quiet = np.sqrt(np.mean(frames**2, axis=1)) < 0.01 * np.abs(samples).max()
    longest = max(
        (len(run) for run in "".join("q" if quiet else " " for quiet in is_quiet).split()), default=0
    )
    assert longest / 100 < 0.5


def test_a_recogniser_hears_its_words(said: dict[str, Utterance], whisper: str) -> None:
    edits = words = 0
    for text, utterance in said.items():
        heard = transcript(Sound(np.asarray(utterance.samples), utterance.sample_rate), whisper).text
        wanted, found = (re.findall(r"\w+", each.lower()) for each in (text, heard))
        edits += sum(
            max(b - a, d - c)
            for kind, a, b, c, d in difflib.SequenceMatcher(None, wanted, found, autojunk=False).get_opcodes()
            if kind != "equal"
        )
        words += len(wanted)
    assert words == 39
    assert edits <= 4  # 10 %: what a voice that ships has to reach


@pytest.mark.skipif(find_spec("f5_tts") is None, reason="f5-tts is not installed")
def test_upstream_speaks_with_it_the_same_samples(tmp_path: Path) -> None:
    text = "el molino ya no está, y nadie lo echa de menos."
    vocoder = tmp_path / "vocoder"
    vocoder.mkdir()
    (vocoder / "config.yaml").write_bytes((VOICE / "vocoder" / "config.yaml").read_bytes())
    torch.save(load_file(VOICE / "vocoder" / "model.safetensors"), vocoder / "pytorch_model.bin")
    model = small.Small(VOICE / "model.safetensors", vocoder, VOICE / "neutral.flac")
    sizes = {name: getattr(Sizes(), name) for name in ("dim", "depth", "heads", "text_dim", "text_blocks")}
    theirs = upstream.spoken(
        model, VOICE / "vocab.txt", text, tmp_path, seed=3, steps=4,
        configuration=small.configuration(tmp_path, sizes, averages=True),
        transcript="La mentira y la verdad no pueden vivir en paz.",
    )  # fmt: skip
    ours = create(settings={"weights": "embedded", "preset": "upstream", "steps": 4})
    samples = ours.synthesize(Request(text=text, seed=3)).samples
    assert np.std(samples) > 1e-3
    assert np.array_equal(samples, theirs)
