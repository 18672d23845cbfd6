from __future__ import annotations

import json
import math
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.support.made import accepted, reading, run, tone
from tts_baseline.core import units
from tts_baseline.core.records import Baseline, Case
from tts_baseline.core.registry import gates, metrics
from tts_baseline.core.verdict import Grounds, Status, Verdict
from tts_baseline.report import summary, table

STATUSES = get_args(Status)
WORST_FIRST = ["invalid", "regressed", "undecided", "no baseline", "not comparable", "improved", "ok"]
WORK = [name for name, metric in metrics().items() if metric.spec.family == "work"]
NUMBERS = st.none() | st.floats(-1e9, 1e9)


def verdict(
    gate: str = "latency", status: Status = "ok", case: str | None = None, reason: str = "", **more
) -> Verdict:
    """With a reason: the metric's own words for why it has no value."""
    spec = gates()[gate]
    known = {"unit": spec.unit, "relative": spec.decide == "ratio"} | more
    if reason:
        known |= {"cause": "no value", "grounds": Grounds(message=reason)}
    return Verdict(gate=gate, metric=spec.name, family=spec.family, case=case, status=status, **known)


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
    reason=st.text("abc |\n\"'%é", max_size=60),
)


def columns(line: str) -> list[str]:
    return re.split(r"(?<!\\)\|", line)[1:-1]


def test_the_worst_verdict_comes_first() -> None:
    found = table.suite_sheet(run(), [verdict(status=status) for status in reversed(STATUSES)]).rows
    assert [row[0].lower() for row in found[: len(STATUSES)]] == WORST_FIRST
    assert [row[0] for row in found if row[0].isupper()] == ["INVALID", "REGRESSED"]


def test_a_row_says_its_numbers_in_the_words_of_units() -> None:
    one = verdict(
        status="regressed", baseline=0.1, current=0.1147, change=0.147, low=0.112, high=0.18, limit=0.05
    )
    row = table.suite_sheet(run(), [one]).rows[0]
    assert row == ("REGRESSED", "latency", "100.0 ms", "114.7 ms", "+14.7% [+11.2, +18.0]", "+5.0%")
    snr = verdict("snr", "ok", baseline=31.2, current=30.0, change=-1.2, limit=1.0)
    row = table.suite_sheet(run(), [snr]).rows[0]
    assert row == ("ok", "snr", "31.20 dB", "30.00 dB", "-1.20", "-1.00 dB")


def test_every_metric_without_a_verdict_is_reported_after_the_verdicts() -> None:
    one = run(readings=[reading(name, "hola", None if name == "stoi" else 0.5) for name in metrics()])
    rows = table.suite_sheet(one, [verdict()]).rows
    names = [name for name in metrics() if name not in ("latency", "stoi")]
    assert [(row[0], row[1]) for row in rows] == [("ok", "latency"), *(("reported", name) for name in names)]
    assert rows[1][3] == units.value(0.5, metrics()[names[0]].spec.unit)


def test_single_cases_are_shown_only_where_they_are_not_fine() -> None:
    assert (
        table.case_sheet([verdict(status="regressed"), verdict(case="a"), verdict("snr", "undecided", "b")])
        is None
    )
    sheet = table.case_sheet(
        [
            verdict(status="improved", case="a", change=-0.1),
            verdict("snr", "invalid", "b", reason="no speech found"),
            verdict(case="c"),
        ]
    )
    assert sheet.rows == (("INVALID", "b", "snr", "no speech found"), ("improved", "a", "latency", "-10.0%"))


def test_many_odd_cases_are_counted() -> None:
    odd = [verdict(status="regressed", case=f"c{number}", change=0.1) for number in range(15)]
    rows = table.case_sheet(odd).rows
    assert len(rows) == 13
    assert rows[-1][0] == "+ 3 more"
    assert len(table.case_sheet(odd[:12]).rows) == 12


@settings(deadline=None)
@given(
    width=st.integers(12, 200), measured=st.lists(st.sampled_from(sorted(metrics())), min_size=1, unique=True)
)
def test_every_reading_is_in_one_table(width: int, measured: list[str]) -> None:
    one = run(readings=[reading(name, case, 0.5) for name in measured for case in ("hola", "adios")])
    sheets = table.reading_sheets(one, width)
    heads = [head for sheet in sheets for head, _ in sheet.heads[1:]]
    assert heads == [name for name in metrics() if name in measured]
    for sheet in sheets:
        assert [row[0] for row in sheet.rows] == ["hola", "adios"]
        assert len(sheet.heads) == 2 or sum(cell + 1 for _, cell in sheet.heads) <= width + 1


def test_a_metric_without_any_value_has_no_column() -> None:
    one = run(readings=[reading("duration", "hola", 0.5), reading("snr_vad", "hola", None, "no pause")])
    assert [head for head, _ in table.reading_sheets(one)[0].heads] == ["case", "duration"]


def test_a_suite_has_the_geometric_mean_of_times_and_the_median_of_scores() -> None:
    one = run(
        readings=[
            *(reading("latency", case, value) for case, value in (("a", 1.0), ("b", 4.0), ("c", None))),
            *(reading("snr_vad", case, value) for case, value in (("a", 10.0), ("b", 30.0), ("c", 20.0))),
        ]
    )
    assert table.suite_value(one, metrics()["latency"].spec) == pytest.approx(2.0)
    assert table.suite_value(one, metrics()["snr_vad"].spec) == 20.0
    assert table.suite_value(one, metrics()["stoi"].spec) is None


def test_a_suite_has_the_mean_of_counts_of_which_some_may_be_0() -> None:
    one = run(readings=[reading("syncs", "a", 0.0), reading("syncs", "b", 4.0), reading("syncs", "c", None)])
    assert table.suite_value(one, metrics()["syncs"].spec) == 2.0


