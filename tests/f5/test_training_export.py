"""What a run exports speaks: here and in upstream's `F5TTS`, with the same samples."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from tests.support import small, upstream
from tts_baseline.cli import main
from tts_baseline.core.errors import PipelineError
from tts_baseline.core.records import Request
from tts_baseline.pipelines.f5_spanish import create
from tts_baseline.pipelines.f5_spanish.network.load import transformer
from tts_baseline.pipelines.f5_spanish.text.vocabulary import Vocabulary
from tts_baseline.training import begin, cards, checkpoints, dataset, export, run
from tts_baseline.training.dataset import Clip
from tts_baseline.training.recipes import Recipe, Sizes

VOCABULARY = Vocabulary.default()
SIZES = Sizes(**{name: size for name, size in small.SIZES.items() if name in Sizes.__struct_fields__})
RECIPE = Recipe(sizes=SIZES, updates=12, frames=400, warmup=1, peak=3e-3)
TEXT = "hola, buenos días."


class Made(NamedTuple):
    """A dataset, the run that learned from it, and what was exported of it."""

    data: Path
    run: Path
    voice: Path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("export")
    made = Made(folder / "data", folder / "run", folder / "voice")
    dice = np.random.default_rng(0)
    tokens = tuple(VOCABULARY.encode(list(TEXT)))
    clips = (
        (Clip(id=str(n), text=TEXT, tokens=tokens, start=0, frames=1), dice.normal(-2, 2, (60 + n, 100)))
        for n in range(8)
    )
    dataset.write(made.data, clips, VOCABULARY)
    found = dataset.read(made.data)
    network = begin.network(RECIPE, VOCABULARY, start=None, root=folder)
    run.run(network, found, RECIPE, made.run)
    words = ["train", "export", str(made.run), "--dataset", str(made.data), "--out", str(made.voice)]
    assert main([*words, "--licence", "CC0 | mine"]) == 0
    return made


def test_it_loads_without_being_told_what_it_is(made: Made) -> None:
    path = made.voice / export.CHECKPOINT
    vocabulary = Vocabulary.read(made.voice / dataset.VOCABULARY)
    assert vocabulary.tokens == VOCABULARY.tokens
    loaded = transformer(str(path), arch=None, tokens=len(vocabulary), device="cpu", root=made.voice)
    state = checkpoints.read(made.run)
    assert state is not None
    for name, weight in loaded.state_dict().items():
        wanted = state.average.get(name, state.weights[name])
        exact = name == "rotary_embed.inv_freq"
        assert torch.equal(weight, wanted if exact else wanted.half().float()), name
        assert torch.isfinite(weight).all()
    halves = [tensor.dtype for tensor in load_file(path).values()]
    assert halves.count(torch.float16) == len(halves) - 1
    assert path.stat().st_size < 2.1 * sum(w.numel() for w in state.average.values())


def test_the_card_says_what_it_is(made: Made) -> None:
    card = (made.voice / cards.CARD).read_text()
    state = checkpoints.read(made.run)
    assert state is not None
    for words in ("F5-TTS v1, 128 x 2, 2 heads", "12 updates", state.origin["data"], '"peak": 0.003'):
        assert words in card
    assert "| licence | CC0 | mine |" not in card  # a bar would end the cell
    assert "mine" in card


@pytest.mark.skipif(find_spec("f5_tts") is None, reason="f5-tts is not installed")
def test_upstream_speaks_it_with_the_same_samples(made: Made, tmp_path: Path) -> None:
    checkpoint, vocabulary = made.voice / export.CHECKPOINT, made.voice / dataset.VOCABULARY
    vocoder, clip = small.make_vocoder(tmp_path / "vocos"), small.make_reference(tmp_path / "clip.wav")
    model = small.Small(checkpoint, vocoder, clip)
    theirs = upstream.spoken(model, vocabulary, TEXT, tmp_path, seed=9, steps=4)
    table = small.table(model, preset="upstream", steps=4, vocabulary=str(vocabulary))
    samples = create(settings=table).synthesize(Request(text=TEXT, seed=9)).samples
    assert np.std(samples) > 1e-3
    assert np.array_equal(samples, theirs)


def test_what_cannot_be_exported_is_refused(made: Made, tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match="has not been kept yet"):
        export.export(tmp_path, made.data, tmp_path / "out", licence="")
    other = tmp_path / "other"
    dataset.write(
        other, [(Clip(id="a", text="a", tokens=(1,), start=0, frames=1), np.zeros((5, 100)))], VOCABULARY
    )
    with pytest.raises(PipelineError, match="other data"):
        export.export(made.run, other, tmp_path / "out", licence="")
    state = checkpoints.read(made.run)
    assert state is not None
    state.average["proj_out.bias"][3] = 1e6  # more than float16 holds
    broken = tmp_path / "broken"
    broken.mkdir()
    checkpoints.write(broken, state)
    with pytest.raises(PipelineError, match=r"no numbers in float16, such as proj_out\.bias"):
        export.export(broken, made.data, tmp_path / "out", licence="")
    assert not (tmp_path / "out").exists()


def test_the_command_names_the_settings_to_write(made: Made, tmp_path: Path, capsys: Any) -> None:
    words = ["train", "export", str(made.run), "--dataset", str(made.data), "--out", str(tmp_path / "v")]
    assert main([*words, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert Path(said["checkpoint"]).is_file()
    assert Path(said["vocabulary"]).is_file()
    assert json.loads(Path(said["checkpoint"] + ".json").read_text()) == {"arch": "v1"}
