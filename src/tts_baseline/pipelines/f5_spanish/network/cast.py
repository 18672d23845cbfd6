"""The transformer in another type of number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import nn

from tts_baseline.core.switches import Proof
from tts_baseline.pipelines.f5_spanish.network.transformer import (
    KEPT_IN_FLOAT32,
    Transformer,
    transformer_of,
    with_weights,
)
from tts_baseline.pipelines.f5_spanish.weights import let_go

if TYPE_CHECKING:
    import torch

    from tts_baseline.pipelines.f5_spanish.parts import Parts


def cast(network: Transformer, dtype: torch.dtype) -> Transformer:
    """The network with its weights in another type, the rotary frequencies kept in float32."""
    weights = network.state_dict()
    for name in weights.keys() - set(KEPT_IN_FLOAT32):
        single, weights[name] = weights[name], weights[name].to(dtype)
        let_go([single])
    return with_weights(network, weights)


def proof_of(parts: Parts, dtype: torch.dtype) -> Proof | None:
    """How many of the transformer's linear layers compute in this type; None where not all of them do."""
    layers = [layer for layer in transformer_of(parts).modules() if isinstance(layer, nn.Linear)]
    cast_layers = sum(layer.weight.dtype == dtype for layer in layers)
    if cast_layers < len(layers):
        return None
    name = str(dtype).removeprefix("torch.")
    return Proof(f"{cast_layers} of {len(layers)} linear layers {name}", {"linear layers": cast_layers})
