"""Dropout acts on a network while it learns, and on nothing that is kept of it."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
import torch
from msgspec.structs import replace

from tests.support.training import RECIPE, bits, made
from tts_baseline.pipelines.f5_spanish.network.transformer import Transformer
from tts_baseline.training import begin, checkpoints, dataset, dropout, held_out, run

SHARE = 0.5


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> dataset.Dataset:
    return dataset.read(made(tmp_path_factory.mktemp("data")))


def begun(data: dataset.Dataset, seed: int = 0) -> Transformer:
    """A network whose output is not zero, as an untrained one's is."""
    network = begin.network(replace(RECIPE, seed=seed), data.vocabulary, start=None, root=Path())
    torch.manual_seed(seed)
    for weight in network.parameters():
        torch.nn.init.normal_(weight, std=0.1)
    return network


def test_a_share_is_left_out_while_it_learns_and_none_when_it_speaks(data: dataset.Dataset) -> None:
    network = begun(data)
    names = list(network.state_dict())
    asked = partial(held_out.losses, network, data, draws=1)
    whole = asked()
    dropout.added(network, SHARE)
    hidden: list[torch.Tensor] = []
    block = network.transformer_blocks[0]
    for module in (block.attn, block.ff.ff[1]):
        module.register_forward_hook(lambda *given: hidden.append(given[2]))
    network.train()
    assert asked() != asked()
    assert len(hidden) > 2
    for values in hidden:
        assert float((values == 0).float().mean()) == pytest.approx(SHARE, abs=0.02)
    assert (network.eval(), asked())[1] == whole
    assert list(network.state_dict()) == names


def test_none_is_left_out_unless_it_is_asked_for(data: dataset.Dataset) -> None:
    network = begun(data).train()
    before = held_out.losses(network, data, draws=1)
    assert held_out.losses(dropout.added(network, 0.0), data, draws=1) == before


def test_a_resumed_run_leaves_out_the_same_and_an_exam_nothing(data: dataset.Dataset, tmp_path: Path) -> None:
    recipe = replace(RECIPE, dropout=SHARE, updates=6, check_every=6)

    def trained(folder: Path, ends_after: float) -> None:
        seen = iter(range(1000))
        network = begin.network(recipe, data.vocabulary, start=None, root=tmp_path)
        stopping = partial(lambda: next(seen) >= ends_after)
        run.run(network, data, recipe, folder, held_out=data, stopping=stopping)

    trained(tmp_path / "whole", 100)
    trained(tmp_path / "parts", 2)
    torch.rand(5)  # what was drawn in between does not matter
    trained(tmp_path / "parts", 100)
    assert bits(tmp_path / "parts") == bits(tmp_path / "whole")
    state = checkpoints.read(tmp_path / "whole")
    assert state is not None
    spoken = begin.network(recipe, data.vocabulary, start=None, root=tmp_path)
    spoken.load_state_dict(state.weights | state.average)
    asked = held_out.losses(spoken.eval(), data, draws=1)
    assert state.standing["best"] == pytest.approx(sum(asked.values()) / len(asked), abs=1e-6)
