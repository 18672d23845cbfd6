"""Computes chunks and requests of nearly the same length beside each other, their padding masked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tts_baseline.core.switches import Proof, SwitchSpec
from tts_baseline.pipelines.f5_spanish.buckets import MOST_FRAMES, buckets

if TYPE_CHECKING:
    from tts_baseline.pipelines.f5_spanish.parts import Parts

# int8 rounds inputs by the largest of a call: what is beside a job would be heard in it.
SPEC = SwitchSpec(name="batched", stage="network", equality="numeric", bound=1e-5, excludes=("int8",))


class Buckets:
    """Groups jobs by their length. Counts the jobs, and the passes through the network that they took."""

    def __init__(self) -> None:
        self.jobs = self.passes = 0

    def __call__(self, frames: Sequence[int]) -> list[list[int]]:
        groups = buckets(frames)
        self.jobs += len(frames)
        self.passes += len(groups)
        return groups


def apply(parts: Parts) -> Parts:
    """The parts with jobs in groups."""
    from tts_baseline.pipelines.f5_spanish.network.transformer import alike, transformer_of

    network = alike(transformer_of(parts))
    network.groups = Buckets()
    return replace(parts, network=network)


def proof(parts: Parts) -> Proof | None:
    """How much is computed at once, and how many flows were, in how many passes through the network."""
    from tts_baseline.pipelines.f5_spanish.network.transformer import transformer_of

    groups = transformer_of(parts).groups
    if not isinstance(groups, Buckets):
        return None
    return Proof(f"up to {MOST_FRAMES} frames at once", {"jobs": groups.jobs, "passes": groups.passes})
