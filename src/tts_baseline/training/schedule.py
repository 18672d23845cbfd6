"""How fast a run learns, update by update: equal to what upstream's trainer uses."""

from __future__ import annotations

import math
from collections.abc import Iterable

import torch
from torch import Tensor

_NEVER_ZERO = 1e-8  # upstream's start and end factor
# ema_pytorch 0.8.3, the defaults that upstream trains with.
_EVERY = 10
_AFTER = 100
_POWER = 2 / 3


def rate(update: int, *, peak: float, warmup: int, updates: int) -> float:
    """The learning rate of an update (0 is the first): linear up to `peak`, then linear to the end."""
    if update < warmup:
        return peak * (_NEVER_ZERO + (1 - _NEVER_ZERO) * update / warmup)
    falling = max(1, updates - warmup)
    done = min(update - warmup, falling) / falling
    return peak * (1 - (1 - _NEVER_ZERO) * done)


def cosine(update: int, *, peak: float, warmup: int, hold: int, updates: int) -> float:
    """The rate of an update of a vocoder: linear up to `peak`, kept for `hold` in all, then half a cosine."""
    if update < warmup:
        return peak * update / warmup
    start = max(warmup, hold)
    done = max(0, update - start) / max(1, updates - start)
    return peak * 0.5 * (1 + math.cos(math.pi * min(1.0, done)))


def share_kept(update: int, *, average: float) -> float:
    """What the moving average keeps of itself after an update (1 is the first); 0: it becomes the weights.

    It moves at every tenth update.
    """
    if (update - 1) % _EVERY:
        return 1.0
    since = update - 1 - _AFTER
    return min(average, 1 - (1 + since) ** -_POWER) if since > 0 else 0.0


def average(averages: Iterable[Tensor], weights: Iterable[Tensor], *, update: int, kept: float) -> None:
    """Move the averages of weights after an update (1 is the first), which keep this much in the end."""
    share = share_kept(update, average=kept)
    if share < 1:
        with torch.no_grad():
            torch._foreach_lerp_(list(averages), list(weights), 1 - share)
