"""Least squares without negative weights: what only adds, as times do, takes nothing away."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[np.float64]]


def nonnegative(columns: Array) -> tuple[Array, float]:
    """The weights, none negative, that bring the sum of each row closest to 1, and the squares that are left.

    The best of all subsets of the columns whose least squares has no negative weight is the solution (Lawson
    and Hanson, Solving Least Squares Problems, 1974, chapter 23). `columns` has a row a case, and few columns
    that are not negative.
    """
    import numpy as np

    best, least = np.zeros(columns.shape[1]), float(len(columns))
    for count in range(1, columns.shape[1] + 1):
        for terms in map(list, combinations(range(columns.shape[1]), count)):
            found = np.linalg.lstsq(columns[:, terms], np.ones(len(columns)), rcond=None)[0]
            rest = columns[:, terms] @ found - 1
            if (found >= 0).all() and rest @ rest < least:
                best, least = np.zeros(columns.shape[1]), float(rest @ rest)
                best[terms] = found
    return best, least
