"""A sequential t test on paired restarts, with four looks: is one revision slower than the other?"""

from __future__ import annotations

import bisect
import math
from collections.abc import Sequence
from statistics import fmean
from typing import Literal

from msgspec import Struct

from tts_baseline.stats.estimate import ALPHA, Estimate

# docs/method.md, "Looks with a split error rate". Chosen: two early looks for plain changes; three quarters
# of the error rate are left to the last two, which decide the close ones.
LOOKS = (3, 4, 6, 8)
_SHARES = (0.14, 0.11, 0.31, 0.44)
_ALPHAS = {restarts: ALPHA * share for restarts, share in zip(LOOKS, _SHARES, strict=True)}

# The modes of one program's processes are up to 13 % apart in public reports; 2 % are a margin.
MODE = math.log(1.15)
# docs/method.md, "Modes": from 6 restarts on, all of one arm are in one mode with probability 4^-6, 0.02 %.
_LAST_LOOK_WITH_A_GUARD = 4

Standing = Literal["above", "below", "within", "open"]


def alpha_at(restarts: int) -> float:
    """The one-sided error rate of the look after this many restarts; ValueError if there is no look then."""
    if restarts not in _ALPHAS:
        raise ValueError(f"no look is taken after {restarts} restarts, only after {LOOKS}")
    return _ALPHAS[restarts]


def part_of(repeats: int) -> float:
    """The part of an error rate that the look at so many repeats has; all of it where there is but one.

    Between two looks it is that of the earlier one.
    """
    if repeats < 2:
        return 1.0
    return _SHARES[max(bisect.bisect_right(LOOKS, repeats) - 1, 0)]


def next_look(repeats: int) -> int:
    """How many repeats the look after this many has; 0 where there is none."""
    return next((count for count in LOOKS if count > repeats), 0)


def estimate(differences: Sequence[float]) -> Estimate:
    """Mean and standard error of the paired log differences (head - base) of at least two restarts."""
    count = len(differences)
    # From the first one on, so that equal ones have no spread at all; statistics.stdev, in fractions, takes
    # fifty times as long, which is most of what a judge computes.
    moved = [difference - differences[0] for difference in differences]
    middle = fmean(moved)
    variance = math.fsum((each - middle) ** 2 for each in moved) / (count - 1)
    return Estimate(fmean(differences), math.sqrt(variance / count), float(count - 1))


def look(differences: Sequence[float], part: float = 1.0) -> Look:
    """The look at paired log differences, one a restart; ValueError if there is no look at their number.

    `part` is the share of the look's error rate for this question, if it is one of several.
    """
    alpha_at(len(differences))
    return Look(len(differences), estimate(differences), part)


class Look(Struct, frozen=True):
    """The estimate after 3, 4, 6 or 8 restarts; each look has its share of an error rate of 2.5 %.

    The shares add up to the whole, so early looks cannot inflate it, however they depend on each other
    (Bonferroni). If processes come in a fast and a slow mode, all R of the head are slow and all R of the
    base fast with probability up to 4^-R (1.6 % at 3, 0.4 % at 4, 0.02 % at 6), and a t test takes that for a
    change. So at 3 and 4 restarts a change counts as above or below a bound only if it exceeds it by `MODE`.
    """

    restarts: int
    estimate: Estimate
    part: float = 1.0

    @property
    def alpha(self) -> float:
        """The one-sided error rate of this look."""
        return self.part * alpha_at(self.restarts)

    def interval(self) -> tuple[float, float]:
        """Lower and upper bound of the true change (natural log), each wrong with probability `alpha`."""
        return self.estimate.interval(self.alpha)

    def p_above(self, bound: float) -> float:
        """One-sided p-value of 'the true change is at most `bound`'; 1 if a mode can explain it."""
        return 1.0 if self.estimate.change <= bound + self._guard else self.estimate.p_above(bound)

    def p_below(self, bound: float) -> float:
        """One-sided p-value of 'the true change is at least `bound`'; 1 if a mode can explain it."""
        return 1.0 if self.estimate.change >= bound - self._guard else self.estimate.p_below(bound)

    def side(self, bound: float) -> Standing:
        """On which side of a limit `bound` (natural log, positive) the true change is.

        "above": a regression; "below": an improvement of more than `bound`; "within": no regression;
        "open": only more restarts can tell.
        """
        if self.p_above(bound) < self.alpha:
            return "above"
        if self.p_below(-bound) < self.alpha:
            return "below"
        # An improvement that a mode can explain stays open for the next looks.
        return "within" if -bound <= self.interval()[1] < bound else "open"

    def smallest_visible(self, bound: float, power: float = 0.9) -> float:
        """The smallest true change that this look would call above `bound` with the given power."""
        by_spread = self.estimate.smallest_visible(bound, power, self.alpha)
        return max(by_spread, self.estimate.smallest_visible(bound + self._guard, power, alpha=0.5))

    @property
    def _guard(self) -> float:
        return MODE if self.restarts <= _LAST_LOOK_WITH_A_GUARD else 0.0
