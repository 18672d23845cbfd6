"""A robust slope: how much a series grows from one value to the next, with its interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from tts_baseline.stats.estimate import ALPHA

if TYPE_CHECKING:
    import numpy as np

    Series = np.ndarray[Any, np.dtype[np.float64]]

_MOST = 500  # chosen: more values are taken together, for pairs grow with the square
_SIGNIFICANT = NormalDist().inv_cdf(1 - ALPHA)


class Slope(Struct, frozen=True):
    """The growth a step, and its 95 % bounds."""

    value: float
    low: float
    high: float


def slope(values: Sequence[float], alpha: float = ALPHA) -> Slope:
    """Theil's and Sen's slope: the median over all pairs; ValueError for fewer than three values.

    The interval is Sen's (Journal of the American Statistical Association 63 (1968) 1379-1389), by the
    variance of Kendall's S, which is made larger where neighbours are alike (Hamed and Rao, Journal of
    Hydrology 204 (1998) 182-196): a step that stays is a long row of values that are alike, and no slope.
    """
    import numpy as np

    if len(values) < 3:
        raise ValueError(f"{len(values)} values have no slope")
    together = -(-len(values) // _MOST)
    rows = np.asarray(values[: len(values) // together * together], float).reshape(-1, together)
    series = np.median(rows, axis=1)
    count = len(series)
    first, second = np.triu_indices(count, 1)
    pairs = np.sort((series[second] - series[first]) / (second - first))
    middle = float(np.median(pairs))
    variance = count * (count - 1) * (2 * count + 5) / 18 * _inflation(series - middle * np.arange(count))
    reach = NormalDist().inv_cdf(1 - alpha) * math.sqrt(variance)
    low = max(0, math.floor((len(pairs) - reach) / 2))
    high = min(len(pairs) - 1, math.ceil((len(pairs) + reach) / 2))
    return Slope(middle / together, float(pairs[low]) / together, float(pairs[high]) / together)


def _inflation(rest: Series) -> float:
    """How much larger the variance of S is than among independent values, by their ranks' correlations."""
    import numpy as np

    count = len(rest)
    ranks = np.argsort(np.argsort(rest, kind="stable"), kind="stable") - (count - 1) / 2
    power = float(ranks @ ranks)
    lags = np.arange(1, count - 1)
    found = np.array([float(ranks[:-lag] @ ranks[lag:]) for lag in lags]) / power
    found[np.abs(found) < _SIGNIFICANT / math.sqrt(count)] = 0.0
    left = count - lags
    weights = left * (left - 1) * (left - 2)
    return max(1.0, 1 + 2 / (count * (count - 1) * (count - 2)) * float(weights @ found))
