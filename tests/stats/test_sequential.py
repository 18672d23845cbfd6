from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from tests.support.noise import LIMIT, RIGS, Array, Looks, Session, differences
from tts_baseline.gate.judge import cpu_time
from tts_baseline.stats.estimate import ALPHA
from tts_baseline.stats.multiplicity import holm
from tts_baseline.stats.proportion import upper_bound
from tts_baseline.stats.sequential import LOOKS, MODE, alpha_at, estimate, look, next_look, part_of

logs = st.floats(-0.5, 0.5).map(lambda value: round(value, 6))
samples = st.sampled_from(LOOKS).flatmap(lambda count: st.lists(logs, min_size=count, max_size=count))


def spread(mean: float, sd: float, restarts: int) -> list[float]:
    """Differences with exactly this mean and standard deviation."""
    steps = np.linspace(-1, 1, restarts)
    return list(mean + sd * steps / steps.std(ddof=1))


def test_looks_share_the_error_rate_as_specified() -> None:
    assert [alpha_at(count) for count in (3, 4, 6, 8)] == pytest.approx([0.0035, 0.00275, 0.00775, 0.011])
    assert sum(alpha_at(count) for count in LOOKS) <= ALPHA


def test_repeats_between_two_looks_have_the_part_of_the_earlier_and_one_alone_has_all() -> None:
    counts = (0, 1, 2, 3, 4, 5, 6, 7, 8, 20)
    assert [part_of(count) for count in counts] == [1, 1, 0.14, 0.14, 0.11, 0.11, 0.31, 0.31, 0.44, 0.44]
    assert [next_look(count) for count in counts] == [3, 3, 3, 4, 6, 6, 8, 8, 0, 0]
    assert sum(part_of(count) for count in LOOKS) <= 1


@pytest.mark.parametrize("restarts", [0, 1, 2, 5, 7, 9])
def test_no_look_is_taken_at_other_numbers_of_restarts(restarts: int) -> None:
    with pytest.raises(ValueError, match=f"after {restarts} restarts"):
        alpha_at(restarts)
    with pytest.raises(ValueError, match=f"after {restarts} restarts"):
        look([0.0] * restarts)


def test_estimate_by_hand() -> None:
    # mean 0.02, sd 0.01, so the error is 0.01/sqrt(3)
    mean = estimate([0.01, 0.02, 0.03])
    assert (mean.change, mean.error, mean.df) == pytest.approx((0.02, 0.0057735, 2))
    low, high = look([0.01, 0.02, 0.03]).interval()
    assert (low, high) == pytest.approx(
        (0.02 - 11.889445 * 0.0057735, 0.02 + 11.889445 * 0.0057735), rel=1e-6
    )


@given(samples, st.floats(0.001, 0.2))
def test_agrees_with_scipys_t_test(sample: list[float], bound: float) -> None:
    assume(np.std(sample) > 1e-4)
    last = look(sample)
    reference = stats.ttest_1samp(sample, bound, alternative="greater")
    assert last.estimate.p_above(bound) == pytest.approx(reference.pvalue, rel=1e-6, abs=1e-12)
    interval = stats.ttest_1samp(sample, 0).confidence_interval(1 - 2 * last.alpha)
    assert last.interval() == pytest.approx((interval.low, interval.high), rel=1e-6, abs=1e-9)


@given(samples, st.floats(0.001, 0.2))
def test_a_side_never_contradicts_the_interval(sample: list[float], bound: float) -> None:
    last = look(sample)
    low, high = last.interval()
    side = last.side(bound)
    assert side != "above" or low > bound - 1e-9
    assert side != "below" or high < -bound + 1e-9
    assert side != "within" or -bound <= high < bound
    if len(sample) > 4:
        assert side == "above" or low <= bound + 1e-9
        assert side != "open" or high >= bound - 1e-9


@given(samples, st.floats(0.001, 0.2))
def test_swapping_the_arms_swaps_the_sides(sample: list[float], bound: float) -> None:
    plain, swapped = look(sample), look([-value for value in sample])
    assert (plain.side(bound) == "above") == (swapped.side(bound) == "below")
    assert plain.p_above(bound) == pytest.approx(swapped.p_below(-bound))


def test_a_slowdown_of_30_percent_is_seen_at_the_first_look_when_restarts_spread_by_3_percent() -> None:
    assert look(spread(math.log(1.30), 0.03, 3)).side(LIMIT) == "above"
    assert look(spread(math.log(1.30), 0.033, 3)).side(LIMIT) == "open"
    assert look(spread(math.log(1.30), 0.15, 8)).side(LIMIT) == "above"


