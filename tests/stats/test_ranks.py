"""Spearman's rho is scipy's, and its interval holds the truth as often as it says."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tts_baseline.stats.ranks import spearman


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=5, max_size=30))
def test_rho_is_that_of_scipy_with_ties(pairs):
    xs, ys = zip(*pairs, strict=True)
    found = spearman(xs, ys)
    if len(set(xs)) < 2 or len(set(ys)) < 2:
        assert found is None
        return
    assert found is not None
    assert found.rho == pytest.approx(stats.spearmanr(xs, ys).statistic, abs=1e-9)
    if found.low is None or found.high is None:
        assert abs(found.rho) == pytest.approx(1.0)
    else:
        assert -1 <= found.low <= found.rho <= found.high <= 1
    assert found.pairs == len(pairs)


def test_the_interval_is_that_of_bonett_and_wright():
    """Of 0.5 in 28 pairs: z = 0.5493, half = 1.96 · √(1.125 / 25)."""
    xs = list(range(28))
    rng = np.random.default_rng(3)
    found = spearman(xs, [x + 14 * rng.standard_normal() for x in xs])
    assert found is not None
    half = 1.959964 * math.sqrt((1 + found.rho**2 / 2) / 25)
    assert found.low == pytest.approx(math.tanh(math.atanh(found.rho) - half), abs=1e-6)
    assert found.high == pytest.approx(math.tanh(math.atanh(found.rho) + half), abs=1e-6)


def test_the_interval_holds_the_true_rho_19_times_in_20():
    """Of normal pairs of correlation 0.6, whose rho is 6 / pi · asin(0.3)."""
    truth = 6 / math.pi * math.asin(0.3)
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(400):
        x, noise = rng.standard_normal((2, 40))
        found = spearman(x.tolist(), (0.6 * x + 0.8 * noise).tolist())
        held += found is not None and (found.low or -1) <= truth <= (found.high or 1)
    assert 0.92 <= held / 400 <= 0.98


def test_a_perfect_order_has_no_interval_and_few_pairs_have_no_rho():
    perfect = spearman([1, 2, 3, 4, 5, 6], [10, 20, 30, 40, 50, 60])
    assert perfect is not None
    assert (perfect.rho, perfect.low, perfect.high) == (1.0, None, None)
    assert spearman([1, 2, 3, 4], [1, 2, 3, 4]) is None
    assert spearman([1] * 9, list(range(9))) is None
    with pytest.raises(ValueError, match="9 values and 8"):
        spearman(list(range(9)), list(range(8)))
