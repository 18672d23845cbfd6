"""Diagnostics of timings: modes between processes, a slow first call, drift, autocorrelation.

They are reported beside a verdict and never decide it. All inputs are natural logs of times.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# chosen: the Theil-Sen slope takes time and memory in the square of its points
_MOST_POINTS = 1000
_NORMAL_QUANTILE = 1.959964  # for two-sided 95 %


class Spread(Struct, frozen=True):
    """How much more processes differ than their calls explain.

    `statistic` is the F ratio and `p` its p-value; `between` and `within` are the standard deviations between
    processes and between calls.
    """

    statistic: float
    p: float
    between: float
    within: float


class Effect(Struct, frozen=True):
    """A mean log difference (`change`) and its two-sided p-value."""

    change: float
    p: float


class Drift(Struct, frozen=True):
    """The log change from the first call to the last, with its 95 % interval."""

    change: float
    low: float
    high: float


class Correlation(Struct, frozen=True):
    """The lag-1 autocorrelation, and the 95 % range that it has if calls are independent."""

    value: float
    low: float
    high: float

    @property
    def is_plain(self) -> bool:
        """True if the value is outside the range of independent calls."""
        return not self.low <= self.value <= self.high


def process_spread(processes: Sequence[Sequence[float]]) -> Spread | None:
    """Whether processes differ more than their calls explain: the F test of one-way ANOVA.

    One row a process: its calls of one case and one arm (or residuals of several cases). Calls that depend on
    earlier ones make p too small, so read it beside `autocorrelation`. None for fewer than two processes, or
    if none has two calls.
    """
    import numpy as np
    from scipy import special

    origin = next((row[0] for row in processes if len(row)), 0.0)  # equal times then differ by exactly 0
    rows = [np.asarray(row, float) - origin for row in processes if len(row)]
    sizes = np.array([len(row) for row in rows])
    processes_left, calls_left = len(rows) - 1, int(sizes.sum()) - len(rows)
    if processes_left < 1 or calls_left < 1:
        return None
    means = np.array([row.mean() for row in rows])
    overall = float(np.average(means, weights=sizes))
    between = float(sizes @ (means - overall) ** 2) / processes_left
    within = sum(float(((row - mean) ** 2).sum()) for row, mean in zip(rows, means, strict=True)) / calls_left
    typical = (sizes.sum() - (sizes**2).sum() / sizes.sum()) / processes_left
    statistic = between / within if within > 0 else (math.inf if between > 0 else 0.0)
    return Spread(
        statistic,
        float(special.fdtrc(processes_left, calls_left, statistic)),
        math.sqrt(max(between - within, 0.0) / typical),
        math.sqrt(within),
    )


def slot_effect(quads: Sequence[Sequence[float]]) -> Effect | None:
    """Whether the first call of a quad is slower than its last: mean log difference and paired t test.

    One row a quad, its calls in order of time. In ABBA and BAAB the first and the last call are of the same
    process, so arms, cases and processes cancel. None for fewer than two quads.
    """
    import numpy as np
    from scipy import special

    if len(quads) < 2:
        return None
    later = np.array([quad[0] - quad[-1] for quad in quads])
    change, error = float(later.mean()), float(later.std(ddof=1)) / math.sqrt(len(later))
    if error == 0:
        return Effect(change, 1.0 if change == 0 else 0.0)
    return Effect(change, 2 * float(special.stdtr(len(later) - 1, -abs(change) / error)))


def drift(residuals: Sequence[float]) -> Drift | None:
    """How much slower the calls became from the first to the last: Theil-Sen slope with its interval.

    `residuals` are log times in order of time, less the mean of their case and arm. Up to 29 % outliers do no
    harm. More than 1,000 calls are averaged in blocks. None for fewer than three calls.
    Sen, Journal of the American Statistical Association 63 (1968) 1379-1389.
    """
    import numpy as np
    from scipy.stats import theilslopes

    if len(residuals) < 3:
        return None
    blocks = np.array_split(np.asarray(residuals, float), min(len(residuals), _MOST_POINTS))
    points = np.array([block.mean() for block in blocks])
    steps = len(points) - 1
    slope, _, low, high = theilslopes(points, np.arange(len(points)), 0.95)
    return Drift(float(slope) * steps, float(low) * steps, float(high) * steps)


def autocorrelation(processes: Sequence[Sequence[float]]) -> Correlation | None:
    """The correlation of a call with the one before it in the same process, pooled over processes.

    One row a process, its residuals in order of time. Each process's mean is removed, which makes the
    expected value -1/n for n independent calls. The range is from the exact moments for normal calls (Moran,
    Biometrika 35 (1948) 255-260), weighted by each process's random share of the variance. None if no process
    has three calls, or no call varies.
    """
    import numpy as np

    rows = [_centred(row) for row in processes if len(row) >= 3]
    squares = sum(float(row @ row) for row in rows)
    if squares == 0:
        return None
    value = sum(float(row[:-1] @ row[1:]) for row in rows) / squares
    sizes = np.array([float(len(row)) for row in rows])
    # Shares of the sum of squares follow a Dirichlet distribution with half the degrees of freedom.
    halves = (sizes - 1) / 2
    share, square = halves / halves.sum(), halves * (halves + 1) / (halves.sum() * (halves.sum() + 1))
    expected = float(share @ (-1 / sizes))
    variance = float(square @ ((sizes - 2) ** 2 / (sizes**2 * (sizes - 1))))
    half = _NORMAL_QUANTILE * math.sqrt(variance)
    return Correlation(value, expected - half, expected + half)


def _centred(values: Sequence[float]) -> NDArray[np.float64]:
    import numpy as np

    row: NDArray[np.float64] = np.asarray(values, float) - values[0]  # equal values are then exactly 0
    row -= row.mean()
    return row
