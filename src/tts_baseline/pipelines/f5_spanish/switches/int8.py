"""Computes the products of the blocks in 8 bits; first and last layer, and attention, stay float32."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tts_baseline.core.errors import PipelineError
from tts_baseline.core.switches import Needs, Proof, SwitchSpec

if TYPE_CHECKING:
    from tts_baseline.pipelines.f5_spanish.parts import Parts

SPEC = SwitchSpec(
    name="int8",
    stage="compile",
    equality="perceptual",
    bound=8.0,  # the embedded voice gives 10 to 21 dB (docs/speed.md), random small models 47 and 39
    needs=Needs(devices=("cpu",), instructions=("avx2", "avx512_vnni", "avx_vnni", "asimddp")),
    excludes=("batched", "bf16", "packed"),
)
_ENGINE = "onednn"
_EXACT = frozenset(["avx512_vnni", "avx_vnni", "asimddp"])  # these sum products in 32 bits, AVX2 pairs in 16


def apply(parts: Parts) -> Parts:
    """The parts with the weights of the blocks in 8 bits, each row with a scale of its own.

    Raises PipelineError where torch was built without oneDNN.
    """
    import torch

    from tts_baseline.core.environment import cpu_instructions
    from tts_baseline.pipelines.f5_spanish.network.packed import Int8Linear, repacked
    from tts_baseline.pipelines.f5_spanish.network.transformer import alike, transformer_of

    if _ENGINE not in torch.backends.quantized.supported_engines:
        raise PipelineError(
            "the switch int8 needs oneDNN, and this torch was built without it",
            where="--tts-optimize",
            hint="--tts-optimize none",
        )
    network = alike(transformer_of(parts))
    usual = torch.backends.quantized.engine
    torch.backends.quantized.engine = _ENGINE  # what packs; the packed weights then know who multiplies
    try:
        exact = not _EXACT.isdisjoint(cpu_instructions() or ())
        repacked(network, functools.partial(Int8Linear, reduced=not exact))
    finally:
        torch.backends.quantized.engine = usual
    return replace(parts, network=network)


def proof(parts: Parts) -> Proof | None:
    """The layers in 8 bits, and how often they were computed."""
    from tts_baseline.pipelines.f5_spanish.network.packed import Int8Linear, counted
    from tts_baseline.pipelines.f5_spanish.network.transformer import transformer_of

    layers, calls = counted(transformer_of(parts), Int8Linear)
    return Proof(f"{layers} linear layers in 8 bits", {"calls": calls}) if layers else None
