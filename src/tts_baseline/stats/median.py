"""The median of a sample, with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from statistics import median

LEAST_FOR_INTERVAL = 6  # with fewer values, their range holds the median less often than 95 %


def median_interval(values: Sequence[float], alpha: float = 0.025) -> tuple[float, float, float]:
    """The median with a distribution-free interval, each side missing it with probability <= `alpha`.

    From order statistics and the binomial distribution (Hahn & Meeker, Statistical Intervals, 1991, section
    5.2). With too few values for the level, the interval is their range.
    """
    ordered = sorted(values)
    rank = _rank(len(ordered), alpha)
    return float(median(ordered)), ordered[rank - 1], ordered[len(ordered) - rank]


@lru_cache(maxsize=64)  # each metric of thousands of cases asks for the same two
def _rank(count: int, alpha: float) -> int:
    """Which value from either end bounds the interval."""
    import numpy as np
    from scipy import special  # importing scipy.stats takes much longer

    below = special.bdtr(np.arange(count + 1), count, 0.5)  # P(at most so many values below the median)
    return max(int(np.searchsorted(below, alpha)), 1)
