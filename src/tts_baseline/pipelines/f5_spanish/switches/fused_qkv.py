"""Computes queries, keys and values of a block as one product, and turns the first two where they lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from tts_baseline.core.switches import Proof, SwitchSpec

if TYPE_CHECKING:
    from tts_baseline.pipelines.f5_spanish.parts import Parts

SPEC = SwitchSpec(name="fused_qkv", stage="network", equality="numeric", bound=1e-5)


def apply(parts: Parts) -> Parts:
    """The parts with one matrix in each block where three were."""
    from tts_baseline.pipelines.f5_spanish.network.fused import FusedAttention
    from tts_baseline.pipelines.f5_spanish.network.transformer import alike, transformer_of

    network = alike(transformer_of(parts))
    for block in network.transformer_blocks:
        block.attn = FusedAttention(block.attn)
    return replace(parts, network=network)


def proof(parts: Parts) -> Proof | None:
    """The blocks that attend by one product, and how often they did."""
    from tts_baseline.pipelines.f5_spanish.network.fused import FusedAttention
    from tts_baseline.pipelines.f5_spanish.network.transformer import transformer_of

    blocks = transformer_of(parts).transformer_blocks
    fused = [block.attn for block in blocks if isinstance(block.attn, FusedAttention)]
    if len(fused) < len(blocks):
        return None
    calls = sum(attention.calls for attention in fused)
    return Proof(f"one product for three in {len(fused)} of {len(blocks)} blocks", {"calls": calls})
