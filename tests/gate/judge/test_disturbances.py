"""What disturbed a measurement: planted one at a time into calls that are quiet otherwise."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from tests.support.calls import calls
from tests.support.judgements import judgement, restart
from tts_baseline.core.judgement import Judgement
from tts_baseline.gate.judge.disturbances import Disturbance, disturbances

RESTARTS, QUADS, CASES, NOISE = 8, 4, ("a", "b", "c"), 0.01
NAMES = ("between processes", "drift", "first call of a quad", "lag-1 autocorrelation")
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


def found(judgement: Judgement) -> dict[str, Disturbance]:
    return {one.name: one for one in disturbances(judgement)}


def advised(judgement: Judgement) -> set[str]:
    return {one.name for one in disturbances(judgement) if one.advice}


@pytest.mark.parametrize("seed", range(20))
def test_quiet_calls_need_no_advice(seed: int) -> None:
    told = found(measured(seed=seed))
    assert tuple(told) == NAMES
    assert not told["between processes"].advice
    assert not told["drift"].advice
    assert not told["first call of a quad"].advice


def test_processes_that_are_fast_or_slow_as_a_whole() -> None:
    told = found(measured(lambda restart, arm, _: 0.1 * ((restart + (arm == "B")) % 3 == 0)))
    assert "more restarts" in told["between processes"].advice
    between, within = (float(x) for x in re.findall(r"([\d.]+)%", told["between processes"].found))
    assert between == pytest.approx(5.9, abs=0.2)  # -0.1, 0, 0.1, -0.1, 0, 0.1, -0.1, 0 by sqrt(2)
    assert within == pytest.approx(100 * NOISE, abs=0.2)


def test_a_core_that_both_processes_share_is_no_mode() -> None:
    assert "between processes" not in advised(measured(lambda restart, *_: 0.1 * (restart % 2)))


def test_modes_of_arms_that_ran_alone() -> None:
    slow_half = measured(lambda restart, arm, _: 0.1 * ((restart + (arm == "B")) % 2), alone=True)
    assert "between processes" in advised(slow_half)
    assert "between processes" not in advised(measured(alone=True))


def test_a_machine_that_warms_up() -> None:
    told = found(measured(lambda restart, _, place: 0.05 * restart / RESTARTS))
    assert told["drift"].found.startswith("+4.")
    assert "let it settle" in told["drift"].advice


def test_a_first_call_that_pays_for_the_others() -> None:
    told = found(measured(lambda _, __, place: 0.05 * (place % 4 == 0)))
    assert told["first call of a quad"].found.startswith("+5.")
    assert "caches" in told["first call of a quad"].advice
    alone = found(measured(lambda _, __, place: 0.05 * (place % 4 == 0), alone=True))
    assert "first call of a quad" not in alone


def test_calls_that_resemble_their_neighbours() -> None:
    waves = measured(lambda _, __, place: 0.05 * math.sin(place / 3))
    assert "fewer quads and more restarts" in found(waves)["lag-1 autocorrelation"].advice


def test_quads_on_a_device_that_was_throttled() -> None:
    quiet = measured()
    hot = replace(quiet, restarts=(replace(quiet.restarts[0], dropped=3), *quiet.restarts[1:]))
    told = found(hot)["throttled quads"]
    assert (told.found, "lock its clocks" in told.advice) == ("3 left out", True)
    assert "throttled quads" not in found(quiet)


def test_cpu_time_that_the_host_gave_to_others() -> None:
    quiet = measured()
    assert "CPU time stolen" not in found(quiet)

    def stolen(share: float) -> Judgement:
        return replace(quiet, restarts=(replace(quiet.restarts[0], stolen=share), *quiet.restarts[1:]))

    told = found(stolen(0.12))["CPU time stolen"]
    assert (told.found, "cores of its own" in told.advice) == ("up to 12% in a restart", True)
    assert not found(stolen(0.05))["CPU time stolen"].advice
    again = found(replace(stolen(0.05), again=2))["CPU time stolen"]
    assert (again.found, bool(again.advice)) == ("up to 5% in a restart; 2 measured again", True)


def test_a_case_that_an_arm_lacks_or_that_took_no_time_is_left_out() -> None:
    quiet = measured()
    first, *others = quiet.restarts
    lacking = {case: kept for case, kept in first.head.calls.items() if case != "a"}
    zero = {**first.head.calls, "a": replace(first.head.calls["a"], wall_s=(0.0,) * 2 * QUADS)}
    for odd in (lacking, zero):
        one = replace(first, head=replace(first.head, calls=odd))
        assert not found(replace(quiet, restarts=(one, *others)))["between processes"].advice


def test_nothing_measured_is_not_disturbed() -> None:
    assert disturbances(replace(measured(), restarts=())) == ()
