"""Makes 7 steps along the flow where the settings ask for more, placed by EPSS: dense early, sparse late."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tts_baseline.core.switches import SwitchSpec

if TYPE_CHECKING:
    from tts_baseline.core.switches import Proof
    from tts_baseline.pipelines.f5_spanish.parts import Parts

SPEC = SwitchSpec(
    name="epss_7",
    stage="solver",
    equality="perceptual",
    bound=4.0,  # the embedded voice gives 4 to 10 dB (docs/speed.md), random small models 18 and 12
    excludes=("epss_12", "epss_10", "guidance_interval", "draft_verify"),
)


def apply(parts: Parts) -> Parts:
    """The parts with a solver of 7 steps."""
    from tts_baseline.pipelines.f5_spanish.solver.sparing import fewer_steps

    return fewer_steps(parts, 7)


def proof(parts: Parts) -> Proof | None:
    """The steps, and the flows that were spared."""
    from tts_baseline.pipelines.f5_spanish.solver.sparing import proof_of_steps

    return proof_of_steps(parts, 7)
