"""Sessions of pytest-benchmark judged: intervals by hand, what is lost, what is new."""

from __future__ import annotations

import math

import pytest

from tts_baseline.gate.benchmarks import judged


def statuses(now, *earlier, **options):
    return {verdict.name: verdict.status for verdict in judged(now, earlier, 0.05, **options)}


def test_one_session_is_known_within_the_prior() -> None:
    suite, case = judged({"a": 0.014}, [{"a": 0.01}], 0.05)
    half = 1.959964 * 0.06 * math.sqrt(2)
    assert (suite.name, suite.status, suite.change) == (None, "regressed", pytest.approx(0.4))
    assert math.log1p(suite.low) == pytest.approx(math.log(1.4) - half, rel=1e-5)
    assert case.status == "undecided"  # a single one spreads 2.5 times as much
    assert (case.before, case.now) == pytest.approx((0.01, 0.014))


def test_a_small_change_between_two_sessions_is_undecided_and_says_what_would_be_seen() -> None:
    suite = judged({"a": 0.0107}, [{"a": 0.01}], 0.05)[0]
    assert suite.status == "undecided"
    seen = math.log(1.05) + (1.959964 + 1.281552) * 0.06 * math.sqrt(2)
    assert suite.smallest_seen == pytest.approx(math.expm1(seen), rel=1e-5)


@pytest.mark.parametrize(
    ("now", "status"), [(0.0107, "regressed"), (0.01, "ok"), (0.0093, "improved"), (0.0105, "undecided")]
)
def test_from_four_sessions_on_their_own_spread_counts(now: float, status: str) -> None:
    earlier = [{"a": 0.01 * math.exp(shift)} for shift in (-0.002, -0.001, 0.001, 0.002)]
    assert statuses({"a": now}, *earlier) == {None: status, "a": status}


def test_what_is_lost_is_invalid_and_what_is_new_has_no_baseline() -> None:
    found = statuses({"a": 0.01, "new": 0.01}, {"a": 0.01, "gone": 0.01})
    assert (found["gone"], found["new"]) == ("invalid", "no baseline")


def test_many_tests_share_one_error_rate() -> None:
    earlier = [{"a": 0.01 * math.exp(shift)} for shift in (-0.01, -0.005, 0.005, 0.01)]
    now = {"a": 0.01 * 1.05 * math.exp(0.04)}
    assert statuses(now, *earlier)["a"] == "regressed"
    assert statuses(now, *earlier, tests=100)["a"] == "undecided"
