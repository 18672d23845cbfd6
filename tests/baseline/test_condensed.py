"""What the gate asks of an accepted run is the same without its single calls."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.support.calls import calls, replicate
from tests.support.runs import run
from tests.support.tones import tone
from tts_baseline.baseline.condensed import condensed
from tts_baseline.core.records import Calls, Reading, Run
from tts_baseline.gate.screen import machine_speed, stages

SECONDS = st.floats(1e-4, 10.0)


@st.composite
def columns(draw: st.DrawFn) -> Calls:
    count = draw(st.integers(1, 5))
    column = st.lists(SECONDS, min_size=count, max_size=count).map(tuple)
    return calls(
        draw(column), draw(column), reference_s=draw(column), stages={"text": draw(column)}, cycles=(1.0,)
    )


def measured(processes: list[Calls]) -> Run:
    return replace(
        run("r1", {"a": tone()}, texts={"a": "Hola."}),
        replicates=tuple(replicate({"a": each}) for each in processes),
    )


@settings(deadline=None, max_examples=60)
@given(st.lists(columns(), min_size=1, max_size=3), st.lists(columns(), min_size=1, max_size=3))
def test_speed_computing_and_stages_are_those_of_all_calls(then: list[Calls], now: list[Calls]) -> None:
    past, new = measured(then), measured(now)
    short = condensed(past)
    assert machine_speed.machine_change(new, [short]) == pytest.approx(
        machine_speed.machine_change(new, [past]), abs=1e-9
    )
    assert machine_speed.calibrate((past, past)).share == pytest.approx(
        machine_speed.calibrate((short, short)).share, abs=1e-9
    )
    assert stages.moved(new, [short], "a") == pytest.approx(stages.moved(new, [past], "a"), abs=1e-9)


def test_one_value_is_left_of_all_calls_and_none_of_the_sound() -> None:
    readings = [
        Reading(metric="latency", case="a", value=0.2, values=(0.2,)),
        Reading(metric="snr_vad", case="a", value=40.0, values=(40.0,)),
    ]
    short = condensed(replace(measured([calls((0.1, 0.2, 0.4))]), readings=tuple(readings)))
    assert short.replicates[0].calls["a"].wall_s == (0.2,)
    assert short.readings == (readings[0],)
    assert short.audio == {}
    assert short.own_readings == ()


def test_equal_names_are_one_string_and_counters_keep_their_value_alone() -> None:
    first, second = "".join(["laten", "cy"]), "".join(["laten", "cy"])
    readings = [
        Reading(metric=first, case="a", value=0.2, values=(0.2,)),
        Reading(metric=second, case=None, value=0.3, values=(0.3,)),
        Reading(metric="steps", case="a", value=4.0, values=(4.0,)),
    ]
    short = condensed(replace(measured([calls((0.1,))]), readings=tuple(readings)))
    assert short.readings == (*readings[:2], replace(readings[2], values=()))
    assert short.readings[0].metric is short.readings[1].metric
    assert short.readings[0].case is short.cases[0].id
