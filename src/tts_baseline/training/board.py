"""How a run is getting on, as TensorBoard shows it."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tts_baseline.core.errors import MissingExtra

FOLDER = "tensorboard"


class Board:
    """A folder of events that `tensorboard --logdir` reads; it begins anew after `update`."""

    def __init__(self, run: Path, update: int = 0) -> None:
        if find_spec("tensorboard") is None:
            raise MissingExtra("TensorBoard's events need tensorboard", extra="train")
        from torch.utils.tensorboard import SummaryWriter

        # What a killed run had shown beyond its last checkpoint is made again.
        self._writer: Any = SummaryWriter(str(run / FOLDER), purge_step=update + 1)

    def show(self, update: int, numbers: Mapping[str, float]) -> None:
        """Add numbers to their curves."""
        for name, number in numbers.items():
            self._writer.add_scalar(name, number, update)
        self._writer.flush()

    def close(self) -> None:
        """Write what is left."""
        self._writer.close()
