"""The rows of a run's tables."""

from __future__ import annotations

from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.support.runs import reading, run
from tests.support.tones import tone
from tests.support.verdicts import verdict
from tts_baseline.core import units
from tts_baseline.core.records import Case
from tts_baseline.core.registry import metrics
from tts_baseline.core.verdict import Status
from tts_baseline.gate.judge import loss
from tts_baseline.report import sheets
from tts_baseline.report.reasons import reasons

STATUSES = get_args(Status)
WORST_FIRST = [
    "invalid", "regressed", "undecided", "no baseline", "not comparable", "improved", "worse", "better", "ok",
]  # fmt: skip


def test_the_worst_verdict_comes_first() -> None:
    found = sheets.suite_sheet(run(), [verdict(status=status) for status in reversed(STATUSES)]).rows
    assert [row[0].lower() for row in found[: len(STATUSES)]] == WORST_FIRST
    assert [row[0] for row in found if row[0].isupper()] == ["INVALID", "REGRESSED"]


def test_a_row_says_its_numbers_in_the_words_of_units() -> None:
    one = verdict(
        status="regressed", baseline=0.1, current=0.1147, change=0.147, low=0.112, high=0.18, limit=0.05
    )
    row = sheets.suite_sheet(run(), [one]).rows[0]
    assert row == ("REGRESSED", "latency", "100.0 ms", "114.7 ms", "+14.7% [+11.2, +18.0]", "+5.0%")
    snr = verdict("snr", "ok", baseline=31.2, current=30.0, change=-1.2, limit=1.0)
    row = sheets.suite_sheet(run(), [snr]).rows[0]
    assert row == ("ok", "snr", "31.20 dB", "30.00 dB", "-1.20", "-1.00 dB")


def test_a_change_in_seconds_keeps_its_unit_beside_a_limit_in_ms() -> None:
    lost = verdict("words", "regressed", baseline=0.0, current=1.41, change=1.41, limit=0.05)
    row = sheets.suite_sheet(run(), [lost]).rows[0]
    assert row == ("REGRESSED", "words", "0 s", "1.41 s", "+1.41 s", "+50.0 ms")


def test_the_limit_of_a_loss_which_is_no_metric_is_said_and_a_case_without_a_gate_has_none() -> None:
    learned = loss.decide({"a": 1.0, "b": 2.0}, {"a": 1.1, "b": 2.2}, ("a", "b"), share=1.0)
    assert sheets.verdict_sheet("", [learned]).rows[0][5] == "+2.0%"
    silent = replace(verdict("structure", "invalid"), gate="no utterance", limit=None)
    assert sheets.verdict_sheet("", [silent]).rows[0][5] == ""


def test_a_value_that_is_too_wide_for_its_column_has_fewer_decimals() -> None:
    told = [reading("loudness", "hola", -20.91), reading("noise", "hola", -67.6), reading("f0", "hola", 1.5)]
    rows = sheets.suite_sheet(run(readings=told), []).rows
    assert {row[3] for row in rows} == {"-21 LUFS", "-68 dBFS", "1.50 st"}
    loud = verdict("hum", "ok", baseline=-100.0, current=-99.5, change=0.5, limit=3.0)
    assert sheets.suite_sheet(run(), [loud]).rows[0][2:4] == ("-100.0 dB", "-99.50 dB")


def test_cases_that_no_golden_judges_are_named_beside_a_suite_that_is_fine() -> None:
    new = [verdict("structure", "no baseline", f"c{i}", cause="new text") for i in range(7)]
    lines = reasons([verdict("structure"), *new, verdict("level", "no baseline", "c0", cause="new text")])
    assert lines == [
        "no golden judges c0, c1, c2, c3, c4 and 2 more: its text has changed since it was accepted"
    ]
    assert reasons([verdict("structure"), verdict("structure", case="c0")]) == []


def test_every_metric_without_a_verdict_is_reported_after_the_verdicts() -> None:
    one = run(readings=[reading(name, "hola", None if name == "stoi" else 0.5) for name in metrics()])
    rows = sheets.suite_sheet(one, [verdict()]).rows
    names = [name for name in metrics() if name not in ("latency", "stoi")]
    assert [(row[0], row[1]) for row in rows] == [("ok", "latency"), *(("reported", name) for name in names)]
    assert rows[1][3] == units.value(0.5, metrics()[names[0]].spec.unit)


def test_single_cases_are_shown_only_where_they_are_not_fine() -> None:
    fine = [verdict(status="regressed"), verdict(case="a"), verdict("snr", "undecided", "b")]
    assert sheets.case_sheets(fine) == []
    (sheet,) = sheets.case_sheets(
        [
            verdict(status="improved", case="a", change=-0.1),
            verdict("snr", "invalid", "b", message="no speech found"),
            verdict(case="c"),
        ]
    )
    assert sheet.rows == (("INVALID", "b", "snr", "no speech found"), ("improved", "a", "latency", "-10.0%"))


def test_many_odd_cases_are_counted() -> None:
    odd = [verdict(status="regressed", case=f"c{number}", change=0.1) for number in range(15)]
    (sheet,) = sheets.case_sheets(odd)
    rows = sheet.rows
    assert len(rows) == 13
    assert rows[-1][0] == "+ 3 more"
    (sheet,) = sheets.case_sheets(odd[:12])
    assert len(sheet.rows) == 12


@settings(deadline=None)
@given(
    width=st.integers(12, 200), measured=st.lists(st.sampled_from(sorted(metrics())), min_size=1, unique=True)
)
def test_every_reading_is_in_one_table(width: int, measured: list[str]) -> None:
    one = run(readings=[reading(name, case, 0.5) for name in measured for case in ("hola", "adios")])
    shown = sheets.reading_sheets(one, width)
    heads = [head for sheet in shown for head, _ in sheet.heads[1:]]
    assert heads == [name for name in metrics() if name in measured]
    for sheet in shown:
        assert [row[0] for row in sheet.rows] == ["hola", "adios"]
        assert len(sheet.heads) == 2 or sum(cell + 1 for _, cell in sheet.heads) <= width + 1


def test_a_metric_without_any_value_has_no_column() -> None:
    one = run(readings=[reading("duration", "hola", 0.5), reading("snr_vad", "hola", None, "no pause")])
    assert [head for head, _ in sheets.reading_sheets(one)[0].heads] == ["case", "duration"]


def test_counts_are_worst_first_and_complete() -> None:
    found = [verdict(status=status) for status in ("ok", "ok", "regressed", "undecided")]
    assert sheets.counts(found) == "1 regressed, 1 undecided, 2 ok"
    assert sheets.counts([verdict(case="hola")]) == "nothing judged"


def test_a_run_with_one_case_and_no_reading_is_shown() -> None:
    one = replace(run(spoken={"a": tone()}, readings=[], texts={"a": "A."}), cases=(Case(id="a", text="A."),))
    assert sheets.reading_sheets(one) == []
    assert "suite cases" in sheets.suite_sheet(one, []).title
