"""The change of one new session against earlier ones: a predictive interval on log ratios."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean

from tts_baseline.stats.estimate import Estimate

MIN_SESSIONS_FOR_T = 4  # chosen: with fewer, t quantiles are so wide that nothing is seen (docs/method.md)


def predict(
    current: float, earlier: Sequence[float], *, prior: float, restarts: Sequence[float] = ()
) -> Estimate:
    """The change of `current` against the mean of `earlier` session values (natural logs).

    d = c - mean(b), standard error sd(b)·√(1 + 1/S): the predictive interval of a normal sample
    (Hahn & Meeker, Statistical Intervals, 1991, section 4.2). With fewer than 4 sessions, sd(b) is replaced
    by the larger of sd(b) and `prior`, and quantiles are normal.

    Where `restarts` are given, of which c is the mean, the error is theirs at least: a burst of other work
    hits some of a session's restarts, which no earlier session tells of.
    """
    count = len(earlier)
    middle = fmean(earlier)
    measured = _deviation(earlier)
    known = count >= MIN_SESSIONS_FOR_T
    spread = measured if known else max(measured, prior)
    error = max(spread * math.sqrt(1 + 1 / count), error_of_mean(restarts))
    return Estimate(current - middle, error, float(count - 1) if known else math.inf)


def error_of_mean(values: Sequence[float]) -> float:
    """The standard error of the mean of values, 0 of fewer than two."""
    return _deviation(values) / math.sqrt(len(values) or 1)


def _deviation(values: Sequence[float]) -> float:
    """The sample's standard deviation, 0 of fewer than two."""
    if len(values) < 2:
        return 0.0
    # Not statistics.stdev: its exact fractions take 50 times as long, over thousands of cases.
    middle = fmean(values)
    return math.sqrt(math.fsum((value - middle) ** 2 for value in values) / (len(values) - 1))
