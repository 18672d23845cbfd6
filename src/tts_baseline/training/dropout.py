"""Dropout: a network that learns from few hours of speech is kept from learning them by heart.

Where upstream f5-tts 1.1.22 has it (`dropout = 0.1` of its DiT): on what attention gives, and on the hidden
layer of the feed-forward (Vaswani et al. 2017, 5.4). Only what learns has it; what speaks does not.
"""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn
from torch.nn import functional

from tts_baseline.pipelines.f5_spanish.network.transformer import Transformer


def added(network: Transformer, share: float) -> Transformer:
    """The network, which leaves out this share of its values while it is in training; its weights stay."""
    if not share:
        return network

    def dropped(module: nn.Module, _: Any, given: Tensor) -> Tensor:
        return functional.dropout(given, share, module.training)

    for block in network.transformer_blocks:
        block.attn.to_out[0].register_forward_hook(dropped)
        block.ff.ff[0].register_forward_hook(dropped)
    return network
