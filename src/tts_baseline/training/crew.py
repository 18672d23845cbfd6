"""The processes that train together: each learns from its own batches of an update, gradients add up.

They are started by torch's own launcher: `torchrun --nproc-per-node 2 -m tts_baseline.cli train run …`.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

import torch
from msgspec import Struct
from torch import Tensor, distributed

from tts_baseline.core.errors import SettingsError

T = TypeVar("T")


class Crew(Struct, frozen=True):
    """So many processes, of which this is number `rank`; alone unless said otherwise."""

    rank: int = 0
    count: int = 1

    @property
    def is_first(self) -> bool:
        """True in the one process that speaks and writes."""
        return self.rank == 0

    def own(self, items: Sequence[T]) -> Sequence[T]:
        """This process's part of what is to be done."""
        return items[self.rank :: self.count]

    def add(self, tensors: Iterable[Tensor]) -> None:
        """Replace each tensor by its sum over the processes, which is the same in all, to the bit."""
        if self.count == 1:
            return
        parts = list(tensors)
        together = torch.cat([part.flatten() for part in parts])
        distributed.all_reduce(together)
        for part, added in zip(parts, together.split([part.numel() for part in parts]), strict=True):
            part.copy_(added.view_as(part))

    def total(self, number: float) -> float:
        """The sum of a number over the processes."""
        if self.count == 1:
            return number
        added = torch.tensor([number], dtype=torch.float64, device=self._device)
        distributed.all_reduce(added)
        return added.item()

    def first(self, number: float) -> float:
        """The number that the first process has."""
        return self.total(number if self.is_first else 0.0)

    @property
    def _device(self) -> str:
        return "cuda" if distributed.get_backend() == "nccl" else "cpu"


ALONE = Crew()


@contextlib.contextmanager
def joined(device: str, accumulate: int) -> Iterator[tuple[Crew, str]]:
    """The crew that the launcher's environment says, and this process's device, until the block ends.

    Raises SettingsError where the batches of an update cannot be shared out evenly.
    """
    count = int(os.environ.get("WORLD_SIZE", "1"))
    if count == 1:
        yield ALONE, device
        return
    if accumulate % count:
        raise SettingsError(
            f"the {accumulate} batches of an update cannot be shared out among {count} processes",
            where="accumulate in the recipe",
            hint=f"set accumulate = {count}, or a multiple of it",
        )
    own = device
    if device.startswith("cuda"):
        own = f"cuda:{os.environ.get('LOCAL_RANK', '0')}"
        torch.cuda.set_device(own)
    distributed.init_process_group("nccl" if device.startswith("cuda") else "gloo")
    try:
        yield Crew(distributed.get_rank(), count), own
        distributed.barrier()  # one that leaves would take its connections from those that still add up
    finally:
        distributed.destroy_process_group()
