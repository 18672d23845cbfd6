"""Has oneDNN compute the blocks' products, from weights that lie in its order, with the GELU behind one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from tts_baseline.core.errors import PipelineError
from tts_baseline.core.switches import Needs, Proof, SwitchSpec

if TYPE_CHECKING:
    from tts_baseline.pipelines.f5_spanish.parts import Parts

SPEC = SwitchSpec(
    name="packed",
    stage="compile",
    equality="numeric",
    bound=1e-5,
    needs=Needs(devices=("cpu",)),
    excludes=("int8",),
)


def apply(parts: Parts) -> Parts:
    """The parts with every product of the blocks in oneDNN's hands.

    Raises PipelineError where torch was built without oneDNN.
    """
    import torch

    from tts_baseline.pipelines.f5_spanish.network.packed import PackedLinear, repacked
    from tts_baseline.pipelines.f5_spanish.network.transformer import alike, transformer_of
    from tts_baseline.pipelines.f5_spanish.weights import let_go

    if not torch.backends.mkldnn.is_available():
        raise PipelineError(
            "the switch packed needs oneDNN, and this torch was built without it",
            where="--tts-optimize",
            hint="--tts-optimize none",
        )
    network = alike(transformer_of(parts))
    for block in network.transformer_blocks:
        widen = block.ff.ff[0][0]
        block.ff.ff[0] = PackedLinear(widen, gelu=True)
        let_go(widen.parameters())
    repacked(network, PackedLinear)
    return replace(parts, network=network)


def proof(parts: Parts) -> Proof | None:
    """The layers that are packed, and how often they were computed."""
    from tts_baseline.pipelines.f5_spanish.network.packed import PackedLinear, counted
    from tts_baseline.pipelines.f5_spanish.network.transformer import transformer_of

    layers, calls = counted(transformer_of(parts), PackedLinear)
    return Proof(f"{layers} linear layers packed for oneDNN", {"calls": calls}) if layers else None
