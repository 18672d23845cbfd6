"""Operators, FLOPs, syncs and bytes from work with known counters."""

from __future__ import annotations

import pytest

from tests.support.calls import calls
from tts_baseline.core.protocols import Evidence
from tts_baseline.core.records import Case, Work
from tts_baseline.metrics.work import allocated, flops, operators, steps, syncs

CASE = Case(id="saludo", text="Hola.")
ALL = [allocated, flops, operators, syncs]
WORK = Work(
    operators={"aten.add": 1, "aten.mm": 40, "aten.mul": 300, "aten.silu": 2},
    views={"aten.view": 999},
    flops={"aten.mm": 8_000},
    allocated={"aten.add": 1 << 20, "aten.mm": 3 << 20},
)


def evidence(*work: Work | None) -> Evidence:
    return Evidence(case=CASE, calls=tuple(calls([0.1], work=counted) for counted in work))


@pytest.mark.parametrize(
    ("metric", "value"), [(operators, 343), (flops, 8_000), (syncs, 0), (allocated, 4 << 20)]
)
def test_a_counter_is_summed_over_operators(metric, value: int) -> None:
    reading = metric.read(evidence(WORK, None, None))
    assert (reading.value, reading.values, reading.reason) == (value, (value,), None)
    assert (reading.metric, reading.case) == (metric.SPEC.name, "saludo")


def test_the_note_names_the_three_that_have_most() -> None:
    note = operators.read(evidence(WORK)).note
    assert [part.split()[0] for part in note.split(", ")] == ["aten.mul", "aten.mm", "aten.silu"]
    assert allocated.read(evidence(WORK)).note == "aten.mm 3.0 MiB, aten.add 1.0 MiB"
    assert syncs.read(evidence(WORK)).note == ""


def test_steps_are_those_of_reading_out_and_a_pipeline_without_has_none() -> None:
    read_out = Work(steps={"text.words": 40, "text.numbers": 2}, reason="the pipeline uses no torch")
    assert steps.read(evidence(read_out, None)).value == 42
    for counted in (WORK, None):
        reading = steps.read(evidence(counted))
        assert (reading.value, "read_out" in reading.reason) == (None, True)


@pytest.mark.parametrize("metric", ALL)
def test_the_reason_that_work_has_none_is_the_readings(metric) -> None:
    reading = metric.read(evidence(Work(reason="the pipeline uses no torch"), None))
    assert (reading.value, reading.values, reading.reason) == (None, (), "the pipeline uses no torch")


@pytest.mark.parametrize("metric", ALL)
def test_a_run_of_before_counters_has_no_value(metric) -> None:
    assert metric.read(evidence(None, None)).reason == "no call was counted"


@pytest.mark.parametrize("metric", ALL)
def test_work_is_exact_and_any_growth_is_too_much(metric) -> None:
    spec = metric.SPEC
    assert (spec.family, spec.decide, spec.limit, spec.better) == ("work", "exact", "0%", "lower")
