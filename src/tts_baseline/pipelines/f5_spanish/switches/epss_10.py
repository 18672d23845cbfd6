"""Makes 10 steps along the flow where the settings ask for more, placed by EPSS: dense early, sparse late."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tts_baseline.core.switches import SwitchSpec

if TYPE_CHECKING:
    from tts_baseline.core.switches import Proof
    from tts_baseline.pipelines.f5_spanish.parts import Parts

SPEC = SwitchSpec(
    name="epss_10",
    stage="solver",
    equality="perceptual",
    bound=10.0,  # the embedded voice gives 13 to 20 dB (docs/speed.md), random small models 27 and 22
    excludes=("epss_12", "epss_7", "guidance_interval", "draft_verify"),
)


def apply(parts: Parts) -> Parts:
    """The parts with a solver of 10 steps."""
    from tts_baseline.pipelines.f5_spanish.solver.sparing import fewer_steps

    return fewer_steps(parts, 10)


def proof(parts: Parts) -> Proof | None:
    """The steps, and the flows that were spared."""
    from tts_baseline.pipelines.f5_spanish.solver.sparing import proof_of_steps

    return proof_of_steps(parts, 10)
