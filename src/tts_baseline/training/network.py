"""The transformer under training: batches of several clips, each at a time of its own, with gradients.

It computes with the modules of `pipelines/f5_spanish/network`, so what is trained is what speaks.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from tts_baseline.pipelines.f5_spanish.network.architecture import HEAD_SIZE, Architecture
from tts_baseline.pipelines.f5_spanish.network.blocks import normed
from tts_baseline.pipelines.f5_spanish.network.transformer import Transformer


class Scene(NamedTuple):
    """What the network sees of a batch: state and given mel (b, n, m), tokens (b, t), times (b,).

    `padding` (b, n, 1) marks the frames that are none; None where all are. `labels` (b, t, 3) are what is
    told of the tokens; None where nothing is.
    """

    state: Tensor
    given: Tensor
    tokens: Tensor
    times: Tensor
    padding: Tensor | None
    drops_audio: bool
    drops_text: bool
    labels: Tensor | None = None


class Computed(NamedTuple):
    """The flow (b, n, m) that a network predicts, and what its middle block gives on (b, n, d)."""

    flow: Tensor
    middle: Tensor


def computed(network: Transformer, scene: Scene) -> Computed:
    """What the network makes of a batch, as upstream's trainer has it.

    That is: frames attend to padding, too, and padding gets nothing of it.
    """
    frames = scene.state.shape[1]
    text = network.text_embed(
        scene.tokens, frames, labels=scene.labels, drop=scene.drops_text, padding=scene.padding
    )
    given = torch.zeros_like(scene.given) if scene.drops_audio else scene.given
    x = network.input_embed(scene.state, given, text, scene.padding)
    # Typed as what a switch may put in its place; here it is the reference.
    time_embed: Any = network.time_embed
    moment = time_embed.embedded(scene.times.unsqueeze(1))
    cosine, sine = network.rotary_embed(frames)
    hidden = [x]
    for block in network.transformer_blocks:
        hidden.append(block(hidden[-1], moment, cosine, sine, scene.padding))
    scale, shift = network.norm_out(moment)
    flow = network.proj_out(normed(hidden[-1]) * (1 + scale) + shift)
    return Computed(flow, hidden[len(hidden) // 2])


def predicted(network: Transformer, scene: Scene) -> Tensor:
    """The flow (b, n, m) that the network predicts."""
    return computed(network, scene).flow


def untrained(architecture: Architecture, *, seed: int) -> Transformer:
    """A network at upstream's starting point, the same for the same seed.

    torch's own initialization; modulation and output are zero, so that a block begins by doing nothing
    (Peebles & Xie 2023, adaLN-Zero).
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = Transformer(architecture)
        nn.init.normal_(network.text_embed.text_embed.weight)
    norms: list[Any] = [network.norm_out, *(block.attn_norm for block in network.transformer_blocks)]
    for layer in (network.proj_out, *(norm.linear for norm in norms)):
        nn.init.zeros_(layer.weight)
        nn.init.zeros_(layer.bias)
    exponents = torch.arange(0, HEAD_SIZE, 2).float() / HEAD_SIZE
    network.rotary_embed.inv_freq.copy_(1.0 / 10000**exponents)
    return network
