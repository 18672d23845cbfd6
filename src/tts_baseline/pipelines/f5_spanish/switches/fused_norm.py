"""Hands the modulation to the norms as their weights, and adds and gates in one operator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from tts_baseline.core.switches import Proof, SwitchSpec

if TYPE_CHECKING:
    from tts_baseline.pipelines.f5_spanish.parts import Parts

SPEC = SwitchSpec(name="fused_norm", stage="network", equality="numeric", bound=1e-5)


def apply(parts: Parts) -> Parts:
    """The parts with six operators in each block where twelve were."""
    from torch import nn

    from tts_baseline.pipelines.f5_spanish.network.fused import FusedBlock
    from tts_baseline.pipelines.f5_spanish.network.transformer import alike, transformer_of

    network = alike(transformer_of(parts))
    network.transformer_blocks = nn.ModuleList(FusedBlock(block) for block in network.transformer_blocks)
    return replace(parts, network=network)


def proof(parts: Parts) -> Proof | None:
    """The blocks whose norms are modulated, and how often they were computed."""
    from tts_baseline.pipelines.f5_spanish.network.fused import FusedBlock
    from tts_baseline.pipelines.f5_spanish.network.transformer import transformer_of

    blocks = transformer_of(parts).transformer_blocks
    fused = [block for block in blocks if isinstance(block, FusedBlock)]
    if len(fused) < len(blocks):
        return None
    calls = sum(block.calls for block in fused)
    return Proof(f"modulated norms in {len(fused)} of {len(blocks)} blocks", {"calls": calls})
