"""The parts that speak, and what each promises: a switch replaces parts, and nothing else knows of it.

A request is a batch of one: its chunks become jobs, and the parts take any number of jobs of any length.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from tts_baseline.pipelines.f5_spanish.voice.reference import Reference


class Job(Struct, frozen=True, kw_only=True):
    """One chunk to speak: the clip to continue, the tokens of both, their frames, and the noise's seed.

    `frames` counts clip and speech together, and is more than the clip's and than the tokens. `labels` are
    what is told of each token, for a network that knows labels (`network/labels.py`).
    """

    reference: Reference
    tokens: tuple[int, ...]
    frames: int
    seed: int
    labels: tuple[tuple[int, int, int], ...] = ()


class Flow(NamedTuple):
    """The flow of one job at one time, (1, n, m) float32 each: under its condition, and free of it."""

    conditional: Tensor
    free: Tensor


class Network(Protocol):
    """Predicts the flow."""

    def prepare(self, job: Job) -> Any:
        """The condition of a job: all that stays fixed over the solver's steps."""
        ...

    def flow(
        self, states: Sequence[Tensor], time: float, conditions: Sequence[Any], *, guided: bool = True
    ) -> list[Flow]:
        """The flow of every job of a ragged batch at one time in [0, 1]; states are (1, n, m) float32.

        Where it is not guided, the free flow is not computed: the conditional one stands in its place.
        """
        ...


class Solver(Protocol):
    """Follows the flow from noise to speech."""

    @property
    def times(self) -> tuple[float, ...]:
        """The flow times at which the network is asked, from 0 on."""
        ...

    def mels(self, network: Network, jobs: Sequence[Job]) -> list[Tensor]:
        """The log mel of each job's speech, (1, m, n) float32: a function of network and job alone."""
        ...


class Vocoder(Protocol):
    """Turns log mels into waves."""

    @property
    def overlap(self) -> int:
        """Frames on either side of a frame that its samples depend on: what two cuts of a mel must share."""
        ...

    def waves(self, mels: Sequence[Tensor]) -> list[Tensor]:
        """The wave of each log mel (1, m, n): (samples,) float32 at 24 kHz."""
        ...


class Parts(Struct, frozen=True, kw_only=True):
    """What speaks: the reference, or what switches made of it."""

    network: Network
    solver: Solver
    vocoder: Vocoder
