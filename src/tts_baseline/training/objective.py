"""What F5-TTS learns: in a span of a clip that it does not see, the flow from noise to the mel.

Chen et al. 2024 (arXiv:2410.06885), after Voicebox (Le et al. 2023, arXiv:2306.15687). From the same dice,
spans, noise, times and drops are those of `CFM.forward` in upstream f5-tts 1.1.22, drawn in its order.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import torch
from torch import Tensor
from torch.nn import functional

from tts_baseline.pipelines.f5_spanish.network.labels import UNTOLD
from tts_baseline.pipelines.f5_spanish.network.transformer import Transformer
from tts_baseline.training.network import Scene, predicted
from tts_baseline.training.recipes import Chances

_STRIDE = 0x9E3779B97F4A7C15  # 2**64 over the golden ratio: neighbouring updates get distant seeds
_SEEDS = 2**63
UNLABELLED = -100  # what torch's cross entropy leaves out


class Batch(NamedTuple):
    """Clips side by side: mel (b, n, m) padded with 0, tokens (b, t) padded with -1, frames of each (b,).

    `phones` (b, n) are the labels of the frames, `UNLABELLED` where none is known. `labels` (b, t, 3) are
    what is told of the tokens, or `UNTOLD`; None for a network that knows no labels.
    """

    mel: Tensor
    tokens: Tensor
    lengths: Tensor
    phones: Tensor
    labels: Tensor | None = None

    def to(self, device: str) -> Batch:
        """The same batch on a device."""
        return Batch(*(None if part is None else part.to(device) for part in self))


class Draw(NamedTuple):
    """What chance decides of one update: the hidden frames (b, n), noise (b, n, m), times (b,), and drops."""

    span: Tensor
    noise: Tensor
    times: Tensor
    drops_audio: bool
    drops_text: bool
    drops_prosody: bool = False


class Dice(NamedTuple):
    """The two generators that upstream draws from: torch's and Python's."""

    numbers: torch.Generator
    drops: random.Random


# The loss that a network learns by, a scalar: of what it makes of a batch under a draw.
Lesson: TypeAlias = Callable[[Transformer, Batch, Draw], Tensor]


def dice(seed: int, update: int = 0) -> Dice:
    """The dice of one update of a run: a function of both, so that a resumed run needs no state of them."""
    own = (seed + update * _STRIDE) % _SEEDS
    return Dice(torch.Generator().manual_seed(own), random.Random(own))


def draw(batch: Batch, chances: Chances, dice: Dice) -> Draw:
    """What chance decides of an update, on the CPU whatever the batch's device."""
    items, frames, _ = batch.mel.shape
    lengths, numbers = batch.lengths.cpu(), dice.numbers
    share = torch.zeros(items).uniform_(*chances.span, generator=numbers)
    hidden = (share * lengths).long()
    start = ((lengths - hidden) * torch.rand(items, generator=numbers)).long().clamp(min=0)
    frame = torch.arange(frames)
    span = (frame >= start[:, None]) & (frame < (start + hidden)[:, None])
    noise = torch.randn(batch.mel.shape, generator=numbers)
    times = torch.rand(items, generator=numbers) ** chances.early
    drops_audio = dice.drops.random() < chances.drop_audio
    drops_all = dice.drops.random() < chances.drop_all
    # Drawn last: without prosody, everything is drawn as upstream does.
    drops_prosody = dice.drops.random() < chances.drop_prosody
    return Draw(span, noise, times, drops_audio or drops_all, drops_all, drops_prosody)


def loss(network: Transformer, batch: Batch, drawn: Draw) -> Tensor:
    """The mean squared error of the flow over the hidden frames, a scalar."""
    return flow_error(predicted(network, scene_of(batch, drawn)).float(), batch, drawn)


def flow_error(flow: Tensor, batch: Batch, drawn: Draw) -> Tensor:
    """The mean squared error of a flow (b, n, m), float32, over the hidden frames, a scalar."""
    span = drawn.span.to(flow.device)
    return functional.mse_loss(flow[span], _wanted(batch, drawn)[span])


def losses(network: Transformer, batch: Batch, drawn: Draw) -> Tensor:
    """The same of each clip by itself (b,), over its own hidden frames; NaN where none is hidden."""
    flow = predicted(network, scene_of(batch, drawn)).float()
    span = drawn.span.to(flow.device)
    error = (flow - _wanted(batch, drawn)).square().mean(dim=-1)
    return (error * span).sum(dim=1) / span.sum(dim=1)


def scene_of(batch: Batch, drawn: Draw) -> Scene:
    """What the network sees of a batch under a draw, on the batch's device."""
    mel = batch.mel
    span, noise, times = (part.to(mel.device) for part in (drawn.span, drawn.noise, drawn.times))
    moment = times[:, None, None]
    labels = batch.labels
    if labels is not None and drawn.drops_prosody:
        labels = torch.full_like(labels, UNTOLD)
    return Scene(
        state=(1 - moment) * noise + moment * mel,
        given=mel.masked_fill(span.unsqueeze(-1), 0.0),
        tokens=batch.tokens,
        times=times,
        padding=_padding(batch),
        drops_audio=drawn.drops_audio,
        drops_text=drawn.drops_text,
        labels=labels,
    )


def _wanted(batch: Batch, drawn: Draw) -> Tensor:
    """The flow from noise to mel (b, n, m)."""
    return batch.mel - drawn.noise.to(batch.mel.device)


def _padding(batch: Batch) -> Tensor | None:
    frames = batch.mel.shape[1]
    if int(batch.lengths.min()) == frames:
        return None
    padding: Tensor = torch.arange(frames, device=batch.mel.device) >= batch.lengths[:, None]
    return padding.unsqueeze(-1)
