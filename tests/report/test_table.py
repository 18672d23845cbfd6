"""Tables as text: what fits, what is colored, what Markdown needs."""

from __future__ import annotations

import re
from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.runs import run
from tests.support.tones import tone
from tests.support.verdicts import verdict
from tts_baseline.core.registry import gates
from tts_baseline.core.verdict import Status, Verdict
from tts_baseline.report import sheets, table

STATUSES = get_args(Status)
WORST_FIRST = [
    "invalid", "regressed", "undecided", "no baseline", "not comparable", "improved", "worse", "better", "ok",
]  # fmt: skip
NUMBERS = st.none() | st.floats(-1e9, 1e9)

VERDICTS = st.builds(
    verdict,
    gate=st.sampled_from(sorted(gates())),
    status=st.sampled_from(STATUSES),
    case=st.none() | st.from_regex(r"[a-z0-9][a-z0-9_-]{0,40}", fullmatch=True),
    relative=st.booleans(),
    baseline=NUMBERS,
    current=NUMBERS,
    change=NUMBERS,
    low=NUMBERS,
    high=NUMBERS,
    limit=st.none() | st.floats(0, 1e3),
    message=st.text("abc |\n\"'%é", max_size=60),
)


def columns(line: str) -> list[str]:
    return re.split(r"(?<!\\)\|", line)[1:-1]


@settings(deadline=None, max_examples=40)
@given(st.lists(VERDICTS, max_size=8), st.integers(80, 120))
def test_no_line_is_wider_than_the_terminal(found: list[Verdict], width: int) -> None:
    one = run()
    long = run(spoken={"a" * 150: tone()}, texts={"a" * 150: "A."})
    shown = [sheets.suite_sheet(one, found), *sheets.case_sheets(found)]
    shown += [*sheets.reading_sheets(one, width), *sheets.reading_sheets(long, width)]
    lines = table.text(shown, width=width).splitlines()
    assert max(map(len, lines)) <= width
    wholes = sorted((v.status for v in found if v.case is None), key=WORST_FIRST.index)
    rows = [line for line in lines[1:] if not line.startswith(" ")]  # the others go on with a row's numbers
    for status, line in zip(wholes, rows, strict=False):
        assert line.lower().startswith(status)


def test_what_a_gate_usually_says_is_not_cut_off() -> None:
    numbers = {"change": 3.0, "low": 2.902, "high": 3.101}
    found = [
        verdict("cold_start", "not comparable", baseline=1.0, current=119.99, limit=0.25, **numbers),
        verdict("memory", "regressed", baseline=3.2e9, current=80e9, limit=0.1, **numbers),
        verdict(
            "snr", "regressed", baseline=31.2, current=12.0, change=-19.2, low=-20.1, high=-18.0, limit=1.0
        ),
        verdict("cuda_memory", "no baseline", current=1.6e9, limit=0.1),
    ]
    shown = table.text([sheets.suite_sheet(run(), found)])
    assert "…" not in shown
    assert "+300.0% [+290.2, +310.1]" in shown


def test_color_only_where_it_is_asked_for() -> None:
    sheet = sheets.suite_sheet(run(), [verdict(status="regressed")])
    assert "\x1b[" not in table.text([sheet])
    colored = table.text([sheet], color=True)
    assert "\x1b[1;31mREGRESSED" in colored
    assert re.sub(r"\x1b\[[\d;]*m", "", colored).split() == table.text([sheet]).split()


@settings(deadline=None)
@given(st.lists(VERDICTS, max_size=6))
def test_every_row_of_the_markdown_has_the_cells_of_its_head(found: list[Verdict]) -> None:
    page = table.markdown([sheets.suite_sheet(run(), found), *sheets.case_sheets(found)])
    sizes: list[int] = []
    for line in page.splitlines():
        if line.startswith("###"):
            sizes.clear()
        elif line:
            assert line.startswith("| ")
            sizes.append(len(columns(line)))
            assert len(set(sizes)) == 1, page


def test_messages_of_several_lines_stay_in_their_cell() -> None:
    broken = verdict("snr", "invalid", "hola", message="ValueError: a|b\n  line two")
    shown = sheets.case_sheets([broken])
    page = table.markdown(shown)
    assert "| INVALID | hola | snr | ValueError: a\\|b line two |" in page
    assert "line two" in table.text(shown, width=100).splitlines()[1]
