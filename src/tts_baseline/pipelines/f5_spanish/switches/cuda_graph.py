"""Records a chunk's steps as one CUDA graph, for each length in steps of 64 frames, and plays that back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from tts_baseline.core.switches import Needs, Proof, SwitchSpec

if TYPE_CHECKING:
    from tts_baseline.pipelines.f5_spanish.parts import Parts

SPEC = SwitchSpec(
    name="cuda_graph",
    stage="compile",
    equality="numeric",
    bound=1e-5,  # as batched, whose padding is this one
    needs=Needs(devices=("cuda",)),
    # The first computes jobs beside each other; the others have solvers of their own.
    excludes=("batched", "draft_verify", "epss_7", "epss_10", "epss_12", "guidance_interval"),
)


def apply(parts: Parts) -> Parts:
    """The parts with a solver that records."""
    from tts_baseline.pipelines.f5_spanish.network.transformer import transformer_of
    from tts_baseline.pipelines.f5_spanish.solver.recorded import CudaRecorder, RecordedSolver
    from tts_baseline.pipelines.f5_spanish.solver.sparing import solver_of

    transformer_of(parts)
    return replace(parts, solver=RecordedSolver(solver_of(parts), CudaRecorder()))


def proof(parts: Parts) -> Proof | None:
    """How many lengths are kept at most, and how many recordings were made and played."""
    from tts_baseline.pipelines.f5_spanish.solver.recorded import GRAIN, MOST, RecordedSolver

    solver = parts.solver
    if not isinstance(solver, RecordedSolver):
        return None
    text = f"all steps of a chunk in one graph, {MOST} lengths in steps of {GRAIN} frames"
    return Proof(text, {"recordings": solver.recordings, "plays": solver.plays})
