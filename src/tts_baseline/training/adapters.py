"""Low-rank adapters (Hu et al. 2021, "LoRA", arXiv:2106.09685): fine-tuning that learns a small part.

Each product of the transformer's blocks gets one beside it, which begins as zero and alone learns; what is
exported has them added to the weights.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from tts_baseline.core.errors import MissingExtra
from tts_baseline.pipelines.f5_spanish.network.transformer import Transformer

# Attention and feed-forward; modulation, text and positions stay as they were learned from many voices.
_PRODUCTS = r"transformer_blocks\.\d+\.(attn\.to_(q|k|v|out\.0)|ff\.ff\.(0\.0|2))"
_BASE, _DOWN, _UP = ".base_layer", ".lora_A.default.weight", ".lora_B.default.weight"


def adapted(network: Transformer, *, rank: int, seed: int) -> Transformer:
    """The network with adapters of this rank; it computes what it did, bit for bit.

    They alone learn, and the vectors of prosody where it has them.
    """
    try:
        from peft import LoraConfig, inject_adapter_in_model
    except ImportError as missing:
        raise MissingExtra("adapters need peft", extra="train") from missing
    # With `lora_alpha` equal to the rank, an adapter is the plain product of its two matrices.
    config = LoraConfig(r=rank, lora_alpha=rank, lora_dropout=0.0, target_modules=_PRODUCTS)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        inject_adapter_in_model(config, network)
    if network.text_embed.prosody is not None:
        network.text_embed.prosody.requires_grad_(True)
    return network


def merged(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Weights by the network's own names, each with its adapter added, where it has one."""
    whole: dict[str, Tensor] = {}
    for name, weight in weights.items():
        if name.endswith((_DOWN, _UP)):
            continue
        layer, base, kind = name.rpartition(_BASE)
        if base and kind == ".weight":
            weight = weight + weights[layer + _UP] @ weights[layer + _DOWN]
        whole[layer + kind if base else name] = weight
    return whole
