"""Guides the first half of the flow alone, as far as its time goes: what follows needs one flow, not two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tts_baseline.core.switches import SwitchSpec

if TYPE_CHECKING:
    from tts_baseline.core.switches import Proof
    from tts_baseline.pipelines.f5_spanish.parts import Parts

SPEC = SwitchSpec(
    name="guidance_interval",
    stage="solver",
    equality="perceptual",
    bound=8.0,  # random small models give 18 and 12 dB
    excludes=("epss_12", "epss_10", "epss_7", "draft_verify"),
)
UNTIL = (
    0.5  # Kynkäänniemi et al. 2024 (arXiv:2404.07724) guide in an interval; the end is chosen (docs/speed.md)
)


def apply(parts: Parts) -> Parts:
    """The parts with a solver that guides until the half."""
    from tts_baseline.pipelines.f5_spanish.solver.sparing import unguided_from

    return unguided_from(parts, UNTIL)


def proof(parts: Parts) -> Proof | None:
    """Where guidance ends, and the flows that were spared."""
    from tts_baseline.pipelines.f5_spanish.solver.sparing import proof_of_guidance

    return proof_of_guidance(parts)
