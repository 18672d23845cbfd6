"""The pictures of a benchmark can be read: no value of an axis is written over another."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from tts_baseline.report.benchmark import charts
from tts_baseline.report.benchmark.figures import LatencySpread


@pytest.mark.parametrize("fastest", [1e-6, 4e-5, 1e-3, 0.09])
def test_no_value_of_the_axis_is_written_over_another(fastest: float) -> None:
    row = LatencySpread(name="all", percentiles=(fastest, 0.1, 0.12, 0.2, 0.3), low=0.1, high=0.15)
    drawn = charts.spreads([row])
    axis = re.findall(r'<text x="([\d.]+)" y="38\.0">([^<]+ .?s)</text>', drawn)
    assert len(axis) >= 2
    for (left, text), (right, _) in pairwise(axis):
        assert float(left) + 5.5 * len(text) < float(right), axis  # half an em of 11 px a letter