def test_a_family_without_any_value_is_not_shown() -> None:
    why = "the pipeline uses no torch"
    one = run(readings=[reading("latency", "hola", 1.0), *(reading(n, "hola", None, why) for n in WORK)])
    shown = summary.terminal(one, [verdict()], verbose=True, width=200)
    assert "latency" in shown
    assert not [word for word in (*WORK, "torch") if word in shown]


@settings(deadline=None)
@given(st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=6))
def test_the_geometric_mean_is_between_its_values(values: list[float]) -> None:
    one = run(readings=[reading("latency", f"c{n}", value) for n, value in enumerate(values)])
    mean = table.suite_value(one, metrics()["latency"].spec)
    assert min(values) * (1 - 1e-9) <= mean <= max(values) * (1 + 1e-9)
    assert math.log(mean) == pytest.approx(sum(map(math.log, values)) / len(values), abs=1e-9)


def test_counts_are_worst_first_and_complete() -> None:
    found = [verdict(status=status) for status in ("ok", "ok", "regressed", "undecided")]
    assert table.counts(found) == "1 regressed, 1 undecided, 2 ok"
    assert table.counts([]) == ""


@settings(deadline=None, max_examples=40)
@given(st.lists(VERDICTS, max_size=8), st.integers(80, 120))
def test_no_line_is_wider_than_the_terminal(found: list[Verdict], width: int) -> None:
    one = run()
    sheets = [table.suite_sheet(one, found), *table.reading_sheets(one, width)]
    cases = table.case_sheet(found)
    long = run(spoken={"a" * 150: tone()}, texts={"a" * 150: "A."})
    sheets += table.reading_sheets(long, width)
    lines = table.text([*sheets, *([cases] if cases else [])], width=width).splitlines()
    assert max(map(len, lines)) <= width
    wholes = sorted((v.status for v in found if v.case is None), key=WORST_FIRST.index)
    for status, line in zip(wholes, lines[1:], strict=False):
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
    shown = table.text([table.suite_sheet(run(), found)])
    assert "…" not in shown
    assert "+300.0% [+290.2, +310.1]" in shown


def test_color_only_where_it_is_asked_for() -> None:
    sheet = table.suite_sheet(run(), [verdict(status="regressed")])
    assert "\x1b[" not in table.text([sheet])
    colored = table.text([sheet], color=True)
    assert "\x1b[1;31mREGRESSED" in colored
    assert re.sub(r"\x1b\[[\d;]*m", "", colored).split() == table.text([sheet]).split()


@settings(deadline=None)
@given(st.lists(VERDICTS, max_size=6))
def test_every_row_of_the_markdown_has_the_cells_of_its_head(found: list[Verdict]) -> None:
    cases = table.case_sheet(found)
    page = table.markdown([table.suite_sheet(run(), found), *([cases] if cases else [])])
    sizes: list[int] = []
    for line in page.splitlines():
        if line.startswith("###"):
            sizes.clear()
        elif line:
            assert line.startswith("| ")
            sizes.append(len(columns(line)))
            assert len(set(sizes)) == 1, page


def test_messages_of_several_lines_stay_in_their_cell() -> None:
    broken = verdict("snr", "invalid", "hola", reason="ValueError: a|b\n  line two")
    page = table.markdown([table.case_sheet([broken])])
    assert "| INVALID | hola | snr | ValueError: a\\|b line two |" in page
    assert "line two" in table.text([table.case_sheet([broken])], width=100).splitlines()[1]


def test_rich_is_imported_only_to_print() -> None:
    script = (
        "import sys, tts_baseline.report.table, tts_baseline.report.summary; print('rich' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_summary_puts_suite_verdicts_before_cases_and_readings() -> None:
    found = [verdict(status="regressed", change=0.2), verdict(status="regressed", case="hola", change=0.3)]
    short = summary.terminal(run(), found)
    assert short.index("REGRESSED") < short.index("hola")
    assert "duration" in summary.terminal(run(), found, verbose=True).split("hola", 1)[1]


def test_the_page_names_run_commit_and_machine() -> None:
    before = run("r0", acceptance=accepted())
    now = replace(run("r1"), dirty=True, provenance={"voice": "bell"})
    page = summary.markdown(now, [verdict(), verdict("snr", "undecided")], Baseline(runs=(before,)))
    head, _, rest = page.partition("\n")
    assert head == "## tts-baseline: 1 undecided, 1 ok"
    assert "Run `r1`" in rest
    assert "commit `c0ffeec` with uncommitted changes" in rest
    assert "machine `box-2c-0123abcd`" in rest
    assert "voice tone -> bell" in rest


def test_the_json_holds_everything_that_was_found() -> None:
    one = run(readings=[reading("latency", "hola", float("nan")), reading("stoi", "hola", None, "no golden")])
    found = [verdict(status="regressed", case="hola", change=0.2)]
    page = json.loads(summary.as_json(one, found, Path("report/r1")))
    assert (page["run"], page["folder"], page["pipeline"]) == (one.id, "report/r1", "voice:synthesize")
    assert page["verdicts"][0]["status"] == "regressed"
    assert [(r["metric"], r["value"]) for r in page["readings"]] == [("latency", None), ("stoi", None)]
    assert page["metrics"].keys() == metrics().keys()


def test_a_run_with_one_case_and_no_reading_is_shown() -> None:
    one = replace(run(spoken={"a": tone()}, readings=[], texts={"a": "A."}), cases=(Case(id="a", text="A."),))
    assert table.reading_sheets(one) == []
    assert "suite cases" in table.suite_sheet(one, []).title
