"""An estimated change: its interval, p-values, and the smallest change that would be visible."""

from __future__ import annotations

import math
from functools import lru_cache

from msgspec import Struct

ALPHA = 0.025  # docs/method.md, "Words": one-sided, so that intervals hold 95 %


class Estimate(Struct, frozen=True):
    """An estimated change with its error.

    `change` is a difference of natural logs, `error` its standard error, `df` the degrees of freedom of the
    t quantiles (infinite: normal).
    """

    change: float
    error: float
    df: float

    def interval(self, alpha: float = ALPHA) -> tuple[float, float]:
        """Lower and upper bound of the true change, each wrong with probability `alpha`."""
        half = _quantile(1 - alpha, self.df) * self.error
        return self.change - half, self.change + half

    def p_above(self, bound: float) -> float:
        """One-sided p-value of 'the true change is at most `bound`'."""
        if self.error == 0:
            return 0.0 if self.change > bound else 1.0
        return self._share_below((bound - self.change) / self.error)

    def p_below(self, bound: float) -> float:
        """One-sided p-value of 'the true change is at least `bound`'."""
        return Estimate(-self.change, self.error, self.df).p_above(-bound)

    def smallest_visible(self, bound: float, power: float = 0.9, alpha: float = ALPHA) -> float:
        """The smallest true change that would be called above `bound` with the given power."""
        return bound + (_quantile(1 - alpha, self.df) + _quantile(power, self.df)) * self.error

    def _share_below(self, value: float) -> float:
        from scipy import special

        return float(special.ndtr(value) if math.isinf(self.df) else special.stdtr(self.df, value))


@lru_cache(maxsize=64)  # thousands of cases ask for the same few
def _quantile(share: float, df: float) -> float:
    from scipy import special  # importing scipy.stats takes much longer

    return float(special.ndtri(share) if math.isinf(df) else special.stdtrit(df, share))
