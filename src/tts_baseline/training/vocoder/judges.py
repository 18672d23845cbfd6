"""The discriminators of the package `vocos`, as wide as a recipe says."""

from __future__ import annotations

from itertools import pairwise

from torch import nn
from torch.nn.utils import weight_norm
from vocos.discriminators import (
    DiscriminatorP,
    DiscriminatorR,
    MultiPeriodDiscriminator,
    MultiResolutionDiscriminator,
)

from tts_baseline.training.vocoder.recipe import PERIOD_CHANNELS, WINDOW_CHANNELS, VocoderRecipe

_SHARES = (32, 8, 2, 1, 1)  # of the widest layer's channels, which the package fixes for periods


def by_period(recipe: VocoderRecipe) -> MultiPeriodDiscriminator:
    """The multi-period discriminator: the package's own, or with narrower layers."""
    module = MultiPeriodDiscriminator(recipe.periods)
    if recipe.period_channels != PERIOD_CHANNELS:
        for judge in module.discriminators:
            _narrow(judge, recipe.period_channels)
    return module


def by_window(recipe: VocoderRecipe) -> MultiResolutionDiscriminator:
    """The multi-resolution discriminator: the package's own, of as many channels as the recipe says."""
    module = MultiResolutionDiscriminator(recipe.windows)
    if recipe.window_channels != WINDOW_CHANNELS:
        narrower = (DiscriminatorR(window, channels=recipe.window_channels) for window in recipe.windows)
        module.discriminators = nn.ModuleList(narrower)
    return module


def _narrow(judge: DiscriminatorP, widest: int) -> None:
    channels = [1, *(widest // share for share in _SHARES)]
    judge.convs = nn.ModuleList(
        weight_norm(nn.Conv2d(into, out, layer.kernel_size, layer.stride, layer.padding))
        for layer, (into, out) in zip(judge.convs, pairwise(channels), strict=True)
    )
    judge.conv_post = weight_norm(nn.Conv2d(widest, 1, (3, 1), padding=(1, 0)))
