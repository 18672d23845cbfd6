"""Least squares without negative weights agree with scipy's solver."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import nnls

from tts_baseline.stats.nonnegative import nonnegative


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("terms", [1, 3, 4])
def test_weights_and_what_is_left_are_scipys(terms: int, seed: int) -> None:
    columns = np.random.default_rng(seed).uniform(0, 1, (7, terms))
    columns[:, -1] += 2 * columns[:, 0]  # so that some weights would be negative
    weights, left = nonnegative(columns)
    expected, norm = nnls(columns, np.ones(7))
    assert weights == pytest.approx(expected, abs=1e-9)
    assert left == pytest.approx(norm**2, abs=1e-9)


def test_known_weights_are_found_and_a_negative_one_becomes_0() -> None:
    columns = np.array([[1.0, 2.0], [1.0, 4.0], [1.0, 8.0]])
    assert nonnegative(columns / (columns @ [3.0, 0.5])[:, None])[0] == pytest.approx([3.0, 0.5])
    weights, left = nonnegative(columns / (columns @ [9.0, -0.5])[:, None])
    assert weights[1] == 0
    assert left > 0
