"""What a vocoder and its discriminators learn by (Siuzdak 2023, arXiv:2306.00814, section 3).

Hinge losses, feature matching and the mel loss are those of the package `vocos`, weighted as in its
`VocosExp.training_step`.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from vocos.loss import DiscriminatorLoss, FeatureMatchingLoss, GeneratorLoss


class Judge(NamedTuple):
    """Discriminators of one kind, and the weight of what they say."""

    module: nn.Module
    weight: float


def judged(judges: list[Judge], sound: Tensor, made: Tensor) -> Tensor:
    """The loss of discriminators that are to tell sounds (b, samples) from what was made of their mels."""
    total = torch.zeros((), device=sound.device)
    for judge in judges:
        real, false, _, _ = judge.module(y=sound, y_hat=made)
        loss, _, _ = DiscriminatorLoss()(_exact(real), _exact(false))
        total = total + judge.weight * loss.squeeze() / len(real)
    return total


def deceived(judges: list[Judge], sound: Tensor, made: Tensor) -> Tensor:
    """The loss of a vocoder that is to be taken for real, and to leave the judges' features as they are."""
    total = torch.zeros((), device=sound.device)
    for judge in judges:
        _, false, real_maps, false_maps = judge.module(y=sound, y_hat=made)
        taken, _ = GeneratorLoss()(_exact(false))
        matched = FeatureMatchingLoss()([_exact(maps) for maps in real_maps], [_exact(m) for m in false_maps])
        total = total + judge.weight * (taken.squeeze() + matched.squeeze()) / len(false)
    return total


def _exact(parts: list[Tensor]) -> list[Tensor]:
    """In float32, in which sums are exact enough whatever the products were computed in."""
    return [part.float() for part in parts]
