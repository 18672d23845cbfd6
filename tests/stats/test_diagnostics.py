from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tts_baseline.stats.diagnostics import autocorrelation, drift, process_spread, slot_effect

logs = st.floats(-3, 3).map(lambda value: round(value, 4))


def noise(seed: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(-1.0, 0.02, shape)


def test_process_spread_by_hand() -> None:
    # means 2, 3, 4: between 2*(1+0+1)/2 = 2; within (6*0.25)/3 = 0.5; F = 4; sd between sqrt((2-0.5)/2)
    spread = process_spread([[1.5, 2.5], [2.5, 3.5], [3.5, 4.5]])
    assert spread is not None
    assert spread.statistic == pytest.approx(4)
    assert (spread.between, spread.within) == pytest.approx((math.sqrt(0.75), math.sqrt(0.5)))


@given(st.lists(st.lists(logs, min_size=2, max_size=6), min_size=2, max_size=6))
def test_process_spread_agrees_with_scipys_analysis_of_variance(rows: list[list[float]]) -> None:
    spread = process_spread(rows)
    assert spread is not None
    if all(len(set(row)) > 1 for row in rows):
        statistic, p = stats.f_oneway(*rows)
        assert spread.statistic == pytest.approx(statistic, rel=1e-6, abs=1e-6)
        if statistic > 1e-6:  # rounding makes scipy's a little less than zero, and its p NaN
            assert spread.p == pytest.approx(p, abs=1e-6)


def test_two_modes_of_processes_are_named_with_their_size() -> None:
    calls = noise(1, 8, 4)
    calls[[1, 4, 6]] += math.log(1.12)
    spread = process_spread(calls.tolist())
    assert spread is not None
    assert spread.p < 1e-6
    assert spread.between == pytest.approx(math.log(1.12) * math.sqrt(3 * 5 / 8 / 7), rel=0.2)


@pytest.mark.parametrize("rows", [[], [[1.0, 2.0]], [[1.0], [2.0]], [[1.0, 2.0], []]])
def test_process_spread_needs_two_processes_and_repeated_calls(rows: list[list[float]]) -> None:
    assert process_spread(rows) is None


def test_equal_times_differ_in_nothing() -> None:
    spread = process_spread([[0.1] * 7, [0.1] * 7, [0.1] * 6])
    assert spread is not None
    assert (spread.statistic, spread.p, spread.between) == (0, 1, 0)
    apart = process_spread([[0.0] * 3, [1.0] * 3])
    assert apart is not None
    assert apart.p == 0
    assert autocorrelation([[0.1] * 7, [0.3] * 7]) is None


def test_slot_effect_by_hand() -> None:
    # first less last: 0.03, 0.01, so the mean is 0.02, t = 2 with 1 degree of freedom: p = 0.2951672
    effect = slot_effect([[1.03, 5.0, 6.0, 1.0], [2.01, 0.0, 0.0, 2.0]])
    assert effect is not None
    assert (effect.change, effect.p) == pytest.approx((0.02, 0.2951672))


def test_slot_effect_is_free_of_arms_and_processes() -> None:
    dice = np.random.default_rng(2)
    quads = noise(3, 48, 4) + dice.normal(0, 0.3, (48, 1))  # each quad in a process and case of its own
    quads[::2, 1:3] += 0.5  # ABBA with a slow head
    quads[1::2, [0, 3]] += 0.5  # BAAB
    plain = slot_effect(quads.tolist())
    quads[:, 0] += 0.04
    slow = slot_effect(quads.tolist())
    assert plain is not None
    assert slow is not None
    assert plain.p > 0.05
    assert slow.change == pytest.approx(0.04, abs=0.01)
    assert slow.p < 1e-6


def test_slot_effect_of_too_little_and_of_equal_calls() -> None:
    assert slot_effect([[1.0, 2.0, 2.0, 1.0]]) is None
    assert slot_effect([[1.0, 2.0, 2.0, 1.0]] * 2) is not None
    assert slot_effect([[1.0, 2.0, 2.0, 1.0]] * 2).p == 1
    assert slot_effect([[1.5, 2.0, 2.0, 1.0]] * 2).p == 0


def test_drift_of_a_straight_line_is_its_whole_rise() -> None:
    slope = drift([0.01 * step for step in range(11)])
    assert slope is not None
    assert (slope.change, slope.low, slope.high) == pytest.approx((0.1, 0.1, 0.1))


def test_drift_stands_outliers() -> None:
    rising = np.linspace(0, 0.05, 64) + noise(5, 64) * 0.1
    rising[10:20] += 2.0
    slope = drift(rising.tolist())
    assert slope is not None
    assert slope.low < 0.05 < slope.high
    assert slope.low > 0.02


def test_a_long_series_is_averaged_before_its_drift_is_sought() -> None:
    slope = drift((np.linspace(0, 0.05, 20_500) + noise(6, 20_500)).tolist())
    assert slope is not None
    assert slope.change == pytest.approx(0.05, abs=0.002)


def test_drift_needs_three_calls() -> None:
    assert drift([0.0, 1.0]) is None


def test_autocorrelation_by_hand() -> None:
    # less the mean: -1.5, -0.5, 0.5, 1.5; products 0.75 - 0.25 + 0.75 over 5
    memory = autocorrelation([[1.0, 2.0, 3.0, 4.0]])
    assert memory is not None
    assert memory.value == pytest.approx(0.25)
    # Moran: mean -1/4, variance 2^2/(4^2*3)
    assert (memory.low, memory.high) == pytest.approx(
        (-0.25 - 1.959964 / 12**0.5, -0.25 + 1.959964 / 12**0.5)
    )


def test_autocorrelation_of_calls_that_remember() -> None:
    dice = np.random.default_rng(7)
    calls = dice.normal(size=(8, 40))
    for now in range(1, 40):
        calls[:, now] += 0.6 * calls[:, now - 1]
    memory = autocorrelation(calls.tolist())
    assert memory is not None
    assert memory.is_plain
    assert memory.value == pytest.approx(0.6, abs=0.1)
    levels = noise(8, 8, 40) + np.arange(8)[:, None]
    apart = autocorrelation(levels.tolist())
    assert apart is not None
    assert not apart.is_plain  # processes that differ are not calls that remember


def test_autocorrelation_needs_three_calls_in_a_process() -> None:
    assert autocorrelation([[1.0, 2.0], [2.0, 1.0]]) is None


# Of 1,000 sessions of independent calls 5 % should be called odd: 50, and 26 to 79 in all but one
# of 10,000 seeds (binomial).
SESSIONS = 1_000


@pytest.mark.parametrize(("processes", "calls"), [(8, 4), (3, 8), (4, 20)])
def test_false_alarms_of_process_spread_and_autocorrelation(processes: int, calls: int) -> None:
    sessions = noise(processes, SESSIONS, processes, calls)
    spread = sum(process_spread(session).p < 0.05 for session in sessions)
    remembering = sum(autocorrelation(session).is_plain for session in sessions)
    assert 26 <= spread <= 79
    assert 26 <= remembering <= 79


def test_false_alarms_of_the_slot_effect() -> None:
    assert 26 <= sum(slot_effect(quads).p < 0.05 for quads in noise(9, SESSIONS, 6, 4)) <= 79


def test_false_alarms_of_drift() -> None:
    slopes = [drift(residuals) for residuals in noise(10, 500, 24)]
    alarms = sum(not slope.low <= 0 <= slope.high for slope in slopes)
    assert 8 <= alarms <= 46  # of 500: 25 expected, all but one of 10,000 seeds within
