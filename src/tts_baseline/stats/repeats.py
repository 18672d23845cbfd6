"""What repeated measurements of the same thing say about chance."""

from __future__ import annotations

import math
from collections.abc import Sequence
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


def error_of_median(count: int) -> float:
    """The standard error of the median of so many normal values, in their standard deviations.

    sqrt(π / 2 / (n - 1 + π / 2)): exact for one value and for many, within 2 % for other odd numbers, and up
    to 11 % too large for even ones (Rider, J. American Statistical Association 55 (1960) 148-150).
    """
    return math.sqrt(math.pi / 2 / (count - 1 + math.pi / 2))


def median_beyond(
    values: Sequence[float], errors: Sequence[float], degrees: int, alpha: float = 0.025
) -> tuple[float, float, float]:
    """The median of values with known standard errors, and its interval; each side misses it with `alpha`.

    About these very things, not about others like them: their own differences do not widen it. The errors
    were estimated with so many degrees of freedom.
    """
    from scipy import special  # importing scipy.stats takes much longer

    typical = math.sqrt(sum(error**2 for error in errors) / len(errors))
    half = -float(special.stdtrit(degrees, alpha)) * typical * error_of_median(len(values))
    middle = median(values)
    return middle, middle - half, middle + half


def chance(excess: float, error: float, degrees: int) -> float:
    """The probability of so large an excess by chance alone, one-sided, where its standard error is `error`.

    0 or 1 where there is no error.
    """
    if not error:
        return float(excess <= 0)
    from scipy import special

    return float(special.stdtr(degrees, -excess / error))
