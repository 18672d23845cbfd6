from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tts_baseline.stats.median import median_interval


def test_known_ranks() -> None:
    # n = 20, 95 %: the 6th and 15th order statistics (Hahn & Meeker 1991, table A.15)
    assert median_interval([float(x) for x in range(1, 21)]) == (10.5, 6.0, 15.0)


def test_too_few_values_give_their_range() -> None:
    assert median_interval([3.0, 1.0, 2.0]) == (2.0, 1.0, 3.0)


def test_misses_the_true_median_no_more_often_than_said() -> None:
    dice = np.random.default_rng(3)
    missed = 0
    for row in dice.exponential(size=(4000, 17)):
        _, low, high = median_interval(row.tolist())
        missed += not low <= np.log(2) <= high
    assert missed / 4000 <= 0.055


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60))
def test_interval_holds_the_sample_median(values: list[float]) -> None:
    middle, low, high = median_interval(values)
    assert low <= middle <= high
    assert middle == pytest.approx(float(np.median(values)))
