"""From noise to a mel spectrogram by Euler steps along the flow.

The schedule is upstream's: EPSS for the step counts that it covers (Zheng et al. 2025, arXiv:2505.19931),
else uniform, then bent by sway sampling (Chen et al. 2024, arXiv:2410.06885). Noise comes from a generator
of its own for each job, drawn on the CPU, so it depends on the job's seed alone: not on the thread, the
order, other jobs or the device.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from tts_baseline.core.records import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tts_baseline.pipelines.f5_spanish.parts import Flow, Job, Network

_EPSS = {
    5: (0, 2, 4, 8, 16, 32),
    6: (0, 2, 4, 6, 8, 16, 32),
    7: (0, 2, 4, 6, 8, 16, 24, 32),
    10: (0, 2, 4, 6, 8, 12, 16, 20, 24, 28, 32),
    12: (0, 2, 4, 6, 8, 10, 12, 14, 16, 20, 24, 28, 32),
    16: (0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32),
}
_EPSS_GRID = 32
_SEEDS = 2**63


class EulerSolver(Record, frozen=True, kw_only=True):
    """How the flow is followed: function evaluations, guidance strength, sway (0: none; -1: most early).

    After `guided_until`, and where nothing guides, the conditional flow is followed alone.
    """

    steps: int = 16
    guidance: float = 2.0
    sway: float = -1.0
    guided_until: float = 1.0

    @property
    def times(self) -> tuple[float, ...]:
        """The times at which the network is asked: the start of each step."""
        return tuple(schedule(self)[:-1].tolist())

    @property
    def flows(self) -> int:
        """How many flows a job costs: a conditional one at each time, and a free one where that guides."""
        return sum(1 + self._guides(time) for time in self.times)

    @torch.inference_mode()
    def mels(self, network: Network, jobs: Sequence[Job]) -> list[Tensor]:
        """The log mel (1, m, n) of each job's speech, float32, on the clip's device."""
        conditions = [network.prepare(job) for job in jobs]
        states = [
            noise(job.frames, job.reference.mel.shape[2], job.seed).to(job.reference.mel.device)
            for job in jobs
        ]
        ends = self.followed(network, states, conditions)
        return [speech(end, job) for end, job in zip(ends, jobs, strict=True)]

    def followed(self, network: Network, states: Sequence[Tensor], conditions: Sequence[Any]) -> list[Tensor]:
        """Where the flow leads these states (1, n, m): all that is computed again and again."""
        states = list(states)
        for time, length in zip(self.times, schedule(self).diff().tolist(), strict=True):
            flows = network.flow(states, time, conditions, guided=self._guides(time))
            states = [state + length * self._guided(flow) for state, flow in zip(states, flows, strict=True)]
        return states

    def _guides(self, time: float) -> bool:
        return self.guidance > 0 and time <= self.guided_until

    def _guided(self, flow: Flow) -> Tensor:
        """Classifier-free guidance (Ho & Salimans 2022, arXiv:2207.12598)."""
        return flow.conditional + (flow.conditional - flow.free) * self.guidance


def schedule(solver: EulerSolver) -> Tensor:
    """The `steps + 1` flow times from 0 to 1, float32, on the CPU."""
    pruned = _EPSS.get(solver.steps)
    if pruned is None:
        t = torch.linspace(0, 1, solver.steps + 1)
    else:
        t = torch.tensor(pruned, dtype=torch.float32) * (1 / _EPSS_GRID)
    return t + solver.sway * (torch.cos(torch.pi / 2 * t) - 1 + t) if solver.sway else t


def seed_of(seed: int, index: int) -> int:
    """The seed of a request's chunk; that of the first is the request's own."""
    return (seed + index * 0x9E3779B97F4A7C15) % _SEEDS


def noise(frames: int, channels: int, seed: int) -> Tensor:
    """Standard normal noise (1, frames, channels), float32, on the CPU: a function of its arguments alone.

    torch's generator takes the lowest 32 bits of the seed.
    """
    dice = torch.Generator().manual_seed(seed)
    return torch.randn(frames, channels, generator=dice).unsqueeze(0)


def speech(state: Tensor, job: Job) -> Tensor:
    """What is spoken at the end of a flow: the frames after the clip's whole hops.

    The first is the clip's own, of its incomplete last hop.
    """
    clip = job.reference
    given = clip.mel.shape[1]
    state[:, :given] = clip.mel
    return state[:, clip.frames :].permute(0, 2, 1)
