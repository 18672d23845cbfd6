"""What repeated measurements of the same thing say about chance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from statistics import fmean, median

from msgspec import Struct


class Repeatability(Struct, frozen=True):
    """The standard deviation between repeats of one thing, and its degrees of freedom (0: no repeats)."""

    deviation: float
    degrees: int


def repeatability(repeats: Sequence[Sequence[float]]) -> Repeatability:
    """The deviation within groups, pooled over all groups of two or more (ISO 5725-2, 7.4.4)."""
    several = [group for group in repeats if len(group) > 1]
    degrees = sum(len(group) - 1 for group in several)
    if not degrees:
        return Repeatability(0.0, 0)
    squares = math.fsum(map(_squares, several))
    return Repeatability(math.sqrt(squares / degrees), degrees)


def _squares(values: Sequence[float]) -> float:
    """The sum of squares about the mean; statistics.variance takes 50 times as long."""
    middle = fmean(values)
    return math.fsum((value - middle) ** 2 for value in values)


@lru_cache(maxsize=64)  # thousands of cases ask for the same few
def error_of_median(count: int) -> float:
    """The standard error of the median of so many normal values, in their standard deviations.

    sqrt(π / 2 / (n - 1 + π / 2)): exact for one value and for many, within 2 % for other odd numbers, and up
    to 11 % too large for even ones (Rider, J. American Statistical Association 55 (1960) 148-150).
    """
    return math.sqrt(math.pi / 2 / (count - 1 + math.pi / 2))


@lru_cache(maxsize=64)
def error_of_difference(before: int, now: int) -> float:
    """The standard error of the difference of two such medians, of so many values each."""
    return math.hypot(error_of_median(before), error_of_median(now))


def median_beyond(
    values: Sequence[float], errors: Sequence[float], degrees: int, alpha: float = 0.025
) -> tuple[float, float, float]:
    """The median of values with known standard errors, and its interval; each side misses it with `alpha`.

    About these very things, not about others like them. The errors were estimated with so many degrees of
    freedom.
    """
    from scipy import special  # importing scipy.stats takes much longer

    half = -float(special.stdtrit(degrees, alpha)) * error_of_these(values, errors)
    middle = median(values)
    return middle, middle - half, middle + half


def error_of_these(values: Sequence[float], errors: Sequence[float]) -> float:
    """The standard error of the median of values with known standard errors, about these very things.

    √Σp(1 - p) / Σf, with the distribution p and the density f of each value at the median (the delta method
    on the number of values below it): things far from the median do not count. Where the things are is
    estimated by shrinking their values to the median until the errors explain the rest of their spread. At
    most the error of one value, or of a mean of two, whichever the median is (Chernoff, Annals of Probability
    9 (1981) 533-535).
    """
    from scipy import special

    count = len(values)
    typical = math.sqrt(math.fsum(error**2 for error in errors) / count)
    if not typical:
        return 0.0
    middle = median(values)
    spread = math.fsum((value - middle) ** 2 for value in values) / count
    kept = math.sqrt(max(0.0, 1 - typical**2 / spread)) if spread else 0.0
    places = [kept * (value - middle) / typical for value in values]
    below = [float(special.ndtr(place)) for place in places]
    density = math.fsum(math.exp(-(place**2) / 2) for place in places) / math.sqrt(2 * math.pi)
    largest = 1.0 if count % 2 else math.sqrt(0.5)
    if not density:
        return typical * largest
    alike = error_of_median(count) / math.sqrt(math.pi / 2 / count)  # few are closer than the formula says
    error = alike * math.sqrt(math.fsum(share * (1 - share) for share in below)) / density
    return typical * min(error, largest)


def chance(excess: float, error: float, degrees: int) -> float:
    """The probability of so large an excess by chance alone, one-sided, where its standard error is `error`.

    0 or 1 where there is no error.
    """
    if not error:
        return float(excess <= 0)
    from scipy import special

    return float(special.stdtr(degrees, -excess / error))


def largest_by_chance(error: float, degrees: int, count: int, alpha: float = 0.025) -> float:
    """What chance adds to the largest of so many values at most, except with probability `alpha`."""
    from scipy import special

    return -float(special.stdtrit(degrees, alpha / count)) * error
