"""What the pages show of a run under load."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest
from msgspec.structs import replace

from tests.support.runs import run
from tests.support.verdicts import outcome
from tts_baseline.core.traffic import LoadLevel, Mixup, Traffic
from tts_baseline.report import under_load
from tts_baseline.report.format import View
from tts_baseline.report.formats import html, markdown

ONE = LoadLevel(
    clients=1,
    seconds=5.0,
    requests=50,
    answered=50,
    throughput=10.0,
    audio=20.0,
    goodput=10.0,
    p50_s=0.1,
    p95_s=0.1,
)
LEVELS = (
    ONE,
    replace(ONE, clients=2, throughput=20.0, p95_s=0.2, is_knee=True),
    replace(ONE, clients=4, throughput=20.5, p95_s=0.8, answered=47, errors={"timeout": 3}),
    replace(ONE, clients=0, share=0.7, offered=14.0, throughput=14.0, p95_s=0.3, p99_s=0.5),
)
TRAFFIC = Traffic(way="workers", workers=2, levels=LEVELS, knees=(20.0,), checked=197, proven={"sound": 197})
CROSSED = Mixup(
    kind="stale", request="request 3 of pass 1 (uno, 2 clients)", other="request 1 of pass 1 (<b>, 2 clients)"
)


def page_of(kind, traffic: Traffic | None) -> str:
    return kind.render(outcome(replace(run(), traffic=traffic)), View())


def test_each_level_is_a_row_and_the_title_says_what_was_proven() -> None:
    sheet = under_load.sheet(TRAFFIC)
    assert sheet.title == "Under load (2 workers): each of 197 answers is its request's own"
    assert [row[0] for row in sheet.rows] == ["1 client", "2 clients (knee)", "4 clients", "70% of the knee"]
    assert sheet.rows[2][1:] == ("20.50", "20.0", "100.0 ms", "800.0 ms", "-", "10.00", "3")
    assert sheet.rows[3][5] == "500.0 ms"


@pytest.mark.parametrize("kind", [html, markdown])
def test_the_pages_show_the_load_where_there_was_one(kind) -> None:
    assert "2 clients (knee)" in page_of(kind, TRAFFIC)
    assert "Under load" not in page_of(kind, None)


def test_crossed_answers_are_told_one_by_one_and_are_text() -> None:
    crossed = replace(TRAFFIC, mixups=(CROSSED,), proven={"sound": 196})
    page = page_of(html, crossed)
    assert "1 of 197 answers are not their requests" in page
    assert (
        "request 3 of pass 1 (uno, 2 clients) was given the sound of request 1 of pass 1 (&lt;b&gt;" in page
    )


def test_the_plot_has_a_dot_a_level_farther_right_the_more_and_higher_the_slower() -> None:
    drawn = ET.fromstring(under_load.plot(TRAFFIC))
    dots = [(float(dot.get("cx")), float(dot.get("cy")), dot.get("fill")) for dot in drawn.iter("circle")]
    one, two, four, arriving = dots
    assert one[0] < arriving[0] < two[0] < four[0]
    assert four[1] < arriving[1] < two[1] < one[1]  # up is less
    assert [fill for _, _, fill in dots] == ["currentColor"] * 3 + ["none"]
    names = [text.text for text in drawn.iter("text")]
    assert {"1", "2", "4", "70%", "800.0 ms", "20.50 req/s"} <= set(names)
    (line,) = [each for each in drawn.iter("polyline") if each.get("stroke-width")]
    assert len(re.findall(",", line.get("points"))) == 3


def test_there_is_no_plot_of_one_level_or_of_none_with_a_percentile() -> None:
    assert under_load.plot(replace(TRAFFIC, levels=LEVELS[:1])) == ""
    bare = tuple(replace(level, p95_s=None) for level in LEVELS)
    assert under_load.plot(replace(TRAFFIC, levels=bare)) == ""
    assert 'class="plot"><' in page_of(html, TRAFFIC)
