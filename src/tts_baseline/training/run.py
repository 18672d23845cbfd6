"""A training run of F5-TTS: its network, its optimizer, and what an update of it is (`training/loop.py`)."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from statistics import fmean
from typing import Any

import torch
from torch import Tensor

from tts_baseline.pipelines.f5_spanish.network.transformer import Transformer
from tts_baseline.training import checkpoints, dropout, loop, objective, schedule
from tts_baseline.training.buckets import Cursor, walk
from tts_baseline.training.checkpoints import State
from tts_baseline.training.crew import ALONE, Crew
from tts_baseline.training.dataset import Dataset
from tts_baseline.training.exam import NO_EXAM, Exam
from tts_baseline.training.held_out import losses
from tts_baseline.training.loop import Ended, Pace, Portion
from tts_baseline.training.objective import Batch, Lesson
from tts_baseline.training.recipes import Recipe


def run(
    network: Transformer,
    dataset: Dataset,
    recipe: Recipe,
    folder: Path,
    *,
    device: str = "cpu",
    held_out: Dataset | None = None,
    lesson: Lesson = objective.loss,
    said: Callable[[Pace], None] = lambda _: None,
    shown: Callable[[int, Mapping[str, float]], None] = lambda *_: None,
    stopping: Callable[[], bool] = lambda: False,
    crew: Crew = ALONE,
) -> Ended:
    """Train a network, from where the run in this folder was left, or from its weights as they are.

    `lesson` is the loss that it learns by; `shown` gets the curves of the run, number by number. Raises
    SettingsError where the folder holds a run of another recipe or other data, and PipelineError where the
    loss is no number any more; what was kept before it stays.
    """
    labels = network.architecture.labels
    before, origin = loop.opened(folder, recipe, dataset.sha256, labels)
    dataset = dataset.told_as(labels)
    network = dropout.added(network, recipe.dropout).to(device).train()
    trainee = Trainee(network, recipe, before, crew, lesson)
    start = Cursor(before.epoch, before.batch) if before else Cursor()

    def ask() -> float:
        assert held_out is not None
        with trainee.averaged() as average:
            asked = losses(average, held_out.told_as(labels), draws=1, device=device)
            return crew.first(fmean(asked.values()))

    def tell(pace: Pace) -> None:
        said(pace)
        shown(pace.update, {"loss": pace.loss, "frames_per_s": pace.frames_per_s, **trainee.step})

    return loop.follow(
        trainee,
        portions(dataset, recipe, start, device, crew),
        recipe,
        folder,
        before=before,
        origin=origin,
        said=tell if crew.is_first else lambda _: None,
        stopping=lambda: crew.total(float(stopping())) > 0,
        exam=Exam(ask, every=recipe.check_every, patience=recipe.patience, before=before)
        if held_out
        else NO_EXAM,
        examined=lambda update, loss: shown(update, {"held_out_loss": loss}) if crew.is_first else None,
        write=checkpoints.write if crew.is_first else lambda folder, _, name: folder / name,
    )


def portions(
    dataset: Dataset, recipe: Recipe, start: Cursor, device: str, crew: Crew = ALONE
) -> Iterator[Portion[Batch]]:
    """What update after update learns from, without end: of its batches those that are this process's."""
    lengths = dataset.lengths
    batches = walk(lengths, most=recipe.frames, items=recipe.items, seed=recipe.seed, start=start)
    while True:
        places, chosen = zip(*(next(batches) for _ in range(recipe.accumulate)), strict=True)
        together = [dataset.batch(clips).to(device) for clips in crew.own(chosen)]
        yield Portion(places[-1], together, sum(lengths[clip] for clips in chosen for clip in clips))


class Trainee:
    """A network that learns, its optimizer, and the moving average of its weights: what will speak."""

    def __init__(
        self,
        network: Transformer,
        recipe: Recipe,
        before: State | None,
        crew: Crew = ALONE,
        lesson: Lesson = objective.loss,
    ) -> None:
        self._network, self._recipe, self._crew, self._lesson = network, recipe, crew, lesson
        self.step: dict[str, float] = {}  # the rate and the norm of the gradients of the last update
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

    @contextlib.contextmanager
    def averaged(self) -> Iterator[Transformer]:
        """The network with its average as its weights, as it speaks, until the block ends."""
        own = {name: weight.detach().clone() for name, weight in self._parameters.items()}
        self._network.load_state_dict(self.average, strict=False)
        self._network.eval()
        try:
            yield self._network
        finally:
            self._network.load_state_dict(own, strict=False)
            self._network.train()

    def learn(self, together: list[Batch]) -> float:
        """The mean loss of one update, over batches whose gradients are added up."""
        recipe, number, crew = self._recipe, self.update, self._crew
        total = 0.0
        for turn, batch in enumerate(together):
            index = crew.rank + turn * crew.count
            dice = objective.dice(recipe.seed, number * recipe.accumulate + index)
            drawn = objective.draw(batch, recipe.chances, dice)
            torch.manual_seed(dice.numbers.initial_seed())  # what dropout draws from, also when it is resumed
            with torch.autocast(
                batch.mel.device.type, torch.bfloat16, enabled=recipe.precision == "bfloat16"
            ):
                loss = self._lesson(self._network, batch, drawn) / (len(together) * crew.count)
            loss.backward()
            total += loss.item()
        values = list(self._parameters.values())
        crew.add(weight.grad for weight in values if weight.grad is not None)
        norm = torch.nn.utils.clip_grad_norm_(values, recipe.norm)
        rate = schedule.rate(number, peak=recipe.peak, warmup=recipe.warmup, updates=recipe.updates)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.update += 1
        schedule.average(self.average.values(), values, update=self.update, kept=recipe.average)
        self.step = {"rate": rate, "gradient_norm": float(norm)}
        return crew.total(total)
