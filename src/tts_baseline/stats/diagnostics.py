"""What is odd about a set of timings: modes between processes, a slow first call, drift, memory.

Reported beside a verdict, never part of it. All inputs are natural logs of times.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# The Theil-Sen slope takes time and memory in the square of its points.
_MOST_POINTS = 1000
_NORMAL_QUANTILE = 1.959964


class Spread(Struct, frozen=True):
    """How far processes differ beyond what their calls explain.

    `statistic` is the F ratio, `p` how often equal processes would give one as large; `between` and
    `within` are the standard deviations of processes and of calls.
    """

    statistic: float
    p: float
    between: float
    within: float


class Effect(Struct, frozen=True):
    """A mean log difference (`change`) and `p`, how often none would give one as large, two-sided."""

    change: float
    p: float


class Drift(Struct, frozen=True):
    """The log change from the first call to the last, with its 95 % interval."""

    change: float
    low: float
    high: float


class Correlation(Struct, frozen=True):
    """The lag-1 autocorrelation, and the range in which 95 % of independent calls leave it."""

    value: float
    low: float
    high: float

    @property
    def is_plain(self) -> bool:
        """Whether independent calls would hardly give it."""
        return not self.low <= self.value <= self.high


def process_spread(processes: Sequence[Sequence[float]]) -> Spread | None:
    """Whether processes are more different than their calls explain: the F test of one-way ANOVA.

    One row a process: its calls of one case and one arm (or residuals of several cases). Calls that
    depend on the ones before them make it cry too early: read it beside `autocorrelation`. None where
    two processes, one of them with two calls, are not to be had.
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
    whole = float(np.average(means, weights=sizes))
    between = float(sizes @ (means - whole) ** 2) / processes_left
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

    One row a quad, its calls in time order. In ABBA and in BAAB the first and the last call are of the
    same process, so that neither arms, cases nor processes enter. None of fewer than two quads.
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

    In time order, each log time less the mean of its case and arm. One call in three may be an outlier.
    Series of more than 1,000 calls are averaged in blocks. None of fewer than three calls.
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
    """How much a call resembles the one before it in the same process, pooled over processes.

    One row a process, its residuals in time order. Each process's own mean is removed, which alone leaves
    -1/n in n calls; range from the exact moments for normal calls (Moran, Biometrika 35 (1948) 255-260),
    pooled with each process's random share of the variance. None where no process has three calls, or none
    of them varies.
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
