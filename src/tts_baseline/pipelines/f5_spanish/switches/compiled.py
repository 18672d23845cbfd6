"""Has torch's inductor compile the blocks: few kernels, at the price of a longer first request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from tts_baseline.core.switches import Proof, SwitchSpec

if TYPE_CHECKING:
    from tts_baseline.pipelines.f5_spanish.parts import Parts

SPEC = SwitchSpec(
    name="compiled",
    stage="compile",
    equality="numeric",
    bound=1e-4,
    excludes=("fused_norm", "fused_qkv", "int8", "packed"),  # which write the kernels of torch's by hand
)


def apply(parts: Parts) -> Parts:
    """The parts with blocks that are compiled when they are first called.

    Raises PipelineError where torch finds no compiler for the device.
    """
    from torch import nn

    from tts_baseline.pipelines.f5_spanish.network.compiled import CompiledBlock, Compiler, check_compiler
    from tts_baseline.pipelines.f5_spanish.network.transformer import alike, transformer_of

    network = alike(transformer_of(parts))
    check_compiler(next(network.parameters()).device.type)
    compiler = Compiler()
    blocks = (CompiledBlock(block, compiler) for block in network.transformer_blocks)
    network.transformer_blocks = nn.ModuleList(blocks)
    return replace(parts, network=network)


def proof(parts: Parts) -> Proof | None:
    """The blocks that are compiled, and how often what was compiled has computed."""
    from tts_baseline.pipelines.f5_spanish.network.compiled import CompiledBlock
    from tts_baseline.pipelines.f5_spanish.network.transformer import transformer_of

    blocks = transformer_of(parts).transformer_blocks
    compilers = [block.compiler for block in blocks if isinstance(block, CompiledBlock)]
    if len(compilers) < len(blocks):
        return None
    counters = {"graphs": compilers[0].graphs, "calls": compilers[0].calls}
    return Proof(f"{len(compilers)} of {len(blocks)} blocks compiled by inductor", counters)
