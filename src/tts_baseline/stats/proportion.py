"""Exact bounds of a share that was counted."""

from __future__ import annotations


def bounds(successes: int, trials: int, alpha: float = 0.05) -> tuple[float, float]:
    """Lower and upper bound of the true share, which is outside with probability at most `alpha`.

    Exact for any count (Clopper and Pearson, Biometrika 26, 1934). ValueError without trials.
    """
    from scipy.stats import binomtest

    interval = binomtest(successes, trials).proportion_ci(1 - alpha, method="exact")
    return float(interval.low), float(interval.high)


def upper_bound(successes: int, trials: int, alpha: float = 0.05) -> float:
    """The upper bound of the true share, which is larger with probability at most `alpha`.

    Without any success it is close to 3/trials (the rule of three).
    """
    return bounds(successes, trials, 2 * alpha)[1]
