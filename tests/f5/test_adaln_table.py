"""The table of modulations: what it takes out of a network, and what it leaves alone."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from tests.support import small
from tests.support.processors import acts
from tts_baseline.core.records import Request
from tts_baseline.pipelines.f5_spanish import create
from tts_baseline.pipelines.f5_spanish.network.architecture import Architecture
from tts_baseline.pipelines.f5_spanish.network.transformer import Transformer

REQUEST = Request(text="Una frase de prueba.", seed=3)


def parameters(module: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def test_42_percent_of_a_published_networks_parameters_are_modulations() -> None:
    with torch.device("meta"):
        sizes = {**small.PUBLISHED, "text_hidden": 1024, "tokens": small.VOCABULARY_SIZE}
        network = Transformer(Architecture(version="v0", **sizes))
    modulations = [*(block.attn_norm for block in network.transformer_blocks), network.norm_out]
    assert sum(map(parameters, modulations)) / parameters(network) == pytest.approx(0.42, abs=0.005)
    linear = [layer for layer in network.modules() if isinstance(layer, torch.nn.Linear)]
    assert len(linear) == 167


def test_the_modulations_and_the_embedding_of_the_time_are_gone(build: Any) -> None:
    reference = build(steps=3).engine.parts.network
    tabulated = build(steps=3, optimize=("adaln_table",)).engine.parts.network
    gone = dict(reference.named_parameters()).keys() - dict(tabulated.named_parameters()).keys()
    assert {name.rsplit(".", 2)[0].rpartition(".")[2] or name for name in gone} == {
        "attn_norm", "norm_out", "time_mlp",
    }  # fmt: skip
    assert parameters(tabulated) < parameters(reference)


@acts("bf16")
def test_it_counts_its_steps_and_beside_bf16_says_what_bf16_says(models: dict[str, small.Small]) -> None:
    def speak(*optimize: str) -> tuple[bytes, dict[str, str]]:
        pipeline = create(settings=small.table(models["v0"], steps=3), optimize=optimize)
        samples = pipeline.synthesize(REQUEST).samples.tobytes()
        switches = {name: text for name, text in pipeline.provenance.items() if name.startswith("switch ")}
        return samples, switches

    half, _ = speak("bf16")
    both, proofs = speak("adaln_table", "bf16")
    assert both == half
    assert list(proofs) == ["switch bf16", "switch adaln_table"]
    assert proofs["switch adaln_table"] == "3 of 3 modulations in tables of 3 times, 21.0 KiB"
