"""Exact bounds of a share that was counted."""

from __future__ import annotations


def bounds(successes: int, trials: int, alpha: float = 0.05) -> tuple[float, float]:
    """Lower and upper bound of the true share, which is outside with probability at most `alpha`.

    Exact for any count (Clopper and Pearson, Biometrika 26, 1934). ValueError without trials.
    """
    from scipy import special  # importing scipy.stats takes much longer

    if not 0 <= successes <= trials or not trials:
        raise ValueError(f"successes must be 0 to all of the trials, not {successes} of {trials}")
    failures = trials - successes
    low = special.betaincinv(successes, failures + 1, alpha / 2) if successes else 0.0
    high = special.betaincinv(successes + 1, failures, 1 - alpha / 2) if failures else 1.0
    return float(low), float(high)


def upper_bound(successes: int, trials: int, alpha: float = 0.05) -> float:
    """The upper bound of the true share, which is larger with probability at most `alpha`.

    Without any success it is close to 3/trials (the rule of three).
    """
    return bounds(successes, trials, 2 * alpha)[1]
