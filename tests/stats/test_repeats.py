"""Repeatability against its formula, and errors of medians against a simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tts_baseline.stats.repeats import (
    Repeatability,
    chance,
    error_of_median,
    error_of_these,
    largest_by_chance,
    median_beyond,
    repeatability,
)


def test_groups_are_pooled_by_their_degrees_of_freedom() -> None:
    # squares 2 and 8 (about 1 and 4), degrees 1 and 2
    pooled = repeatability([[0.0, 2.0], [2.0, 4.0, 6.0], [9.0]])
    assert (pooled.deviation, pooled.degrees) == (pytest.approx(math.sqrt((2 + 8) / 3)), 3)


def test_without_repeats_nothing_is_known() -> None:
    assert repeatability([[1.0], [2.0], []]) == Repeatability(0.0, 0)


@given(
    st.lists(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=5), min_size=1, max_size=6),
    st.floats(-1e3, 1e3),
)
def test_a_shift_of_a_group_changes_nothing(groups: list[list[float]], shift: float) -> None:
    moved = [[value + shift for value in groups[0]], *groups[1:]]
    assert repeatability(moved).deviation == pytest.approx(
        repeatability(groups).deviation, rel=1e-6, abs=1e-6
    )


@pytest.mark.parametrize(
    ("count", "most"), [(1, 0.01), (2, 0.12), (3, 0.03), (4, 0.08), (5, 0.03), (15, 0.03)]
)
def test_the_error_of_a_median_is_that_of_a_simulation_or_a_little_more(count: int, most: float) -> None:
    medians = np.median(np.random.default_rng(1).standard_normal((200_000, count)), axis=1)
    assert -0.02 <= error_of_median(count) / medians.std() - 1 <= most


def test_chance_is_students_tail() -> None:
    assert chance(3.0, 1.5, 7) == pytest.approx(1 - stats.t.cdf(2.0, 7))
    assert (chance(0.1, 0.0, 0), chance(0.0, 0.0, 0), chance(-0.1, 0.0, 0)) == (0.0, 1.0, 1.0)


@pytest.mark.parametrize("spread", [0.0, 0.3, 1.0, 3.0, 30.0])
@pytest.mark.parametrize("count", [1, 2, 7, 16, 49])
def test_the_median_of_what_is_known_to_chance_is_covered_as_often_as_promised(
    count: int, spread: float
) -> None:
    """Things that differ by less than chance, as much and more: the interval is about these very things."""
    random = np.random.default_rng([count, round(10 * spread)])
    missed = np.zeros(2)
    for _ in range(600):
        true = random.normal(0, spread, count)
        _, low, high = median_beyond(true + random.standard_normal(count), [1.0] * count, 10_000)
        missed += [np.median(true) < low, np.median(true) > high]
    assert max(missed / 600) <= 0.025 + 3 * math.sqrt(0.025 * 0.975 / 600)


def test_things_that_are_alike_are_known_as_well_as_their_number_allows() -> None:
    """Within a tenth of the error of a median of equal things, and never beyond that of one of them."""
    random = np.random.default_rng(2)
    for count in (7, 16, 49):
        alike = [error_of_these(list(random.standard_normal(count)), [1.0] * count) for _ in range(200)]
        assert np.median(alike) == pytest.approx(error_of_median(count), rel=0.1)
    for count, largest in ((7, 1.0), (16, math.sqrt(0.5))):
        apart = [100.0 * n for n in range(count)]
        assert error_of_these(apart, [1.0] * count) == pytest.approx(largest)
    assert error_of_these([1.0, 2.0], [0.0, 0.0]) == 0.0


def test_the_largest_by_chance_is_exceeded_as_seldom_as_promised() -> None:
    largest = np.random.default_rng(3).standard_t(30, (4_000, 16)).max(axis=1)
    assert np.mean(largest > largest_by_chance(1.0, 30, 16)) == pytest.approx(0.025, abs=0.008)
