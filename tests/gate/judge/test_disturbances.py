"""What disturbed a measurement: planted one at a time into calls that are quiet otherwise."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from tests.support.calls import calls
from tests.support.judgements import judgement, restart
from tts_baseline.core.judgement import Judgement
from tts_baseline.gate.judge.disturbances import Disturbance, Stolen, Throttled, disturbances
from tts_baseline.stats.diagnostics import Drift, Effect, Spread

RESTARTS, QUADS, CASES, NOISE = 8, 4, ("a", "b", "c"), 0.01
KINDS = ("modes", "drift", "first call", "neighbours")
Extra = Callable[[int, str, int], float]


def nothing(restart: int, arm: str, place: int) -> float:
    return 0.0


def measured(extra: Extra = nothing, *, seed: int = 0, alone: bool = False) -> Judgement:
    """Eight restarts of three cases; `extra` is what restart, arm and place in it add to a log time."""
    dice = random.Random(seed)
    restarts = []
    for number in range(RESTARTS):
        walls: dict[str, dict[str, list[float]]] = {"A": {}, "B": {}}
        orders = {}
        for case in CASES:
            order = "A" * 2 * QUADS + "B" * 2 * QUADS
            if not alone:
                order = "".join(dice.choice(("ABBA", "BAAB")) for _ in range(QUADS))
            orders[case] = order
            for place, arm in enumerate(order):
                log = dice.gauss(0.0, NOISE) + extra(number, arm, place)
                walls[arm].setdefault(case, []).append(math.exp(log))
        base, head = ({case: calls(times, ()) for case, times in walls[arm].items()} for arm in ("A", "B"))
        restarts.append(replace(restart(base, head), orders=orders))
    return judgement(restarts)


def seen(judgement: Judgement) -> dict[str, Disturbance]:
    return {disturbance.kind: disturbance for disturbance in disturbances(judgement)}


def plain(judgement: Judgement) -> set[str]:
    return {disturbance.kind for disturbance in disturbances(judgement) if disturbance.is_plain}


@pytest.mark.parametrize("seed", range(20))
def test_quiet_calls_are_not_disturbed(seed: int) -> None:
    quiet = measured(seed=seed)
    assert tuple(seen(quiet)) == KINDS
    assert plain(quiet) <= {"neighbours"}  # 95 % bounds: one seed in twenty by chance


def test_processes_that_are_fast_or_slow_as_a_whole() -> None:
    modes = seen(measured(lambda restart, arm, _: 0.1 * ((restart + (arm == "B")) % 3 == 0)))["modes"]
    assert modes.is_plain
    assert isinstance(modes.seen, Spread)
    assert modes.seen.between == pytest.approx(0.059, abs=0.002)  # -.1, 0, .1, -.1, 0, .1, -.1, 0 by sqrt(2)
    assert modes.seen.within == pytest.approx(NOISE, abs=0.002)


def test_a_core_that_both_processes_share_is_no_mode() -> None:
    assert "modes" not in plain(measured(lambda restart, *_: 0.1 * (restart % 2)))


def test_modes_of_arms_that_ran_alone() -> None:
    slow_half = measured(lambda restart, arm, _: 0.1 * ((restart + (arm == "B")) % 2), alone=True)
    assert "modes" in plain(slow_half)
    assert "modes" not in plain(measured(alone=True))


def test_a_machine_that_warms_up() -> None:
    drift = seen(measured(lambda restart, _, place: 0.05 * restart / RESTARTS))["drift"]
    assert drift.is_plain
    assert isinstance(drift.seen, Drift)
    assert 0.04 < drift.seen.change < 0.05


def test_a_first_call_that_pays_for_the_others() -> None:
    first = seen(measured(lambda _, __, place: 0.05 * (place % 4 == 0)))["first call"]
    assert first.is_plain
    assert isinstance(first.seen, Effect)
    assert first.seen.change == pytest.approx(0.05, abs=0.005)
    assert "first call" not in seen(measured(lambda _, __, place: 0.05 * (place % 4 == 0), alone=True))


def test_calls_that_resemble_their_neighbours() -> None:
    assert "neighbours" in plain(measured(lambda _, __, place: 0.05 * math.sin(place / 3)))


def test_quads_on_a_device_that_was_throttled() -> None:
    quiet = measured()
    hot = replace(quiet, restarts=(replace(quiet.restarts[0], dropped=1), *quiet.restarts[1:]))
    assert seen(hot)["throttled"] == Disturbance("throttled", Throttled(1), is_plain=True)
    assert "throttled" not in seen(quiet)


def test_cpu_time_that_the_host_gave_to_others() -> None:
    quiet = measured()
    assert "stolen" not in seen(quiet)

    def stolen(share: float) -> Judgement:
        return replace(quiet, restarts=(replace(quiet.restarts[0], stolen=share), *quiet.restarts[1:]))

    assert seen(stolen(0.12))["stolen"] == Disturbance("stolen", Stolen(0.12, 0), is_plain=True)
    assert seen(stolen(0.05))["stolen"] == Disturbance("stolen", Stolen(0.05, 0), is_plain=False)
    again = seen(replace(stolen(0.05), again=2))["stolen"]
    assert again == Disturbance("stolen", Stolen(0.05, 2), is_plain=True)


def test_a_case_that_an_arm_lacks_or_that_took_no_time_is_left_out() -> None:
    quiet = measured()
    first, *others = quiet.restarts
    lacking = {case: kept for case, kept in first.head.calls.items() if case != "a"}
    zero = {**first.head.calls, "a": replace(first.head.calls["a"], wall_s=(0.0,) * 2 * QUADS)}
    for calls_of_head in (lacking, zero):
        disturbed = replace(first, head=replace(first.head, calls=calls_of_head))
        assert "modes" not in plain(replace(quiet, restarts=(disturbed, *others)))


def test_nothing_measured_is_not_disturbed() -> None:
    assert disturbances(replace(measured(), restarts=())) == ()
