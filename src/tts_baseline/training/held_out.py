"""The loss on clips that nothing is learned from: always on the same draws, so that two can be paired."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from tts_baseline.pipelines.f5_spanish.network.transformer import Transformer
from tts_baseline.training import objective
from tts_baseline.training.buckets import batches
from tts_baseline.training.dataset import Dataset
from tts_baseline.training.recipes import Chances

_FRAMES, _ITEMS = 4_000, 16  # chosen: what a GPU of 8 GB takes of the published network
# All of a clip's audio and its text are given: what is asked is how well the rest is known.
_CHANCES = Chances(drop_audio=0.0, drop_all=0.0, drop_prosody=0.0)
_SEED = 1  # fixed, or two checkpoints would be asked different questions


@torch.no_grad()
def losses(network: Transformer, clips: Dataset, *, draws: int, device: str = "cpu") -> dict[str, float]:
    """The loss of every clip (its mean over so many draws), by id.

    The network is left as it is, in training or not.
    """
    together = batches(clips.lengths, most=_FRAMES, items=_ITEMS, seed=_SEED)
    found: dict[str, float] = {}
    for number, chosen in enumerate(together):
        batch = clips.batch(chosen)
        rounds = [
            objective.losses(network, batch.to(device), _draw(batch, number * draws + index))
            for index in range(draws)
        ]
        of_clips: Sequence[float] = torch.stack(rounds).mean(dim=0).tolist()
        found.update({clips.clips[index].id: loss for index, loss in zip(chosen, of_clips, strict=True)})
    return found


def _draw(batch: objective.Batch, number: int) -> objective.Draw:
    return objective.draw(batch, _CHANCES, objective.dice(_SEED, number))
