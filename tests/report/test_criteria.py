"""What was to be reached: met where the whole interval is right, missed where none of it is."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.support.runs import reading, run
from tts_baseline.core.records import Case
from tts_baseline.report.benchmark import criteria, page, text
from tts_baseline.report.benchmark.criteria import MORE_REGIONAL, SAME_MOS, criterion
from tts_baseline.report.benchmark.figures import Benchmark, Figure
from tts_baseline.report.benchmark.quality import quality

CASES = tuple(
    Case(id=f"{region[0]}{kind[0]}{n}", text="Hola.", region=region, tags=(kind,))
    for region in ("mexican", "castilian")
    for kind in ("statement", "wh-question")
    for n in range(2)
)


def figure(low: float | None, high: float | None, unit: str = "MOS") -> Figure:
    middle = 0.0 if low is None or high is None else (low + high) / 2
    return Figure(value=middle, unit=unit, low=low, high=high, count=40, of=49)


@pytest.mark.parametrize(
    ("low", "high", "says"),
    [
        (-0.1, 0.1, "met"),
        (-0.05, 0.02, "met"),
        (-0.05, 0.12, "open"),
        (-0.3, 0.3, "open"),
        (-0.4, -0.11, "missed"),
        (0.11, 0.4, "missed"),
        (None, None, "open"),
    ],
)
def test_the_whole_interval_has_to_be_right(low, high, says):
    assert criterion("MOS", SAME_MOS, figure(low, high), "-").says == says


def test_more_than_was_wanted_is_no_fault():
    assert criterion("regional", MORE_REGIONAL, figure(0.15, 0.6, "%"), "-").says == "met"
    assert criterion("regional", MORE_REGIONAL, figure(0.14, 0.6, "%"), "-").says == "open"
    assert criterion("regional", MORE_REGIONAL, figure(-0.1, 0.14, "%"), "-").says == "missed"


def test_nothing_is_no_zero():
    told = criterion("naturalness", SAME_MOS, None, "nobody listened")
    assert (told.says, told.figure, told.evidence) == ("not measured", None, "nobody listened")


def test_a_share_is_shown_in_per_cent_and_a_score_in_its_unit():
    found = [
        criterion("a", MORE_REGIONAL, figure(0.1, 0.3, "%"), "e"),
        criterion("b", SAME_MOS, figure(-0.2, 0.0), "e"),
        criterion("c", SAME_MOS, None, "e"),
    ]
    shown = [row[3] for row in criteria.sheet(found).rows]
    assert shown == ["+20.0% [+10.0, +30.0], 40 of 49", "-0.10 [-0.20, +0.00], 40 of 49", "-"]


def melody() -> Benchmark:
    """0.5 st for each wh-question of the castilian cases, 0 elsewhere."""
    readings = [
        reading("nuclear", case.id, 0.5 if case.region == "castilian" and "wh-question" in case.tags else 0.0)
        for case in CASES
    ]
    return quality(replace(run(readings=readings), cases=CASES))


def test_the_final_melody_stands_by_region_and_kind():
    (table,) = (each for each in melody().tables if each.title.startswith("final melody"))
    assert table.heads == ("statement", "wh-question")
    assert {row.name: [cell.value for cell in row.cells] for row in table.rows} == {
        "mexican": [0.0, 0.0],
        "castilian": [0.0, 0.5],
    }


def test_every_form_has_the_criteria():
    shown = replace(melody(), criteria=(criterion("naturalness", SAME_MOS, None, "nobody listened"),))
    for form in (text.terminal, text.page, page.html):
        assert "what was to be reached" in form(shown)
        assert "nobody listened" in form(shown)
        assert "what was to be reached" not in form(melody())
