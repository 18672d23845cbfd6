"""Is one new session worse than the sessions before it? A predictive interval on log ratios."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean, stdev
from typing import Any

from msgspec import Struct

MIN_SESSIONS_FOR_T = 4
ALPHA = 0.025


class Prediction(Struct, frozen=True):
    """How far a new session lies from the mean of earlier ones, and how far it may by chance.

    `change` is the difference (natural log), `error` its standard error, `df` the degrees of
    freedom of the quantiles (infinite: normal).
    """

    change: float
    error: float
    df: float

    def interval(self, alpha: float = ALPHA) -> tuple[float, float]:
        """Lower and upper bound of the change, each exceeded by chance with probability `alpha`."""
        half = self._distribution().ppf(1 - alpha) * self.error
        return self.change - half, self.change + half

    def p_above(self, bound: float) -> float:
        """One-sided p-value of 'the true change is at most `bound`'."""
        if self.error == 0:
            return 0.0 if self.change > bound else 1.0
        return float(self._distribution().sf((self.change - bound) / self.error))

    def p_below(self, bound: float) -> float:
        """One-sided p-value of 'the true change is at least `bound`'."""
        return Prediction(-self.change, self.error, self.df).p_above(-bound)

    def smallest_visible(self, bound: float, power: float = 0.9) -> float:
        """The smallest true change that would be called above `bound` with the given power."""
        quantiles = self._distribution()
        return bound + float(quantiles.ppf(1 - ALPHA) + quantiles.ppf(power)) * self.error

    def _distribution(self) -> Any:
        from scipy import stats

        return stats.norm() if math.isinf(self.df) else stats.t(self.df)


def predict(current: float, earlier: Sequence[float], *, prior: float) -> Prediction:
    """The change of `current` against the mean of `earlier` session values (natural logs).

    d = c - mean(b), standard error sd(b)·√(1 + 1/S): the predictive interval of a normal sample
    (Hahn & Meeker, Statistical Intervals, 1991, section 4.2). With fewer than 4 sessions the spread is
    the larger of the measured one and `prior`, with normal quantiles.
    """
    count = len(earlier)
    measured = stdev(earlier) if count > 1 else 0.0
    known = count >= MIN_SESSIONS_FOR_T
    spread = measured if known else max(measured, prior)
    error = spread * math.sqrt(1 + 1 / count)
    return Prediction(current - fmean(earlier), error, float(count - 1) if known else math.inf)
