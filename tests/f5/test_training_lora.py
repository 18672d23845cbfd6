"""Adapters begin as nothing, learn alone, and are a part of the weights when they are exported."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import torch
from msgspec.structs import replace
from safetensors.torch import save_file

from tests.support import small
from tests.support.training import RECIPE, bits, made
from tts_baseline.cli import main
from tts_baseline.core.errors import SettingsError
from tts_baseline.pipelines.f5_spanish.network.load import transformer
from tts_baseline.pipelines.f5_spanish.network.transformer import Transformer
from tts_baseline.training import adapters, begin, checkpoints, dataset, export, objective, run
from tts_baseline.training.network import untrained

pytestmark = [
    pytest.mark.skipif(find_spec("peft") is None, reason="peft is not installed"),
    pytest.mark.filterwarnings("ignore::UserWarning", "ignore::DeprecationWarning", "ignore::FutureWarning"),
]
LORA = replace(RECIPE, lora=4, updates=12, warmup=0, peak=1e-2)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def start(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint none of whose weights is zero."""
    path = tmp_path_factory.mktemp("start") / "model.safetensors"
    vocabulary = dataset.read(data).vocabulary
    begun = begin.network(RECIPE, vocabulary, start=None, root=path.parent)
    small.redrawn(begun, seed=4)
    save_file(small.published(begun.state_dict()), path)
    path.with_name(path.name + ".json").write_text(json.dumps({"arch": "v1"}))
    return path


def begun(data: Path, start: Path, recipe: Any = LORA) -> Transformer:
    vocabulary = dataset.read(data).vocabulary
    return begin.network(recipe, vocabulary, start=str(start), root=start.parent)


def asked(network: Transformer, data: Path) -> torch.Tensor:
    clips = dataset.read(data)
    batch = clips.batch([0, 1, 2])
    drawn = objective.draw(batch, LORA.chances, objective.dice(7))
    with torch.no_grad():
        return objective.losses(network, batch, drawn)


@pytest.fixture(scope="module")
def whole(data: Path, start: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    run.run(begun(data, start), dataset.read(data), LORA, folder)
    return folder


def test_adapters_begin_as_nothing(data: Path, start: Path) -> None:
    plain = begun(data, start, RECIPE)
    assert torch.equal(asked(plain, data), asked(begun(data, start), data))


def test_only_adapters_learn(data: Path, start: Path) -> None:
    network = begun(data, start)
    before = {name: weight.clone() for name, weight in network.state_dict().items()}
    trainee = run.Trainee(network, LORA, None)
    trainee.learn([dataset.read(data).batch([0, 1])])
    trainee.learn([dataset.read(data).batch([2, 3])])
    moved = {name for name, weight in network.state_dict().items() if not torch.equal(weight, before[name])}
    own = {name for name in before if ".lora_" in name}
    assert len(own) == 2 * 6 * RECIPE.sizes.depth
    assert moved == own == set(trainee.average)
    sizes = [weight.numel() for group in trainee.optimizer.param_groups for weight in group["params"]]
    assert sum(sizes) == sum(before[name].numel() for name in own)


def test_what_is_exported_has_them_in_its_weights(data: Path, start: Path, whole: Path) -> None:
    state = checkpoints.read(whole)
    assert state is not None
    learned = begun(data, start)
    learned.load_state_dict({**state.weights, **state.average})
    alone = untrained(learned.architecture, seed=0)
    alone.load_state_dict(adapters.merged({**state.weights, **state.average}))
    ours, theirs = asked(learned, data), asked(alone, data)
    assert float((ours - theirs).abs().max()) <= 1e-6 * float(theirs.abs().max())
    assert float((ours - asked(begun(data, start), data)).abs().max()) > 1e-3


def test_a_run_of_adapters_goes_on_as_if_it_had_not_been_stopped(
    data: Path, start: Path, whole: Path, tmp_path: Path
) -> None:
    left = iter([False] * 3 + [True])
    clips = dataset.read(data)
    assert run.run(begun(data, start), clips, LORA, tmp_path, stopping=lambda: next(left)).is_stopped
    run.run(begun(data, start), clips, LORA, tmp_path)
    assert bits(tmp_path) == bits(whole)


def test_the_command_learns_and_exports_what_loads(
    data: Path, start: Path, tmp_path: Path, capsys: Any
) -> None:
    recipe = tmp_path / "recipe.toml"
    recipe.write_text("updates = 3\nframes = 200\nwarmup = 0\n")
    out, voice = tmp_path / "run", tmp_path / "voice"
    words = ["train", "run", str(data), "--out", str(out), "--recipe", str(recipe), "--start", str(start)]
    assert main([*words, "--lora", "2"]) == 0
    assert main(["train", "export", str(out), "--dataset", str(data), "--out", str(voice)]) == 0
    clips = dataset.read(data)
    loaded = transformer(
        str(voice / export.CHECKPOINT), arch=None, tokens=len(clips.vocabulary), device="cpu", root=voice
    )
    assert not torch.equal(asked(loaded, data), asked(begun(data, start, RECIPE), data))
    assert torch.allclose(asked(loaded, data), asked(begun(data, start, RECIPE), data), rtol=0.2)
    assert main([*words, "--lora", "3"]) == 2
    assert "begun with another lora" in capsys.readouterr().err


def test_adapters_beside_nothing_are_refused(data: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no checkpoint is named"):
        begin.network(LORA, dataset.read(data).vocabulary, start=None, root=tmp_path)
