"""The median of a sample, with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median


def median_interval(values: Sequence[float], alpha: float = 0.025) -> tuple[float, float, float]:
    """The median with a distribution-free interval, each side missing it with probability <= `alpha`.

    From order statistics and the binomial distribution (Hahn & Meeker, Statistical Intervals, 1991, section
    5.2). With too few values for the level, the interval is their range.
    """
    from scipy.stats import binom

    ordered = sorted(values)
    count = len(ordered)
    rank = int(binom.ppf(alpha, count, 0.5))
    if binom.cdf(rank - 1, count, 0.5) > alpha:
        rank -= 1
    rank = max(rank, 1)
    return float(median(ordered)), ordered[rank - 1], ordered[count - rank]