@pytest.mark.parametrize(("restarts", "side"), [(3, "open"), (4, "open"), (6, "above"), (8, "above")])
def test_what_a_mode_can_do_alone_needs_six_restarts(restarts: int, side: str) -> None:
    slow = spread(math.log(1.13), 0.001, restarts)
    assert look(slow).side(LIMIT) == side
    assert look([-value for value in slow]).side(LIMIT) == {"above": "below"}.get(side, side)
    assert (look(slow).p_above(LIMIT) == 1) == (side == "open")


@pytest.mark.parametrize(("mode", "side"), [(1.149, "open"), (1.151, "above")])
def test_what_no_mode_adds_to_the_limit_needs_three(mode: float, side: str) -> None:
    slow = spread(LIMIT + math.log(mode), 0.001, 3)
    assert look(slow).side(LIMIT) == side
    assert look([-value for value in slow]).side(LIMIT) == {"above": "below"}.get(side, side)


def test_an_unchanged_revision_is_within_at_the_first_quiet_look() -> None:
    assert look(spread(0.0, 0.007, 3)).side(LIMIT) == "within"
    assert look(spread(0.0, 0.008, 3)).side(LIMIT) == "open"


def test_equal_differences_have_no_spread_and_a_side() -> None:
    assert look([0.3] * 3).side(LIMIT) == "above"
    assert look([0.0] * 3).side(LIMIT) == "within"
    assert look([LIMIT] * 8).side(LIMIT) == "open"


def test_smallest_visible_change_is_seen_with_the_power_it_names() -> None:
    last = look(spread(0.0, 0.02, 8))
    away = (last.smallest_visible(LIMIT) - LIMIT) / last.estimate.error
    assert stats.nct.sf(stats.t.isf(0.011, 7), 7, away) == pytest.approx(0.9, abs=0.02)


def test_smallest_visible_change_of_an_early_look_is_larger_than_a_mode() -> None:
    assert look(spread(0.0, 0.0001, 3)).smallest_visible(LIMIT) == pytest.approx(LIMIT + MODE, abs=0.001)
    loud = look(spread(0.0, 0.05, 3))
    assert loud.smallest_visible(LIMIT) == loud.estimate.smallest_visible(LIMIT, alpha=loud.alpha)


# Simulations. With 40,000 sessions 95 % of the counts lie within 0.15 points of a rate of 2.5 %, and a
# rate below 0.1 % is shown by at most 28; each claim below is on the upper bound of Clopper and Pearson.
SESSIONS = 40_000
SUITES, CASES = 1_500, 30
TRUE = [0.0, 0.05, 0.07, 0.10]


@pytest.fixture(scope="module", params=RIGS)
def same(request: pytest.FixtureRequest) -> Array:
    return differences(RIGS[request.param], sessions=SESSIONS, seed=41)[:, 0]


@pytest.mark.parametrize("slowdown", [-0.1, *TRUE])
def test_the_simulation_decides_as_the_judge_does(same: Array, slowdown: float) -> None:
    sessions = same[:60] + math.log1p(slowdown)
    fast = Looks.at(sessions)
    sides = fast.sides()
    for k, restarts in enumerate(LOOKS):
        for i, row in enumerate(sessions[:, :restarts].tolist()):
            exact = look(row)
            assert exact.side(LIMIT) == sides[k, i]
            assert exact.p_above(LIMIT) == pytest.approx(fast.p_above[k, i])
            assert exact.interval()[1] == pytest.approx(fast.change[k, i] + fast.half[k, i])


def test_at_the_limit_no_more_than_the_promised_share_fails_or_passes(same: Array) -> None:
    judged = Session.judged(same, 0.05)
    assert upper_bound(judged.count("above"), SESSIONS) <= ALPHA
    assert upper_bound(judged.count("within") + judged.count("below"), SESSIONS) <= ALPHA


