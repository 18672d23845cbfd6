"""Where the level changed. `python tests/stats/test_change_points.py` prints the rates that are quoted."""

from __future__ import annotations

import itertools
import math
import sys
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal, stats

from tts_baseline.stats.change_points import ALPHA, FEWEST, change_points, seeded_intervals

STEP = math.log(1.05)
NOISES = {
    "normal": lambda dice, count: dice.standard_normal(count),
    "heavy tails (t, 3 df)": lambda dice, count: dice.standard_t(3, count),
    "1 in 10 spreads 4 times as much": lambda dice, count: (
        dice.standard_normal(count) * np.where(dice.random(count) < 0.1, 4, 1)
    ),
    "skewed (log-normal)": lambda dice, count: dice.lognormal(0, 0.7, count),
    "rounded": lambda dice, count: dice.standard_normal(count).round(),
}
# What no test of random orders can tell from levels: each value holds 0.3 of the one before.
RELATED = {
    "neighbours alike (AR, 0.3)": lambda dice, count: signal.lfilter(
        [math.sqrt(1 - 0.3**2)], [1, -0.3], dice.standard_normal(count)
    )
}
# (runs on each level, the level in steps)
SHAPES = {
    "4 + 4": ((4, 4), (0, 1)),
    "10 + 2": ((10, 2), (0, 1)),
    "10 + 3": ((10, 3), (0, 1)),
    "10 + 10": ((10, 10), (0, 1)),
    "20 + 5": ((20, 5), (0, 1)),
    "10 up 10 down 10": ((10, 10, 10), (0, 1, 0)),
    "10 up 10 up 10": ((10, 10, 10), (0, 1, 2)),
}


def places(series: Sequence[float]) -> list[int]:
    return [point.index for point in change_points(series)]


def false_alarms(noise: str, count: int, tries: int, *, seed: int = 1) -> int:
    dice = np.random.default_rng(seed)
    draw = (NOISES | RELATED)[noise]
    return sum(bool(change_points(0.02 * draw(dice, count))) for _ in range(tries))


def power(shape: str, spread: float, tries: int, *, seed: int = 2) -> tuple[int, int]:
    """How often each change was found within one value of its place: with nothing else, and with more."""
    lengths, levels = SHAPES[shape]
    truth = np.cumsum(lengths)[:-1]
    dice = np.random.default_rng(seed)
    alone = more = 0
    for _ in range(tries):
        seen = places(np.repeat(levels, lengths) * STEP + dice.normal(0, spread, sum(lengths)))
        hit = all(any(abs(index - true) <= 1 for index in seen) for true in truth)
        alone += hit and len(seen) == len(truth)
        more += len(seen) > len(truth)
    return alone, more


def test_two_levels_by_hand() -> None:
    series = [1.0, 1.1, 0.9, 1.0, 2.0, 2.1, 1.9, 2.2]
    (point,) = change_points(series)
    assert (point.index, point.before) == (4, pytest.approx(1.0))
    assert (point.after, point.change) == pytest.approx((2.05, 1.05))


def test_what_no_random_order_reaches_has_the_smallest_p_there_is() -> None:
    """One order in 1,000 is the series itself; of 20 values, 2 orders in 184,756 are as plain."""
    (point,) = change_points([0.0] * 10 + [1.0] * 10)
    assert point.p == 0.001


def naive_largest_cusum(series: Sequence[float]) -> float:
    return max(
        abs(np.mean(series[split:end]) - np.mean(series[start:split]))
        / math.sqrt(1 / (split - start) + 1 / (end - split))
        for start, end in seeded_intervals(len(series))
        for split in range(start + 2, end - 1)
    )


@pytest.mark.parametrize("ones", [(6, 7, 8, 9), (0, 1, 2), (7, 8, 9)])
def test_p_is_the_share_of_all_orders_that_look_as_large(ones: Sequence[int]) -> None:
    """Of zeros and ones there are so few orders that all can be gone through."""
    observed = naive_largest_cusum([float(place in ones) for place in range(10)])
    orders = [
        naive_largest_cusum([float(place in chosen) for place in range(10)])
        for chosen in itertools.combinations(range(10), len(ones))
    ]
    exact = np.mean([largest >= observed - 1e-12 for largest in orders])
    points = change_points([float(place in ones) for place in range(10)])
    assert exact < 0.03
    assert points[0].p == pytest.approx(exact, abs=3 * math.sqrt(exact / 1000))


def best_partition(series: np.ndarray, changes: int) -> list[int]:
    """The change points of least squared error, of all there could be."""

    def error(inner: Sequence[int]) -> float:
        parts = np.split(series, inner)
        return (
            sum(((part - part.mean()) ** 2).sum() for part in parts) if min(map(len, parts)) > 1 else math.inf
        )

    return list(min(itertools.combinations(range(2, len(series) - 1), changes), key=error))


@pytest.mark.parametrize("seed", range(12))
def test_plain_changes_are_those_of_the_best_partition(seed: int) -> None:
    dice = np.random.default_rng(seed)
    lengths = dice.integers(5, 9, size=3)
    levels = np.cumsum(dice.choice([-1, 1], 3) * dice.uniform(5, 9, 3))
    series = np.repeat(levels, lengths) + dice.standard_normal(lengths.sum())
    assert set(places(series)) >= set(best_partition(series, 2))


