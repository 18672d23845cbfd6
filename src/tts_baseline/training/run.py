"""A training run of F5-TTS: its network, its optimizer, and what an update of it is (`training/loop.py`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from tts_baseline.pipelines.f5_spanish.network.transformer import Transformer
from tts_baseline.training import loop, objective, schedule
from tts_baseline.training.buckets import Cursor, walk
from tts_baseline.training.checkpoints import State
from tts_baseline.training.dataset import Dataset
from tts_baseline.training.loop import Ended, Pace, Portion
from tts_baseline.training.objective import Batch
from tts_baseline.training.recipes import Recipe


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
    before, origin = loop.opened(folder, recipe, dataset.sha256)
    trainee = Trainee(network.to(device).train(), recipe, before)
    start = Cursor(before.epoch, before.batch) if before else Cursor()
    given = portions(dataset, recipe, start, device)
    return loop.follow(
        trainee, given, recipe, folder, before=before, origin=origin, said=said, stopping=stopping
    )


def portions(dataset: Dataset, recipe: Recipe, start: Cursor, device: str) -> Iterator[Portion[Batch]]:
    """What update after update learns from, without end."""
    batches = walk(dataset.lengths, most=recipe.frames, items=recipe.items, seed=recipe.seed, start=start)
    while True:
        places, chosen = zip(*(next(batches) for _ in range(recipe.accumulate)), strict=True)
        together = [dataset.batch(clips).to(device) for clips in chosen]
        yield Portion(places[-1], together, sum(int(batch.lengths.sum()) for batch in together))


class Trainee:
    """A network that learns, its optimizer, and the moving average of its weights: what will speak."""

    def __init__(self, network: Transformer, recipe: Recipe, before: State | None) -> None:
        self._network, self._recipe = network, recipe
        if before is not None:
            network.load_state_dict(before.weights)
        learning = (named for named in network.named_parameters() if named[1].requires_grad)
        self._parameters = dict(learning)
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

    @property
    def optimizing(self) -> dict[str, Any]:
        """The optimizer's state."""
        return self.optimizer.state_dict()

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
        schedule.average(self.average.values(), values, update=self.update, kept=recipe.average)
        return total