def test_two_clocks_keep_the_promise_together(same: Array) -> None:
    """Whatever the noise of the two has in common: nothing here, which is the worst."""
    wall = Looks.at(same[::2] + LIMIT, part=1 - cpu_time.PART)
    cpu = Looks.at(same[1::2] + LIMIT, part=cpu_time.PART)
    fails = wall.is_slower(cpu).any(0)
    assert upper_bound(int(fails.sum()), SESSIONS // 2) <= ALPHA
    unchanged = Looks.at(same[::2], part=1 - cpu_time.PART).is_slower(Looks.at(same[1::2]))
    assert upper_bound(int(unchanged.any(0).sum()), SESSIONS // 2) <= 0.001


@pytest.mark.parametrize("part", [0.2, 0.8])
def test_a_part_of_the_error_rate_widens_the_interval(part: float) -> None:
    sample = [0.03, 0.05, 0.08, 0.04, 0.06, 0.07]
    last = look(sample, part)
    want = stats.ttest_1samp(sample, 0.0).confidence_interval(1 - 2 * part * alpha_at(6))
    assert last.interval() == pytest.approx((want.low, want.high))
    assert last.p_above(0.02) == look(sample).p_above(0.02)
    at_its_edge = last.interval()[0]
    assert last.side(at_its_edge - 1e-9) == "above"
    assert last.side(at_its_edge + 1e-9) == "open"


def test_unchanged_code_fails_in_fewer_than_one_session_in_a_thousand(same: Array) -> None:
    fails = (Looks.at(same).sides() == "above").any(0).sum()  # at any look: whatever makes the judge stop
    assert upper_bound(int(fails), SESSIONS) <= 0.001


@pytest.mark.parametrize("slowdown", [0.07, 0.10])
def test_a_regression_is_not_let_pass(same: Array, slowdown: float) -> None:
    judged = Session.judged(same, slowdown)
    assert upper_bound(judged.count("within") + judged.count("below"), SESSIONS) <= ALPHA


@pytest.mark.parametrize("slowdown", TRUE)
def test_the_interval_at_the_last_look_taken_holds_the_true_change(same: Array, slowdown: float) -> None:
    judged = Session.judged(same, slowdown)
    missed = int((~judged.covered).sum())
    print(f"+{slowdown:.0%}: coverage {1 - missed / SESSIONS:.2%}, mean width {judged.width.mean():.2%}")
    assert upper_bound(missed, SESSIONS) <= 0.05


@pytest.mark.parametrize(
    ("rig", "slowdown", "power"), [("gpu", 0.07, 0.99), ("gpu", 0.1, 0.99), ("noisy", 0.1, 0.95)]
)
def test_a_regression_is_found(rig: str, slowdown: float, power: float) -> None:
    sessions = differences(RIGS[rig], sessions=2_000, seed=42)[:, 0]
    assert Session.judged(sessions, slowdown).count("above") >= power * 2_000


def test_a_t_test_alone_would_fail_unchanged_code_that_runs_in_two_modes() -> None:
    sessions = differences(RIGS["bimodal"], sessions=10_000, seed=43)[:, 0]
    assert Session.judged(sessions, 0.0, mode=0.0).count("above") > 50
    assert Session.judged(sessions, 0.0).count("above") < 10


@pytest.mark.parametrize("rig", RIGS)
def test_an_unchanged_suite_of_30_fails_in_fewer_than_one_session_in_a_hundred(rig: str) -> None:
    cases = differences(RIGS[rig], sessions=SUITES, cases=CASES, seed=44)
    suite = (Looks.at(cases.mean(1)).sides() == "above").any(0)
    case = Looks.at(cases).rejected_by_holm()
    assert upper_bound(int((suite | case.any(1)).sum()), SUITES) <= 0.01
    assert case.mean() <= 0.001


def test_cases_with_modes_of_their_own_fail_in_fewer_than_one_suite_in_a_hundred() -> None:
    alone = differences(RIGS["bimodal"], sessions=SUITES * CASES, seed=45).reshape(SUITES, CASES, -1)
    failed = Looks.at(alone).rejected_by_holm().any(1)
    assert upper_bound(int(failed.sum()), SUITES) <= 0.01


def test_the_simulation_corrects_for_many_cases_as_the_gate_does() -> None:
    slower = differences(RIGS["noisy"], sessions=200, cases=5, seed=46) + np.linspace(0, 0.2, 5)[:, None]
    looks = Looks.at(slower)
    by_gate = [
        [holm(p.tolist(), alpha_at(restarts)) for p in at]
        for restarts, at in zip(LOOKS, looks.p_above, strict=True)
    ]
    assert (np.any(by_gate, axis=0) == looks.rejected_by_holm()).all()
    assert 0.2 < looks.rejected_by_holm().mean() < 0.8
