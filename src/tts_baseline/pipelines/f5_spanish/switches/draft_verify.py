"""Drafts in 7 steps, looks at each draft, and makes all steps where one is off level, silent or flat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from tts_baseline.core.errors import SettingsError
from tts_baseline.core.switches import Proof, SwitchSpec

if TYPE_CHECKING:
    from tts_baseline.pipelines.f5_spanish.parts import Parts

SPEC = SwitchSpec(
    name="draft_verify",
    stage="solver",
    equality="perceptual",
    bound=4.0,  # as epss_7, whose drafts these are
    excludes=("epss_12", "epss_10", "epss_7", "guidance_interval"),
)
STEPS = 7  # of epss_7: fewer were not measured


def apply(parts: Parts) -> Parts:
    """The parts with a solver that drafts. Raises SettingsError where the settings ask for no more steps."""
    from tts_baseline.pipelines.f5_spanish.solver.drafting import DraftingSolver
    from tts_baseline.pipelines.f5_spanish.solver.sparing import solver_of

    full = solver_of(parts)
    if full.steps <= STEPS:
        raise SettingsError(
            f"the switch draft_verify drafts in {STEPS} steps, and the settings ask for {full.steps}",
            where="--tts-optimize",
            hint="--tts-optimize none",
        )
    return replace(parts, solver=DraftingSolver(replace(full, steps=STEPS), full))


def proof(parts: Parts) -> Proof | None:
    """The steps of a draft and of all, and how many drafts there were: how many fail is of the voice."""
    from tts_baseline.pipelines.f5_spanish.solver.drafting import DraftingSolver

    solver = parts.solver
    if not isinstance(solver, DraftingSolver):
        return None
    return Proof(
        f"drafts of {solver.draft.steps} steps, verified; {solver.full.steps} where one has a fault",
        {"drafts": solver.faults.drafts},
    )
