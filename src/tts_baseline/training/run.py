"""A training run: update after update, kept as it goes, until its recipe, or who started it, ends it.

What an update does depends on its number, the data and the state before it alone. A run that was stopped, or
killed, therefore goes on as if nothing had been: on a CPU, with as many threads, bit for bit.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from msgspec import Struct
from torch import Tensor

from tts_baseline.core.errors import PipelineError, SettingsError
from tts_baseline.pipelines.f5_spanish.network.transformer import Transformer
from tts_baseline.training import checkpoints, objective, recipes, schedule
from tts_baseline.training.buckets import Cursor, walk
from tts_baseline.training.checkpoints import State
from tts_baseline.training.dataset import Dataset
from tts_baseline.training.objective import Batch
from tts_baseline.training.recipes import Recipe

_SAID_EVERY_S = 10.0


class Pace(Struct, frozen=True, kw_only=True):
    """How a run is getting on: the mean loss and the frames a second since this was last said."""

    update: int
    updates: int
    loss: float
    frames_per_s: float
    learned: int
    left_s: float


class Ended(Struct, frozen=True, kw_only=True):
    """Where a run ended, and whether it was asked to before its last update."""

    update: int
    learned: int
    path: Path
    is_stopped: bool


def run(
    network: Transformer,
    dataset: Dataset,
    recipe: Recipe,
    folder: Path,
    *,
    device: str = "cpu",
    said: Callable[[Pace], None] = lambda _: None,
    stopping: Callable[[], bool] = lambda: False,
) -> Ended:
    """Train a network, from where the run in this folder was left, or from its weights as they are.

    Raises SettingsError where the folder holds a run of another recipe or other data, and PipelineError where
    the loss is no number any more; what was kept before it stays.
    """
    folder.mkdir(parents=True, exist_ok=True)
    origin = {"recipe": recipes.as_table(recipe), "data": dataset.sha256}
    before = checkpoints.read(folder)
    if before is not None:
        _check_origin(before.origin, origin, recipe, folder)
    trainee = Trainee(network.to(device).train().requires_grad_(True), recipe, before)
    place = Cursor(before.epoch, before.batch) if before else Cursor()
    batches = walk(dataset.lengths, most=recipe.frames, items=recipe.items, seed=recipe.seed, start=place)
    learned = before.learned if before else 0
    watch = _Watch(recipe, trainee.update, learned, said)
    kept_at = time.monotonic()

    def keep() -> Path:
        return checkpoints.write(
            folder,
            State(
                update=trainee.update, epoch=place.epoch, batch=place.batch, learned=learned, origin=origin,
                weights=trainee.weights, average=trainee.average, optimizer=trainee.optimizer.state_dict(),
            ),
        )  # fmt: skip

    while trainee.update < recipe.updates and not stopping():
        together = []
        for _ in range(recipe.accumulate):
            place, chosen = next(batches)
            together.append(dataset.batch(chosen).to(device))
        loss = trainee.learn(together)
        if not loss < float("inf"):
            raise PipelineError(
                f"the loss of update {trainee.update} is {loss}: it learns nothing any more",
                where=str(folder),
                hint="lower peak in the recipe, and train anew from the last checkpoint",
            )
        learned += sum(int(batch.lengths.sum()) for batch in together)
        watch.seen(trainee.update, loss, learned)
        if time.monotonic() - kept_at >= recipe.checkpoint_s:
            keep()
            kept_at = time.monotonic()
    return Ended(
        update=trainee.update, learned=learned, path=keep(), is_stopped=trainee.update < recipe.updates
    )


class Trainee:
    """A network that learns, its optimizer, and the moving average of its weights: what will speak."""

    def __init__(self, network: Transformer, recipe: Recipe, before: State | None) -> None:
        self._network, self._recipe = network, recipe
        if before is not None:
            network.load_state_dict(before.weights)
        self._parameters = dict(network.named_parameters())
        values = self._parameters.values()
        self.optimizer = torch.optim.AdamW(values, lr=recipe.peak, fused=True)
        self.update = 0
        self.average = {name: weight.detach().clone() for name, weight in self._parameters.items()}
        if before is not None:
            self.update = before.update
            self.optimizer.load_state_dict(before.optimizer)
            for name, weight in before.average.items():
                self.average[name].copy_(weight)

    @property
    def weights(self) -> dict[str, Tensor]:
        """Parameters and buffers as they are now."""
        return self._network.state_dict()

    def learn(self, together: list[Batch]) -> float:
        """The mean loss of one update, over batches whose gradients are added up."""
        recipe, number = self._recipe, self.update
        total = 0.0
        for index, batch in enumerate(together):
            dice = objective.dice(recipe.seed, number * recipe.accumulate + index)
            drawn = objective.draw(batch, recipe.chances, dice)
            with torch.autocast(
                batch.mel.device.type, torch.bfloat16, enabled=recipe.precision == "bfloat16"
            ):
                loss = objective.loss(self._network, batch, drawn) / len(together)
            loss.backward()
            total += loss.item()
        values = list(self._parameters.values())
        torch.nn.utils.clip_grad_norm_(values, recipe.norm)
        rate = schedule.rate(number, peak=recipe.peak, warmup=recipe.warmup, updates=recipe.updates)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.update += 1
        kept = schedule.share_kept(self.update, average=recipe.average)
        if kept < 1:
            with torch.no_grad():
                torch._foreach_lerp_(list(self.average.values()), values, 1 - kept)
        return total


class _Watch:
    """Says every ten seconds how the run is getting on."""

    def __init__(self, recipe: Recipe, update: int, learned: int, said: Callable[[Pace], None]) -> None:
        self._recipe, self._said = recipe, said
        self._from, self._learned, self._since = update, learned, time.monotonic()
        self._losses: list[float] = []

    def seen(self, update: int, loss: float, learned: int) -> None:
        self._losses.append(loss)
        took = time.monotonic() - self._since
        if took < _SAID_EVERY_S and update < self._recipe.updates:
            return
        took = max(took, 1e-9)
        self._said(
            Pace(
                update=update,
                updates=self._recipe.updates,
                loss=sum(self._losses) / len(self._losses),
                frames_per_s=(learned - self._learned) / took,
                learned=learned,
                left_s=(self._recipe.updates - update) * took / max(1, update - self._from),
            )
        )
        self._from, self._learned, self._since, self._losses = update, learned, time.monotonic(), []


def _check_origin(before: Mapping[str, Any], now: Mapping[str, Any], recipe: Recipe, folder: Path) -> None:
    """Refuse to go on with something else than what the run in the folder was begun with."""
    names = recipes.changed(recipes.of_table(before["recipe"]), recipe)
    if before["data"] != now["data"]:
        names.append("the data")
    if names:
        raise SettingsError(
            f"the run in this folder was begun with another {', '.join(names)}",
            where=str(folder),
            hint="put it back as it was, or begin another run with --out",
        )