@pytest.mark.parametrize("noise", NOISES)
def test_an_unchanged_series_is_marked_one_time_in_twenty(noise: str) -> None:
    tries = 120
    assert false_alarms(noise, 12, tries) <= stats.binom.ppf(0.999, tries, ALPHA)


def test_a_long_unchanged_series_is_marked_no_more_often() -> None:
    tries = 40
    assert false_alarms("normal", 40, tries) <= stats.binom.ppf(0.999, tries, ALPHA)


@pytest.mark.parametrize(
    ("shape", "spread", "least"),
    [
        ("4 + 4", 0.01, 0.8),
        ("10 + 3", 0.01, 0.8),
        ("10 + 10", 0.01, 0.8),
        ("10 + 10", 0.02, 0.65),
        ("10 up 10 down 10", 0.01, 0.8),
        ("10 up 10 down 10", 0.02, 0.25),
    ],
)
def test_a_step_of_five_percent_is_found(shape: str, spread: float, least: float) -> None:
    assert power(shape, spread, 30)[0] >= least * 30


def test_one_odd_session_is_no_level() -> None:
    series = np.random.default_rng(3).normal(0, 0.01, 30)
    series[17] += 0.5
    assert places(series) == []


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 7])
def test_too_few_values_never_show_a_change(count: int) -> None:
    assert change_points([0.0] * (count // 2) + [1.0] * (count - count // 2)) == ()


def test_it_takes_eight_values_because_of_seven_too_many_orders_are_as_plain() -> None:
    """Of seven, 2 orders in 35 are as plain as the plainest; of eight, 2 in 70."""
    assert 2 / math.comb(FEWEST - 1, 3) > ALPHA > 2 / math.comb(FEWEST, 4)
    assert places([0.0] * 4 + [1.0] * 4) == [4]


def test_small_changes_are_left_out_and_their_levels_joined() -> None:
    series = [0.0] * 10 + [1.0] * 10 + [1.2] * 10
    assert places(series) == [10, 20]
    (point,) = change_points(series, smallest=0.5)
    assert (point.index, point.after) == (10, pytest.approx(1.1))
    assert change_points(series, smallest=2.0) == ()


@given(st.floats(-1e3, 1e3), st.integers(1, 60))
@settings(deadline=None)
def test_a_constant_has_no_change_point(value: float, count: int) -> None:
    assert change_points([value] * count) == ()


@st.composite
def stepped(draw: st.DrawFn) -> np.ndarray:
    """Noise around levels that may differ."""
    lengths = draw(st.lists(st.integers(2, 12), min_size=1, max_size=3))
    levels = draw(st.lists(st.sampled_from([0.0, 2.0, 5.0]), min_size=len(lengths), max_size=len(lengths)))
    dice = np.random.default_rng(draw(st.integers(0, 2**32)))
    return np.repeat(levels, lengths) + dice.standard_normal(sum(lengths))


@given(stepped(), st.floats(-100, 100), st.floats(0.001, 100))
@settings(deadline=None, max_examples=40)
def test_shifted_and_scaled_the_change_points_stay(series: np.ndarray, shift: float, scale: float) -> None:
    points, moved = change_points(series), change_points(shift + scale * series)
    assert [point.index for point in points] == [point.index for point in moved]
    assert [point.change * scale for point in points] == pytest.approx([point.change for point in moved])


@given(stepped())
@settings(deadline=None, max_examples=40)
def test_backwards_they_are_the_same(series: np.ndarray) -> None:
    points, back = change_points(series), change_points(series[::-1])
    assert [len(series) - point.index for point in reversed(back)] == [point.index for point in points]
    assert [-point.change for point in reversed(back)] == pytest.approx([point.change for point in points])


@given(st.integers(4, 200))
def test_intervals_are_the_same_from_both_ends_and_leave_no_place_out(count: int) -> None:
    intervals = seeded_intervals(count)
    assert (0, count) in intervals
    assert all(start >= 0 and end <= count and end - start >= 4 for start, end in intervals)
    assert {(count - end, count - start) for start, end in intervals} == set(intervals)
    shortest = [(start, end) for start, end in intervals if end - start <= 5]
    assert {place for start, end in shortest for place in range(start, end)} == set(range(count))


def test_intervals_of_one_length_overlap_by_half() -> None:
    """Definition 1 of Kovács et al. with a decay of √2: 2·⌈2^(layer/2)⌉ - 1 intervals of a layer."""
    starts = {
        length: [start for start, end in seeded_intervals(64) if end - start == length]
        for length in (64, 32, 16)
    }
    assert starts == {64: [0], 32: [0, 16, 32], 16: [0, 8, 16, 24, 32, 40, 48]}


def main(tries: int) -> None:
    """Print false alarms and power, in per cent."""
    for noise in (*NOISES, *RELATED):
        rates = [100 * false_alarms(noise, count, tries) / tries for count in (8, 12, 20, 40)]
        print(f"{noise:32}", *(f"{rate:5.1f}" for rate in rates))
    for shape in SHAPES:
        rows = [power(shape, spread, tries) for spread in (0.01, 0.02)]
        print(
            f"{shape:32}",
            *(f"{100 * alone / tries:5.0f} (more {100 * more / tries:.1f})" for alone, more in rows),
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
