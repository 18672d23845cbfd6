"""Rank correlation, with its interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

_FEWEST = 5  # chosen: of fewer pairs, the interval is all of -1 to 1
_NORMAL = 1.959964  # the quantile of 97.5 %


class RankCorrelation(NamedTuple):
    """Spearman's rho of so many pairs, with its interval of 95 %; None where there is none."""

    rho: float
    low: float | None
    high: float | None
    pairs: int


def spearman(xs: Sequence[float], ys: Sequence[float]) -> RankCorrelation | None:
    """Spearman's rank correlation; None with fewer than five pairs, or where either is the same throughout.

    Equal values share the mean of their ranks. The interval is that of Fisher's z with the variance of Bonett
    and Wright (Psychometrika 65, 2000), (1 + rho² / 2) / (n - 3); of a perfect order z is infinite, so none.
    """
    count = len(xs)
    if count != len(ys):
        raise ValueError(f"{count} values and {len(ys)}")
    if count < _FEWEST or len({*xs}) < 2 or len({*ys}) < 2:
        return None
    rho = _correlation(_ranks(xs), _ranks(ys))
    if abs(rho) > 1 - 1e-12:
        return RankCorrelation(math.copysign(1.0, rho), None, None, count)
    half = _NORMAL * math.sqrt((1 + rho**2 / 2) / (count - 3))
    z = math.atanh(rho)
    return RankCorrelation(rho, math.tanh(z - half), math.tanh(z + half), count)


def _ranks(values: Sequence[float]) -> list[float]:
    """The rank of each value from 1, equal ones at the mean of theirs."""
    ordered = sorted(values)
    first = {value: place for place, value in reversed([*enumerate(ordered, 1)])}
    count = dict.fromkeys(ordered, 0)
    for value in ordered:
        count[value] += 1
    return [first[value] + (count[value] - 1) / 2 for value in values]


def _correlation(xs: Sequence[float], ys: Sequence[float]) -> float:
    middle = (len(xs) + 1) / 2
    both = sum((x - middle) * (y - middle) for x, y in zip(xs, ys, strict=True))
    return both / math.sqrt(sum((x - middle) ** 2 for x in xs) * sum((y - middle) ** 2 for y in ys))
