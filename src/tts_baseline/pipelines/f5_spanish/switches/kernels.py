"""Computes what lies between the products of a block in two hand-written Triton kernels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from tts_baseline.core.switches import Needs, Proof, SwitchSpec

if TYPE_CHECKING:
    from tts_baseline.pipelines.f5_spanish.parts import Parts

SPEC = SwitchSpec(
    name="kernels",
    stage="network",
    equality="numeric",
    bound=1e-5,
    needs=Needs(devices=("cuda",), package="triton", extra="f5"),
    excludes=("compiled", "fused_norm", "fused_qkv", "int8", "packed"),  # other ways to compute a block
)


def apply(parts: Parts) -> Parts:
    """The parts with blocks of those kernels."""
    from torch import nn

    from tts_baseline.pipelines.f5_spanish.network.kernels import KernelBlock, Launches
    from tts_baseline.pipelines.f5_spanish.network.transformer import alike, transformer_of

    network, launches = alike(transformer_of(parts)), Launches()
    blocks = (KernelBlock(block, launches) for block in network.transformer_blocks)
    network.transformer_blocks = nn.ModuleList(blocks)
    return replace(parts, network=network)


def proof(parts: Parts) -> Proof | None:
    """The blocks of the kernels, and how often each kernel was launched."""
    from tts_baseline.pipelines.f5_spanish.network.transformer import transformer_of

    blocks = transformer_of(parts).transformer_blocks
    launches = {id(found): found for block in blocks if (found := getattr(block, "launches", None))}
    if len(launches) != 1:
        return None
    (counted,) = launches.values()
    text = f"{len(blocks)} blocks of Triton kernels written by hand"
    return Proof(text, {"turns": counted.turned, "norms": counted.normed})
