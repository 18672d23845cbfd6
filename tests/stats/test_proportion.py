from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tts_baseline.stats.proportion import bounds, upper_bound


def test_no_success_has_a_closed_form() -> None:
    # 1 - (alpha/2)^(1/n) and, one-sided, 1 - alpha^(1/n)
    assert bounds(0, 300) == pytest.approx((0.0, 1 - 0.025 ** (1 / 300)))
    assert upper_bound(0, 300) == pytest.approx(1 - 0.05 ** (1 / 300))


def test_the_rule_of_three() -> None:
    assert upper_bound(0, 300) == pytest.approx(3 / 300, rel=0.01)


def test_only_successes_mirror_none() -> None:
    assert bounds(300, 300) == pytest.approx((0.025 ** (1 / 300), 1.0))
    assert upper_bound(300, 300) == 1.0


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.floats(0.001, 0.4))
def test_agrees_with_the_beta_distribution(counted: tuple[int, int], alpha: float) -> None:
    k, n = counted
    low = stats.beta.ppf(alpha / 2, k, n - k + 1) if k else 0.0
    high = stats.beta.isf(alpha / 2, k + 1, n - k) if k < n else 1.0
    assert bounds(k, n, alpha) == pytest.approx((low, high), abs=1e-9)
    assert k / n <= upper_bound(k, n, alpha) <= bounds(k, n, alpha)[1]


@pytest.mark.parametrize("share", [0.01, 0.3])
def test_misses_no_more_often_than_said(share: float) -> None:
    n = 60
    missed = sum(
        stats.binom.pmf(k, n, share) for k in range(n + 1) if not bounds(k, n)[0] <= share <= bounds(k, n)[1]
    )
    assert missed <= 0.05


@pytest.mark.parametrize(("successes", "trials"), [(3, 0), (-1, 5), (6, 5)])
def test_what_cannot_be_counted_is_refused(successes: int, trials: int) -> None:
    with pytest.raises(ValueError, match="must"):
        bounds(successes, trials)
