"""Means over listeners: who said how much counts alike, and the interval is that of other listeners."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import fmean, stdev
from typing import NamedTuple


class ListenersMean(NamedTuple):
    """The mean over listeners of their means, its interval of 95 %, and how many listeners there are.

    No interval with one listener, or where all have the same mean: nothing tells how others would differ.
    """

    mean: float
    low: float | None
    high: float | None
    listeners: int


def mean_by_listener(scores: Mapping[str, Sequence[float]]) -> ListenersMean:
    """The mean of these scores by listener, with the interval of t. ValueError without any."""
    from scipy import special

    means = [fmean(each) for each in scores.values() if each]
    if not means:
        raise ValueError("no listener")
    middle, count = fmean(means), len(means)
    spread = stdev(means) if count > 1 else 0.0
    if spread == 0.0:
        return ListenersMean(middle, None, None, count)
    half = float(special.stdtrit(count - 1, 0.975)) * spread / math.sqrt(count)
    return ListenersMean(middle, middle - half, middle + half, count)
