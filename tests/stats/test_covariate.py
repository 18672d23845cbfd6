from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tts_baseline.stats.covariate import pooled_slope


def test_recovers_the_slope_within_groups_whatever_their_levels() -> None:
    dice = np.random.default_rng(1)
    groups = []
    for level in (0.0, 5.0, -3.0):
        x = dice.normal(size=200)
        groups.append((x.tolist(), (0.7 * x + level + dice.normal(0, 0.05, 200)).tolist()))
    assert pooled_slope(groups) == pytest.approx(0.7, abs=0.02)


def test_agrees_with_least_squares_with_a_constant_per_group() -> None:
    dice = np.random.default_rng(2)
    x = dice.normal(size=(2, 30))
    y = 0.4 * x + np.array([[1.0], [9.0]]) + dice.normal(0, 0.3, (2, 30))
    design = np.column_stack([x.ravel(), np.repeat([1, 0], 30), np.repeat([0, 1], 30)])
    expected = np.linalg.lstsq(design, y.ravel(), rcond=None)[0][0]
    assert pooled_slope(zip(x.tolist(), y.tolist(), strict=True)) == pytest.approx(expected)


@pytest.mark.parametrize(("factor", "expected"), [(-2.0, 0.0), (3.0, 1.0)])
def test_stays_between_waiting_and_computing(factor: float, expected: float) -> None:
    x = [0.0, 1.0, 2.0]
    assert pooled_slope([(x, [factor * v for v in x])]) == expected


@given(st.floats(-9, 9), st.integers(0, 5))
def test_is_zero_where_nothing_varies(value: float, count: int) -> None:
    assert pooled_slope([([value] * count, list(range(count)))]) == 0.0
