"""Is one revision slower than another? A sequential t test on paired restarts, looked at four times."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean, stdev
from typing import Literal

from msgspec import Struct

from tts_baseline.stats.estimate import ALPHA, Estimate

LOOKS = (3, 4, 6, 8)
_SHARES = (0.14, 0.11, 0.31, 0.44)
_ALPHAS = {restarts: ALPHA * share for restarts, share in zip(LOOKS, _SHARES, strict=True)}

# How far the modes of one program's processes lie apart: up to 13 % in public reports, and a margin.
MODE = math.log(1.15)
_LAST_LOOK_WITH_A_GUARD = 4

Standing = Literal["above", "below", "within", "open"]


def alpha_at(restarts: int) -> float:
    """The one-sided error rate of the look after so many restarts; ValueError where none is taken."""
    if restarts not in _ALPHAS:
        raise ValueError(f"no look is taken after {restarts} restarts, only after {LOOKS}")
    return _ALPHAS[restarts]


def estimate(differences: Sequence[float]) -> Estimate:
    """Mean and standard error of the paired log differences (head - base), one a restart, two or more."""
    count = len(differences)
    return Estimate(fmean(differences), stdev(differences) / math.sqrt(count), float(count - 1))


def look(differences: Sequence[float], part: float = 1.0) -> Look:
    """What so many restarts tell, from the paired log differences; ValueError where no look is taken.

    `part` is how much of the look's error rate this question has, where it is one of several.
    """
    alpha_at(len(differences))
    return Look(len(differences), estimate(differences), part)


class Look(Struct, frozen=True):
    """What is known after 3, 4, 6 or 8 restarts, each look with its own share of an error rate of 2.5 %.

    The shares add up to the whole, so that looking early cannot inflate it, however the looks depend on
    each other (Bonferroni). A t test alone would fall for processes that come in a fast and a slow mode:
    all R head processes slow and all R base processes fast happens with probability up to 4^-R (1.6 % at
    3, 0.4 % at 4, 0.02 % at 6). So at 3 and 4 restarts only a change that exceeds the bound by more than
    a `MODE` counts as above or below it.
    """

    restarts: int
    estimate: Estimate
    part: float = 1.0

    @property
    def alpha(self) -> float:
        """The one-sided error rate of this look."""
        return self.part * alpha_at(self.restarts)

    def interval(self) -> tuple[float, float]:
        """Lower and upper end of the change (natural log), each missed with probability `alpha`."""
        return self.estimate.interval(self.alpha)

    def p_above(self, bound: float) -> float:
        """One-sided p-value of 'the true change is at most `bound`'; 1 where a mode may be all there is."""
        return 1.0 if self.estimate.change <= bound + self._guard else self.estimate.p_above(bound)

    def p_below(self, bound: float) -> float:
        """One-sided p-value of 'the true change is at least `bound`'; 1 where a mode may be all there is."""
        return 1.0 if self.estimate.change >= bound - self._guard else self.estimate.p_below(bound)

    def side(self, bound: float) -> Standing:
        """On which side of a limit `bound` (natural log, positive) the true change lies.

        "above": a regression; "below": an improvement, larger than -`bound`; "within": no regression;
        "open": only more restarts can tell.
        """
        if self.p_above(bound) < self.alpha:
            return "above"
        if self.p_below(-bound) < self.alpha:
            return "below"
        # An improvement that may be a mode is open: the next looks tell whether it is one.
        return "within" if -bound <= self.interval()[1] < bound else "open"

    def smallest_visible(self, bound: float, power: float = 0.9) -> float:
        """The smallest true change that this look would call above `bound` with the given power."""
        by_spread = self.estimate.smallest_visible(bound, power, self.alpha)
        return max(by_spread, self.estimate.smallest_visible(bound + self._guard, power, alpha=0.5))

    @property
    def _guard(self) -> float:
        return MODE if self.restarts <= _LAST_LOOK_WITH_A_GUARD else 0.0
