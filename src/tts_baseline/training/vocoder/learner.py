"""A vocoder that learns, and the discriminators that it learns from."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from vocos.loss import MelSpecReconstructionLoss

from tts_baseline.pipelines.f5_spanish.voice.reference import HOP, SAMPLE_RATE
from tts_baseline.training import loop, objective, schedule
from tts_baseline.training.buckets import Cursor, walk
from tts_baseline.training.checkpoints import State
from tts_baseline.training.loop import Ended, Pace, Portion
from tts_baseline.training.vocoder import judges, losses
from tts_baseline.training.vocoder.losses import Judge
from tts_baseline.training.vocoder.recipe import VocoderRecipe
from tts_baseline.training.vocoder.sounds import SoundSet

VOCODER, _PERIODS, _WINDOWS = "vocoder", "periods", "windows"
_BETAS = (0.8, 0.9)  # the package vocos'
N_FFT, BANDS = 1024, 100  # of the mels that F5-TTS makes


def train(
    sounds: SoundSet,
    recipe: VocoderRecipe,
    folder: Path,
    *,
    device: str = "cpu",
    said: Callable[[Pace], None] = lambda _: None,
    stopping: Callable[[], bool] = lambda: False,
) -> Ended:
    """Train a vocoder, from where the run in this folder was left, or from nothing. Raises as every run."""
    before, origin = loop.opened(folder, recipe, sounds.sha256)
    learner = VocoderLearner(untrained(recipe).to(device), recipe, before)
    start = Cursor(before.epoch, before.batch) if before else Cursor()
    given = portions(sounds, recipe, start, learner.update, device)
    return loop.follow(
        learner, given, recipe, folder, before=before, origin=origin, said=said, stopping=stopping
    )


def portions(
    sounds: SoundSet, recipe: VocoderRecipe, start: Cursor, update: int, device: str
) -> Iterator[Portion[Tensor]]:
    """The crops of update after update, without end."""
    everywhere = [1] * len(sounds.clips)
    walked = walk(everywhere, most=recipe.items, items=recipe.items, seed=recipe.seed, start=start)
    for number, (place, chosen) in enumerate(walked, update):
        crops = sounds.crops(chosen, recipe.samples, objective.dice(recipe.seed, number).numbers)
        yield Portion(place, [crops.to(device)], crops.numel() // HOP)


def untrained(recipe: VocoderRecipe) -> nn.ModuleDict:
    """Vocoder and discriminators as they begin, the same for the same seed."""
    from vocos.feature_extractors import MelSpectrogramFeatures
    from vocos.heads import ISTFTHead
    from vocos.models import VocosBackbone
    from vocos.pretrained import Vocos

    sizes = recipe.sizes
    with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # the package normalizes weights in torch's older way
        torch.manual_seed(recipe.seed)
        vocoder = Vocos(
            MelSpectrogramFeatures(SAMPLE_RATE, N_FFT, HOP, BANDS, "center"),
            VocosBackbone(BANDS, sizes.dim, sizes.hidden, sizes.layers),
            ISTFTHead(sizes.dim, N_FFT, HOP, "center"),
        )
        return nn.ModuleDict(
            {
                VOCODER: vocoder,
                _PERIODS: judges.by_period(recipe),
                _WINDOWS: judges.by_window(recipe),
            }
        )


class VocoderLearner:
    """A vocoder, its discriminators, their optimizers, and the moving average of the vocoder's weights."""

    def __init__(self, modules: nn.ModuleDict, recipe: VocoderRecipe, before: State | None) -> None:
        self._modules, self._recipe = modules.train(), recipe
        if before is not None:
            modules.load_state_dict(before.weights)
        self._vocoder = modules[VOCODER]
        self._judges = [Judge(modules[_PERIODS], 1.0), Judge(modules[_WINDOWS], recipe.resolution)]
        self._mel = MelSpecReconstructionLoss(SAMPLE_RATE, N_FFT, HOP, BANDS).to(
            next(modules.parameters()).device
        )
        own = {f"{VOCODER}.{name}": weight for name, weight in self._vocoder.named_parameters()}
        self._weights = list(own.values())
        self._judging = [weight for judge in self._judges for weight in judge.module.parameters()]
        self._optimizers = {
            VOCODER: torch.optim.AdamW(self._weights, lr=recipe.peak, betas=_BETAS),
            "judges": torch.optim.AdamW(self._judging, lr=recipe.peak, betas=_BETAS),
        }
        self.update = 0
        self.average = {name: weight.detach().clone() for name, weight in own.items()}
        if before is not None:
            self.update = before.update
            for name, optimizer in self._optimizers.items():
                optimizer.load_state_dict(before.optimizer[name])
            for name, weight in before.average.items():
                self.average[name].copy_(weight)

    @property
    def weights(self) -> dict[str, Tensor]:
        """Parameters and buffers of all modules as they are now."""
        return self._modules.state_dict()

    @property
    def optimizing(self) -> dict[str, Any]:
        """The states of both optimizers."""
        return {name: optimizer.state_dict() for name, optimizer in self._optimizers.items()}

    def learn(self, together: list[Tensor]) -> float:
        """The mel loss of one update on crops (b, samples): the discriminators learn, then the vocoder."""
        (sound,) = together
        recipe, number = self._recipe, self.update
        rate = schedule.cosine(
            number, peak=recipe.peak, warmup=recipe.warmup, hold=recipe.mel_first, updates=recipe.updates
        )
        made = self._vocoder.head(self._vocoder.backbone(self._vocoder.feature_extractor(sound)))
        mel = self._mel(made, sound)
        loss = recipe.mel * mel
        if number >= recipe.mel_first:
            with self._products(sound):
                judged = losses.judged(self._judges, sound, made.detach())
            self._step("judges", judged, rate)
            self._let_judges_learn(learn=False)
            with self._products(sound):
                loss = loss + losses.deceived(self._judges, sound, made)
            self._let_judges_learn(learn=True)
        self._step(VOCODER, loss, rate)
        self.update += 1
        schedule.average(self.average.values(), self._weights, update=self.update, kept=recipe.average)
        return float(mel.detach())

    def _step(self, name: str, loss: Tensor, rate: float) -> None:
        optimizer = self._optimizers[name]
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.step()

    def _let_judges_learn(self, *, learn: bool) -> None:
        """While the vocoder learns, gradients of the judges' weights would be computed for nothing."""
        for weight in self._judging:
            weight.requires_grad_(learn)

    def _products(self, like: Tensor) -> Any:
        enabled = self._recipe.precision == "bfloat16"
        return torch.autocast(like.device.type, torch.bfloat16, enabled=enabled)
