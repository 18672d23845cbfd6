"""Which stage moved: shares of the base's latency, worked out by hand."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import fmean, median

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tests.support.calls import calls
from tests.support.judgements import restart
from tts_baseline.core.judgement import Paired
from tts_baseline.core.records import Calls, Case
from tts_baseline.gate.judge import stages

Arm = Mapping[str, Sequence[float]]


def staged(rest: float, stages: Arm, count: int = 2) -> Calls:
    """Calls that take `rest` seconds besides their stages."""
    columns = {name: tuple(column) for name, column in stages.items()}
    walls = [rest + math.fsum(row) for row in zip(*columns.values(), strict=True)] or [rest] * count
    return calls(walls, stages=columns)


def cases(*ids: str) -> list[Case]:
    return [Case(id=id, text=id) for id in ids]


def restart_of_a(
    base: Mapping[str, float], head: Mapping[str, float], rest: tuple[float, float] = (0.0, 0.0)
) -> Paired:
    """A restart of one case, 'a', whose calls all take the same time."""
    arms = (
        {"a": staged(elsewhere, {name: (stage_s,) * 2 for name, stage_s in arm.items()})}
        for elsewhere, arm in zip(rest, (base, head), strict=True)
    )
    return restart(*arms)


def test_shares_are_of_the_whole_base_and_add_up_to_the_change() -> None:
    # base: 0.1 + 0.6 + 0.2 and 0.1 elsewhere, 1.0 in all; head: 0.1 + 0.8 + 0.15 and 0.25 elsewhere, 1.3
    base, head = {"text": 0.1, "model": 0.6, "vocoder": 0.2}, {"text": 0.1, "model": 0.8, "vocoder": 0.15}
    shares = stages.shares([restart_of_a(base, head, (0.1, 0.25))] * 3, cases("a"))
    changes = {name: share.change for name, share in shares.items()}
    assert changes == pytest.approx({"text": 0.0, "model": 0.2, "vocoder": -0.05, "elsewhere": 0.15})
    assert math.fsum(changes.values()) == pytest.approx(1.3 / 1.0 - 1)


@given(st.data())
def test_shares_add_up_to_the_change_whatever_the_stages(data: st.DataObject) -> None:
    names = data.draw(st.lists(st.sampled_from("pqrst"), min_size=1, unique=True))
    times = st.dictionaries(st.sampled_from(names), st.floats(0.01, 10), min_size=1)
    taken = [
        restart_of_a(data.draw(times), data.draw(times), (0.5, data.draw(st.floats(0, 5)))) for _ in range(3)
    ]
    shares = stages.shares(taken, cases("a"))
    walls = [(r.base.calls["a"].wall_s[0], r.head.calls["a"].wall_s[0]) for r in taken]
    change = fmean(head / base - 1 for base, head in walls)
    assert math.fsum(share.change for share in shares.values()) == pytest.approx(change, rel=1e-6, abs=1e-9)
    assert set(shares) - {"elsewhere"} == {
        name for r in taken for c in (r.base, r.head) for name in c.calls["a"].stages
    }


def test_a_share_is_a_mean_over_cases_and_its_interval_one_over_restarts() -> None:
    def arm(a: float, b: float) -> dict[str, Calls]:
        return {"a": staged(0.0, {"model": (a, a)}), "b": staged(0.0, {"model": (b, b)})}

    grown = [(0.1, 0.3), (0.2, 0.4), (0.2, 0.6)]
    taken = [restart(arm(1.0, 10.0), arm(1.0 + a, 10.0 * (1 + b))) for a, b in grown]
    share = stages.shares(taken, cases("a", "b"))["model"]
    want = stats.ttest_1samp([0.2, 0.3, 0.4], 0.0).confidence_interval(0.95)
    assert share.change == pytest.approx(0.3)
    assert (share.low, share.high) == pytest.approx((want.low, want.high))


def test_a_case_is_its_median_call() -> None:
    base = staged(0.0, {"model": (1.0, 1.0, 1.0)})
    head = staged(0.0, {"model": (1.5, 1.4, 90.0)})
    shares = stages.shares([restart({"a": base}, {"a": head})] * 2, cases("a"))
    assert shares["model"].change == pytest.approx(0.5)
    assert shares["elsewhere"].change == 0.0
    assert median(head.wall_s) == 1.5


def test_a_stage_that_one_arm_lacks_took_no_time_there() -> None:
    def changes(base: Mapping[str, float], head: Mapping[str, float]) -> dict[str, float]:
        return {
            name: share.change
            for name, share in stages.shares([restart_of_a(base, head)] * 3, cases("a")).items()
        }

    added = changes({"text": 0.2, "model": 0.8}, {"text": 0.2, "model": 0.8, "enhance": 0.3})
    assert added == pytest.approx({"enhance": 0.3, "model": 0.0, "text": 0.0, "elsewhere": 0.0})
    renamed = changes({"text": 0.2, "model": 0.8}, {"text": 0.2, "engine": 0.8})
    assert renamed == pytest.approx({"engine": 0.8, "model": -0.8, "text": 0.0, "elsewhere": 0.0})


def test_cases_may_have_stages_of_their_own() -> None:
    def arm(model: float) -> dict[str, Calls]:
        return {
            "a": staged(0.0, {"model": (model,) * 2}),
            "b": staged(0.0, {"model": (1.0,) * 2, "post": (1.0,) * 2}),
        }

    shares = stages.shares([restart(arm(1.0), arm(1.4))] * 3, cases("a", "b"))
    assert {name: share.change for name, share in shares.items()} == pytest.approx(
        {"model": 0.2, "post": 0.0, "elsewhere": 0.0}
    )


def test_without_stages_there_is_nothing_to_tell() -> None:
    plain = restart({"a": staged(1.0, {})}, {"a": staged(2.0, {})})
    both = restart_of_a({"model": 1.0}, {"model": 2.0})
    base_alone = restart(both.base.calls, plain.head.calls)
    head_alone = restart(plain.base.calls, both.head.calls)
    for taken in (plain, base_alone, head_alone):
        assert stages.shares([taken] * 3, cases("a")) == {}
    assert stages.shares([both, both, plain], cases("a")) == {}
    assert stages.shares([both] * 3, []) == {}
    assert stages.shares([both] * 3, cases("b")) == {}


def test_cases_that_a_restart_lacks_are_left_out() -> None:
    complete = restart(
        {"a": staged(0.0, {"model": (1.0, 1.0)}), "b": staged(0.0, {"model": (1.0, 1.0)})},
        {"a": staged(0.0, {"model": (1.5, 1.5)}), "b": staged(0.0, {"model": (9.0, 9.0)})},
    )
    lacking = restart_of_a({"model": 1.0}, {"model": 1.5})
    shares = stages.shares([complete, complete, lacking], cases("a", "b"))
    assert shares["model"].change == pytest.approx(0.5)
