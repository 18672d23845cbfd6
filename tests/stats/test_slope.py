"""A robust slope: lines, steps and saw teeth, and how often its interval holds the truth."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import theilslopes

from tts_baseline.stats.slope import slope


def test_a_line_has_its_slope_and_no_doubt() -> None:
    found = slope([3.0 + 2.0 * number for number in range(50)])
    assert (found.value, found.low, found.high) == (2.0, 2.0, 2.0)


def test_the_slope_and_its_interval_are_those_of_theil_and_sen() -> None:
    series = 0.5 * np.arange(60) + np.random.default_rng(1).normal(size=60)
    found, known = slope(series), theilslopes(series, alpha=0.95)
    assert found.value == pytest.approx(known.slope)
    assert (found.low, found.high) == pytest.approx((known.low_slope, known.high_slope), rel=0.02)


@pytest.mark.parametrize("at", [20, 75, 130])
def test_a_step_that_stays_is_no_slope(at: int) -> None:
    series = np.where(np.arange(150) < at, 0.0, 1e7) + np.random.default_rng(2).normal(size=150)
    assert slope(series).low <= 0.1


def test_saw_teeth_are_no_slope() -> None:
    found = slope([number % 20 for number in range(200)])
    assert found.low <= 0 <= found.high


def test_the_interval_holds_the_truth_as_often_as_it_says_also_where_neighbours_are_alike() -> None:
    dice = np.random.default_rng(3)

    def is_held(memory: float) -> bool:
        noise = dice.normal(size=120)
        for now in range(1, 120):
            noise[now] += memory * noise[now - 1]
        found = slope(0.1 * np.arange(120) + noise)
        return found.low <= 0.1 <= found.high

    held = {memory: np.mean([is_held(memory) for _ in range(150)]) for memory in (0.0, 0.5)}
    assert held[0.0] > 0.9
    assert held[0.5] > 0.85


def test_many_values_are_taken_together() -> None:
    found = slope([5.0 * number for number in range(1203)])
    assert (found.value, found.low, found.high) == (5.0, 5.0, 5.0)


def test_two_values_have_no_slope() -> None:
    with pytest.raises(ValueError, match="2 values"):
        slope([1.0, 2.0])
