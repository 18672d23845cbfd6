"""An Euler solver that computes fewer flows than the settings ask for, and counts those that it spared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from tts_baseline.core.errors import PipelineError, SettingsError
from tts_baseline.core.switches import Proof
from tts_baseline.pipelines.f5_spanish.solver.euler import EulerSolver

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from tts_baseline.pipelines.f5_spanish.parts import Job, Network, Parts


class SparingSolver:
    """Follows the flow as `solver` does, and counts how many flows `usual` would have cost more."""

    def __init__(self, solver: EulerSolver, usual: EulerSolver) -> None:
        self.solver, self._of_a_job = solver, usual.flows - solver.flows
        self.spared = 0

    @property
    def times(self) -> tuple[float, ...]:
        """The times at which the network is asked."""
        return self.solver.times

    def mels(self, network: Network, jobs: Sequence[Job]) -> list[Tensor]:
        """The log mel of each job's speech, see `EulerSolver`."""
        self.spared += self._of_a_job * len(jobs)
        return self.solver.mels(network, jobs)


def fewer_steps(parts: Parts, steps: int) -> Parts:
    """The parts with so many evaluations of the network for a job.

    Raises SettingsError where the settings ask for no more.
    """
    solver = solver_of(parts)
    if solver.steps <= steps:
        raise SettingsError(
            f"the switch epss_{steps} makes {steps} steps, and the settings ask for {solver.steps}",
            where="--tts-optimize",
            hint="--tts-optimize none",
        )
    return replace(parts, solver=SparingSolver(replace(solver, steps=steps), solver))


def proof_of_steps(parts: Parts, steps: int) -> Proof | None:
    """The steps of a job, and the flows that were spared."""
    solver = parts.solver
    if not isinstance(solver, SparingSolver) or solver.solver.steps != steps:
        return None
    return Proof(f"{steps} steps", {"flows spared": solver.spared})


def unguided_from(parts: Parts, time: float) -> Parts:
    """The parts that compute no free flow after a time.

    Raises SettingsError where there is none.
    """
    solver = solver_of(parts)
    sparing = replace(solver, guided_until=time)
    if sparing.flows == solver.flows:
        raise SettingsError(
            f"no step of {solver.steps} is guided after {time:g}, so guidance would end nowhere",
            where="--tts-optimize",
            hint="--tts-optimize none",
        )
    return replace(parts, solver=SparingSolver(sparing, solver))


def proof_of_guidance(parts: Parts) -> Proof | None:
    """The time after which nothing guides, the steps without guidance, and the flows that were spared."""
    solver = parts.solver
    if not isinstance(solver, SparingSolver) or solver.solver.guided_until >= 1:
        return None
    until, times = solver.solver.guided_until, solver.times
    alone = sum(time > until for time in times)
    return Proof(
        f"no guidance after {until:g}: in {alone} of {len(times)} steps", {"flows spared": solver.spared}
    )


def solver_of(parts: Parts) -> EulerSolver:
    """The reference's own solver; PipelineError where another switch has put one in its place."""
    if not isinstance(parts.solver, EulerSolver):
        raise PipelineError(
            f"the solver is a {type(parts.solver).__name__}, and a switch needs the reference's own",
            where="--tts-optimize",
            hint="leave one of the switches out",
        )
    return parts.solver
