from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tts_baseline.stats.estimate import Estimate

estimates = st.builds(
    Estimate, st.floats(-1, 1), st.floats(0.001, 1), st.sampled_from([1.0, 2.0, 3.0, 7.0, 40.0, math.inf])
)


@given(estimates, st.floats(0.001, 0.4), st.floats(-1, 1))
def test_agrees_with_scipys_distributions(estimate: Estimate, alpha: float, bound: float) -> None:
    reference = stats.t(estimate.df, loc=estimate.change, scale=estimate.error)
    assert estimate.interval(alpha) == pytest.approx((reference.ppf(alpha), reference.isf(alpha)), abs=1e-9)
    assert estimate.p_above(bound) == pytest.approx(reference.cdf(bound), rel=1e-9)
    assert estimate.p_below(bound) == pytest.approx(reference.sf(bound), rel=1e-9)


def test_without_error_there_is_no_doubt() -> None:
    sure = Estimate(0.1, 0.0, 2.0)
    assert (sure.p_above(0.05), sure.p_above(0.1), sure.p_below(0.05)) == (0.0, 1.0, 1.0)
    assert sure.interval() == (0.1, 0.1)


def test_smallest_visible_by_hand() -> None:
    # normal quantiles: 1.959964 at 2.5 %, 1.281552 for a power of 90 %, 2.326348 at 1 %
    estimate = Estimate(0.0, 0.01, math.inf)
    assert estimate.smallest_visible(0.05) == pytest.approx(0.05 + 0.03241516)
    assert estimate.smallest_visible(0.05, power=0.5, alpha=0.01) == pytest.approx(0.05 + 0.02326348)
