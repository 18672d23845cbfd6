"""Sampling: from noise to a mel spectrogram, by Euler steps along the flow.

The schedule is upstream's: EPSS for the step counts that it covers (Zheng et al. 2025, arXiv:2505.19931),
else uniform, then bent by sway sampling (Chen et al. 2024, arXiv:2410.06885). Noise comes from a generator
of its own for each chunk, drawn on the CPU, so it depends on the chunk's seed alone: not on the thread, the
order, other chunks or the device.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from tts_baseline.core.records import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tts_baseline.pipelines.f5_spanish.model.dit import Transformer

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


class Sampler(Record, frozen=True, kw_only=True):
    """How the flow is followed: function evaluations, guidance strength, sway (0: none; -1: most early)."""

    steps: int = 16
    guidance: float = 2.0
    sway: float = -1.0


def times(sampler: Sampler) -> Tensor:
    """The `steps + 1` flow times from 0 to 1, float32, on the CPU."""
    pruned = _EPSS.get(sampler.steps)
    if pruned is None:
        t = torch.linspace(0, 1, sampler.steps + 1)
    else:
        t = torch.tensor(pruned, dtype=torch.float32) * (1 / _EPSS_GRID)
    return t + sampler.sway * (torch.cos(torch.pi / 2 * t) - 1 + t) if sampler.sway else t


def seed_of(seed: int, index: int) -> int:
    """The seed of a request's chunk; that of the first is the request's own."""
    return (seed + index * 0x9E3779B97F4A7C15) % _SEEDS


def noise(frames: int, channels: int, seed: int) -> Tensor:
    """Standard normal noise (1, frames, channels), float32, on the CPU: a function of its arguments alone.

    torch's generator takes the lowest 32 bits of the seed.
    """
    dice = torch.Generator().manual_seed(seed)
    return torch.randn(frames, channels, generator=dice).unsqueeze(0)


@torch.inference_mode()
def sample(
    model: Transformer, reference: Tensor, tokens: Sequence[int], frames: int, *, sampler: Sampler, seed: int
) -> Tensor:
    """The log mel spectrogram (1, n, m) of reference and speech, float32, on the model's device.

    `reference` is the clip's log mel (1, r, m); the speech follows it. `frames` is the length asked for; n is
    at least one more than the clip's frames and than the tokens, so that something is spoken.
    """
    device = model.proj_out.weight.device
    given = reference.shape[1]
    frames = max(frames, given + 1, len(tokens) + 1)
    mel = torch.nn.functional.pad(reference.to(device), (0, 0, 0, frames - given))
    condition = model.condition(mel, torch.tensor([tokens], device=device))
    state = noise(frames, mel.shape[2], seed).to(device)
    moments = times(sampler).to(device)
    for start, end in itertools.pairwise(moments):
        flow, free_flow = model(state, start, condition)
        state = state + (end - start) * (flow + (flow - free_flow) * sampler.guidance)
    state[:, :given] = mel[:, :given]
    return state
