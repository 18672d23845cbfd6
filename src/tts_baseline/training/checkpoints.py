"""The state of a run on disk: whole, or the one before it; a run that goes on from it misses nothing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import torch
from msgspec import Struct
from torch import Tensor

from tts_baseline.core.errors import PipelineError, brief
from tts_baseline.core.files import sync_folder

LAST, BEST = "last.pt", "best.pt"


class State(Struct, frozen=True, kw_only=True):
    """All that a run is made of between two updates, but for its data.

    `origin` says what it may be continued with: recipe, data and vocabulary; `learned` counts frames.
    `standing` is what the run knows of held-out clips (`training/exam.py`).
    """

    update: int
    epoch: int
    batch: int
    learned: int
    origin: dict[str, Any]
    weights: dict[str, Tensor]
    average: dict[str, Tensor]
    optimizer: dict[str, Any]
    standing: dict[str, float] = {}


def write(folder: Path, state: State, name: str = LAST) -> Path:
    """The file that now holds this state; whatever happens meanwhile, it holds this one or the one before."""
    path = folder / name
    new = path.with_suffix(".new")
    fields = {name: getattr(state, name) for name in State.__struct_fields__}
    with new.open("wb") as file:
        torch.save(fields, file)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    sync_folder(folder)
    return path


def read(folder: Path, name: str = LAST) -> State | None:
    """The state that a run was left in, or its best; None where it has not been kept yet.

    Raises PipelineError for a file that is no such state.
    """
    path = folder / name
    if not path.exists():
        return None
    try:
        fields = torch.load(path, map_location="cpu", weights_only=True)
        return State(**fields)
    except Exception as error:
        raise PipelineError(
            f"the checkpoint cannot be read: {brief(error)}",
            where=str(path),
            hint=f"remove it to begin anew: rm {path}",
        ) from error
