"""Computes the transformer in bfloat16; time, rotary angles, solver and vocoder stay float32."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from tts_baseline.core.switches import Needs, SwitchSpec

if TYPE_CHECKING:
    from tts_baseline.core.switches import Proof
    from tts_baseline.pipelines.f5_spanish.parts import Parts

SPEC = SwitchSpec(
    name="bf16",
    stage="weights",
    equality="perceptual",
    bound=10.0,  # the embedded voice gives 12 to 33 dB (docs/speed.md), random small models 33 and 39
    needs=Needs(devices=("cpu", "cuda"), capability=(8, 0), instructions=("avx512_bf16", "amx_bf16", "bf16")),
    excludes=("fp16",),
)


def apply(parts: Parts) -> Parts:
    """The parts with the weights of the transformer in bfloat16."""
    import torch

    from tts_baseline.pipelines.f5_spanish.network.cast import cast
    from tts_baseline.pipelines.f5_spanish.network.transformer import transformer_of

    return replace(parts, network=cast(transformer_of(parts), torch.bfloat16))


def proof(parts: Parts) -> Proof | None:
    """The linear layers that compute in bfloat16."""
    import torch

    from tts_baseline.pipelines.f5_spanish.network.cast import proof_of

    return proof_of(parts, torch.bfloat16)
