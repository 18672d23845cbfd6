"""Computes the transformer in float16; time, rotary angles, solver and vocoder stay float32."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from tts_baseline.core.switches import Needs, SwitchSpec

if TYPE_CHECKING:
    from tts_baseline.core.switches import Proof
    from tts_baseline.pipelines.f5_spanish.parts import Parts

SPEC = SwitchSpec(
    name="fp16",
    stage="weights",
    equality="perceptual",
    bound=28.0,  # that of bf16, and 6 dB for each of the three bits of mantissa that float16 has more
    needs=Needs(devices=("cuda",)),
    excludes=("bf16",),
)


def apply(parts: Parts) -> Parts:
    """The parts with the weights of the transformer in float16."""
    import torch

    from tts_baseline.pipelines.f5_spanish.network.cast import cast
    from tts_baseline.pipelines.f5_spanish.network.transformer import transformer_of

    return replace(parts, network=cast(transformer_of(parts), torch.float16))


def proof(parts: Parts) -> Proof | None:
    """The linear layers that compute in float16."""
    import torch

    from tts_baseline.pipelines.f5_spanish.network.cast import proof_of

    return proof_of(parts, torch.float16)
