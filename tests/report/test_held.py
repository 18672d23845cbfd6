"""The plot of memory over requests: where its dots, its shade and its line are."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from msgspec.structs import replace

from tests.support.runs import run
from tests.support.verdicts import outcome
from tts_baseline.core.soak import Soak
from tts_baseline.report import held
from tts_baseline.report.benchmark import page
from tts_baseline.report.benchmark.performance import performance
from tts_baseline.report.format import View
from tts_baseline.report.formats import html

MIB = 2**20
LEAK = Soak(held=(10 * MIB, 40 * MIB, *(50 * MIB + 3 * MIB * n for n in range(11))), warm=2)


def numbers(picture: str, of: str, *names: str) -> list[tuple[float, ...]]:
    return [
        tuple(float(re.search(rf'\b{name}="([-0-9.]+)"', mark)[1]) for name in names)
        for mark in re.findall(rf"<{of}\b[^>]*>", picture)
    ]


def test_each_request_is_a_dot_from_left_to_right_as_high_as_what_is_held() -> None:
    dots = numbers(held.plot(LEAK), "circle", "cx", "cy")
    assert len(dots) == len(LEAK.held)
    assert dots[0] == (80.0, held.HEIGHT - 34)  # the least that was held
    assert dots[-1] == (held.WIDTH - 8, 12.0)  # the most
    up = [one[1] - other[1] for one, other in pairwise(dots[2:])]
    assert up == pytest.approx([154 * 3 / 70] * 10, abs=0.11)  # of 70 MiB from bottom to top


def test_what_fills_on_purpose_is_shaded_and_the_line_is_the_slope_of_the_rest() -> None:
    picture = held.plot(LEAK)
    dots = numbers(picture, "circle", "cx", "cy")
    ((left, width),) = numbers(picture, "rect", "x", "width")
    assert dots[1][0] < left + width < dots[2][0]
    ((x1, y1, x2, y2),) = numbers(picture, "line", "x1", "y1", "x2", "y2")
    assert ((x1, y1), (x2, y2)) == (pytest.approx(dots[2]), pytest.approx(dots[-1]))


def test_pages_of_an_allocator_are_no_mountains_and_one_request_no_plot() -> None:
    dots = numbers(held.plot(Soak(held=(MIB, MIB + 4096, MIB, MIB), warm=0)), "circle", "cy")
    assert abs(dots[0][0] - dots[1][0]) < 1
    assert held.plot(Soak(held=(MIB,), warm=0)) == ""


def test_both_pages_have_it_where_a_soak_was_asked_for() -> None:
    for soak, has_it in ((LEAK, True), (None, False)):
        made = replace(run(), soak=soak)
        assert (held.TITLE in page.html(performance(made))) == has_it
        assert (held.TITLE in html.render(outcome(made), View())) == has_it
