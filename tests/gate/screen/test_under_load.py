"""Throughput and latency under load against accepted runs: more is better, and only like is compared."""

from __future__ import annotations

import math

import numpy as np
import pytest
from msgspec.structs import replace

from tests.support.baselines import baseline_of
from tests.support.verdicts import screened
from tts_baseline.core.records import Reading, Run
from tts_baseline.core.registry import gates, judged_gates, ratio_gates
from tts_baseline.core.traffic import LoadLevel, Traffic
from tts_baseline.gate.combine import doubtful
from tts_baseline.gate.limits import chosen, parse
from tts_baseline.gate.screen.scale import Scale
from tts_baseline.gate.verdicts import changed, fails, verdicts

KNEE = LoadLevel(
    clients=2, seconds=5.0, requests=100, answered=100, throughput=10.0, audio=20.0, goodput=9.0, is_knee=True
)


@pytest.fixture
def loaded(make):
    """A run with these answers a second and this p95, put under load in this way."""

    def of(rate: float | None, p95: float | None = 0.4, *, reason: str = "", **way) -> Run:
        traffic = Traffic(way=way.pop("way", "workers"), levels=(KNEE,), knees=(10.0,), **way)
        bare = make.run(0.1, wobble=0)
        values = {"throughput": rate, "latency_under_load": p95}
        readings = tuple(
            Reading(metric=name, value=value, values=() if value is None else (value,), reason=reason or None)
            for name, value in values.items()
        )
        return replace(bare, traffic=traffic, readings=(*bare.readings, *readings))

    return of


def decided(run: Run, runs, gate: str = "throughput"):
    return next((v for v in screened(run, baseline_of(runs)) if v.gate == gate), None)


def test_less_throughput_is_a_regression_and_its_change_is_negative(loaded) -> None:
    runs = [loaded(10.0) for _ in range(3)]
    v = decided(loaded(7.0), runs)
    half = 1.959964 * 0.06 * math.sqrt(4 / 3)
    assert (v.status, v.runs, v.case) == ("regressed", 3, None)
    assert (v.baseline, v.current, v.change, v.limit) == pytest.approx((10.0, 7.0, -0.3, 0.05))
    assert (v.low, v.high) == pytest.approx((0.7 * math.exp(-half) - 1, 0.7 * math.exp(half) - 1), rel=1e-5)


def test_more_throughput_is_a_gain_and_more_latency_a_loss(loaded) -> None:
    runs = [loaded(10.0) for _ in range(3)]
    assert decided(loaded(14.0), runs).status == "improved"
    assert decided(loaded(10.0), runs).status in ("ok", "undecided")
    late = decided(loaded(10.0, p95=0.8), runs, "latency_under_load")
    assert (late.status, late.change) == ("regressed", pytest.approx(1.0))


def test_ten_percent_less_is_seen_and_no_change_never_is_one(loaded) -> None:
    dice = np.random.default_rng(3)

    def rate(level: float) -> float:
        return level * math.exp(dice.normal(0, 0.008))

    for _ in range(20):
        runs = [loaded(rate(10.0)) for _ in range(8)]
        assert decided(loaded(rate(9.0)), runs).status == "regressed"
        assert decided(loaded(rate(10.0)), runs).status == "ok"


def test_a_run_without_load_is_judged_without_it(loaded, make) -> None:
    runs = [loaded(10.0) for _ in range(3)]
    assert decided(make.run(0.1, wobble=0), runs) is None
    assert decided(loaded(10.0), [make.run(0.1, wobble=0)]).status == "no baseline"
    mixed = [loaded(10.0), make.run(0.1, wobble=0), loaded(10.0)]
    assert decided(loaded(6.0), mixed).runs == 2


@pytest.mark.parametrize("way", [{"way": "server"}, {"workers": 4}])
def test_another_way_to_load_is_not_compared(loaded, way) -> None:
    assert decided(loaded(5.0, **way), [loaded(10.0) for _ in range(3)]).status == "no baseline"


def test_answers_that_are_not_their_own_are_invalid_also_where_nothing_was_accepted(loaded) -> None:
    crossed = loaded(None, None, reason="request 1 was given the sound of request 2")
    for runs in ([], [loaded(10.0) for _ in range(3)]):
        v = decided(crossed, runs)
        assert (v.status, v.cause, v.grounds.message) == (
            "invalid", "no value", "request 1 was given the sound of request 2",
        )  # fmt: skip
        assert fails(v, missing="record", undecided="warn")


def test_the_judge_is_not_called_for_load_alone(loaded) -> None:
    runs = [loaded(10.0) for _ in range(3)]
    screen = screened(loaded(5.0, p95=2.0), baseline_of(runs))
    assert {v.gate for v in screen if v.status == "regressed"} == {"throughput", "latency_under_load"}
    assert not {"throughput", "latency_under_load"} & set(doubtful(screen))
    streamed = {"first_audio", "smooth_start"}
    assert set(ratio_gates()) - set(judged_gates()) - streamed == {"throughput", "latency_under_load"}


def test_accepting_less_throughput_begins_an_epoch_and_the_same_does_not(loaded) -> None:
    runs = [loaded(10.0) for _ in range(3)]

    def begins(run: Run) -> bool:
        return changed(verdicts(run, baseline_of(runs), None, chosen({})))

    assert begins(loaded(8.8))
    assert begins(loaded(5.0))
    assert not begins(loaded(10.0))
    assert not begins(loaded(11.2))


def test_a_limit_of_more_is_better_goes_down() -> None:
    spec = gates()["throughput"]
    scale = Scale.of(spec)
    bound = scale.bound(parse("20%", spec), scale.log(50.0))
    assert scale.value(scale.log(50.0) + bound) == pytest.approx(40.0)
    assert scale.bound(parse("100%", spec), scale.log(50.0)) > math.log(10)
