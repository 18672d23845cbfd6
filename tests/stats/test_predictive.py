from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tts_baseline.stats.estimate import ALPHA
from tts_baseline.stats.predictive import predict

logs = st.floats(-3, 3)


def test_known_answer_by_hand() -> None:
    # S = 4, mean 1.0, sd sqrt(0.02/3); t(0.975, 3) = 3.182446
    earlier = [0.9, 1.0, 1.0, 1.1]
    low, high = predict(1.5, earlier, prior=9.0).interval()
    half = 3.182446 * math.sqrt(0.02 / 3) * math.sqrt(1.25)
    assert (low, high) == pytest.approx((0.5 - half, 0.5 + half), rel=1e-6)


def test_few_sessions_use_the_prior_with_normal_quantiles() -> None:
    low, high = predict(0.2, [0.0, 0.001, -0.001], prior=0.06).interval()
    half = 1.959964 * 0.06 * math.sqrt(4 / 3)
    assert (low, high) == pytest.approx((0.2 - half, 0.2 + half), rel=1e-6)


def test_few_sessions_that_spread_more_than_the_prior_use_their_own_spread() -> None:
    wide = predict(0.0, [-0.3, 0.0, 0.3], prior=0.06)
    assert wide.error == pytest.approx(0.3 * math.sqrt(4 / 3))


def test_one_session_has_no_spread_of_its_own() -> None:
    assert predict(0.1, [0.0], prior=0.06).error == pytest.approx(0.06 * math.sqrt(2))


@pytest.mark.parametrize("sessions", [4, 8])
def test_the_interval_holds_a_new_session_as_often_as_it_says(sessions: int) -> None:
    dice = np.random.default_rng(7)
    samples = dice.normal(0.0, 0.03, size=(6000, sessions + 1))
    inside = 0
    for row in samples:
        low, high = predict(row[-1], row[:-1].tolist(), prior=1.0).interval()
        inside += low <= 0.0 <= high
    coverage = inside / len(samples)
    assert coverage == pytest.approx(0.95, abs=0.012)


@given(logs, st.lists(logs, min_size=1, max_size=9), st.floats(0.01, 0.3), logs)
def test_p_value_and_interval_agree(now: float, earlier: list[float], prior: float, bound: float) -> None:
    prediction = predict(now, earlier, prior=prior)
    low, high = prediction.interval()
    if abs(low - bound) > 1e-9 and prediction.error > 1e-12:
        assert (prediction.p_above(bound) < ALPHA) == (low > bound)
    if abs(high - bound) > 1e-9 and prediction.error > 1e-12:
        assert (prediction.p_below(bound) < ALPHA) == (high < bound)


def test_smallest_visible_change_is_seen_with_the_power_it_names() -> None:
    prediction = predict(0.0, [0.0, 0.0], prior=0.05)
    seen = prediction.smallest_visible(0.05, power=0.9)
    reached = stats.norm.sf(0.05 + 1.959964 * prediction.error, loc=seen, scale=prediction.error)
    assert reached == pytest.approx(0.9, abs=1e-4)


def test_a_session_is_known_no_better_than_its_restarts_agree() -> None:
    earlier = [0.0, 0.001, -0.001]
    change = predict(0.2, earlier, prior=0.06)
    for agreeing in ([0.2, 0.2, 0.2], [0.2], []):
        assert predict(0.2, earlier, prior=0.06, restarts=agreeing) == change
    # sd of 0, 0.3 and 0.6 is 0.3, and of their mean 0.3 / sqrt(3)
    torn = predict(0.2, earlier, prior=0.06, restarts=[0.0, 0.3, 0.6])
    assert (torn.change, torn.error, torn.df) == (change.change, pytest.approx(0.3 / math.sqrt(3)), change.df)
