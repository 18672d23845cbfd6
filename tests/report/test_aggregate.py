"""One number for a whole run."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.runs import reading, run
from tts_baseline.core.registry import metrics
from tts_baseline.report.aggregate import suite_value


def test_a_suite_has_the_geometric_mean_of_times_and_the_median_of_scores() -> None:
    measured = run(
        readings=[
            *(reading("latency", case, value) for case, value in (("a", 1.0), ("b", 4.0), ("c", None))),
            *(reading("snr_vad", case, value) for case, value in (("a", 10.0), ("b", 30.0), ("c", 20.0))),
        ]
    )
    assert suite_value(measured, metrics()["latency"].spec) == pytest.approx(2.0)
    assert suite_value(measured, metrics()["snr_vad"].spec) == 20.0
    assert suite_value(measured, metrics()["stoi"].spec) is None


def test_a_suite_has_the_mean_of_counts_of_which_some_may_be_0() -> None:
    measured = run(
        readings=[reading("syncs", "a", 0.0), reading("syncs", "b", 4.0), reading("syncs", "c", None)]
    )
    assert suite_value(measured, metrics()["syncs"].spec) == 2.0


@settings(deadline=None)
@given(st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=6))
def test_the_geometric_mean_is_between_its_values(values: list[float]) -> None:
    measured = run(readings=[reading("latency", f"c{n}", value) for n, value in enumerate(values)])
    mean = suite_value(measured, metrics()["latency"].spec)
    assert min(values) * (1 - 1e-9) <= mean <= max(values) * (1 + 1e-9)
    assert math.log(mean) == pytest.approx(sum(map(math.log, values)) / len(values), abs=1e-9)
