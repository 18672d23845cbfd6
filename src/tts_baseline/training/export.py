"""A run becomes a checkpoint that speaks: weights in float16, vocabulary, architecture, and a model card.

Names and form are those of the published checkpoints, so upstream f5-tts loads it, too.
"""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors.torch import save
from torch import Tensor

from tts_baseline.core.errors import PipelineError
from tts_baseline.core.files import write_atomic
from tts_baseline.core.outside import markdown
from tts_baseline.pipelines.f5_spanish.network.architecture import Architecture, measured
from tts_baseline.training import checkpoints
from tts_baseline.training.checkpoints import State
from tts_baseline.training.dataset import VOCABULARY, digest

CHECKPOINT, CARD = "model.safetensors", "README.md"
_PREFIX = "ema_model.transformer."
_EXACT = ("rotary_embed.inv_freq",)  # rounded frequencies turn far frames by another angle


def export(run: Path, dataset: Path, out: Path, *, licence: str) -> Path:
    """The checkpoint in `out` of the run in a folder, which learned from this dataset.

    Raises PipelineError where the run has not been kept yet, learned from other data, or where a weight is no
    number in float16.
    """
    state = checkpoints.read(run)
    if state is None:
        raise PipelineError(
            "there is nothing to export: the run has not been kept yet",
            where=str(run),
            hint=f"tts-baseline train run {dataset} --out {run}",
        )
    if state.origin["data"] != digest(dataset):
        raise PipelineError(
            "the run learned from other data than this, which may count in another vocabulary",
            where=str(dataset),
            hint="name the dataset that the run was begun with",
        )
    weights = spoken(state)
    arch = state.origin["recipe"]["arch"]
    path = out / CHECKPOINT
    shapes = {name: tuple(weight.shape) for name, weight in weights.items()}
    sizes = measured(shapes, arch, checkpoint=str(run))
    tensors = {_PREFIX + name: weight for name, weight in weights.items()}
    write_atomic(out / VOCABULARY, (dataset / VOCABULARY).read_bytes())
    write_atomic(out / (CHECKPOINT + ".json"), json.dumps({"arch": arch}).encode() + b"\n")
    write_atomic(out / CARD, _card(state, sizes, licence).encode())
    write_atomic(path, save(tensors, {"update": str(state.update)}))
    return path


def spoken(state: State) -> dict[str, Tensor]:
    """The weights that speak, by the network's names: the average, in float16 but for the frequencies."""
    weights = {**state.weights, **state.average}
    broken = [name for name, weight in weights.items() if not bool(torch.isfinite(weight.half()).all())]
    if broken:
        raise PipelineError(
            f"{len(broken)} of the weights are no numbers in float16, such as {broken[0]}",
            hint="train anew with a lower peak, or export an earlier checkpoint",
        )
    return {
        name: (weight if name in _EXACT else weight.half()).contiguous() for name, weight in weights.items()
    }


def _card(state: State, sizes: Architecture, licence: str) -> str:
    parameters = sum(weight.numel() for weight in state.average.values())
    rows = {
        "architecture": f"F5-TTS {sizes.version}, {sizes.dim} x {sizes.depth}, {sizes.heads} heads",
        "parameters": f"{parameters / 10**6:.1f} M, float16",
        "trained": f"{state.update} updates, {state.learned / 10**6:.2f} M frames",
        "data": f"clips.jsonl {state.origin['data']}",
        "licence": licence,
    }
    made = "".join(f"| {name} | {markdown(value)} |\n" for name, value in rows.items())
    recipe = json.dumps(state.origin["recipe"], indent=1)
    return f"# Checkpoint\n\n| | |\n| --- | --- |\n{made}\nIts recipe:\n\n```json\n{recipe}\n```\n"
