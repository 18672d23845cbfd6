"""A row that does not decide has no verdict's word, in any output; a row that decides has."""

from __future__ import annotations

import re

import pytest

from tests.support.baselines import baseline_of, quality_of
from tests.support.runs import Maker
from tests.support.verdicts import outcome, screened, verdict
from tts_baseline.core.outcome import Outcome
from tts_baseline.core.registry import gates
from tts_baseline.gate.explain import headline
from tts_baseline.gate.limits import chosen
from tts_baseline.gate.verdicts import asked_for, gating
from tts_baseline.report import sheets, table
from tts_baseline.report.format import View, formats
from tts_baseline.session.outcome import explained

MEDIANS = sorted(gate for gate, spec in gates().items() if spec.decide == "median")
OF_RUNS = [name for name, of in formats().items() if of.spec.of == "run"]
THEN = 30.0
MOVED = 1.2  # limits: more than the median may move by, less than most single cases may
CASES = {f"c{number}": f"hola c{number}" for number in range(20)}
DECISIVE = re.compile(r"regressed|improved", re.IGNORECASE)


def one_sentence_moved(gate: str, limits: float) -> Outcome:
    """Of twenty cases one has a score so many limits above the accepted one; the others are the same."""
    metric, limit = gates()[gate].name, chosen({})[gate]
    allowed = THEN * limit.share_of(THEN) if limit.is_relative else limit.absolute
    moved = {(metric, "c0"): THEN + limits * allowed}
    run = Maker().run(scores={metric: THEN}, case_scores=moved, cases=tuple(CASES))
    baseline = baseline_of(quality=quality_of({metric: THEN}, CASES))
    of_gate = [v for v in screened(run, baseline) if v.gate == gate]
    return outcome(run, of_gate, baseline=baseline)


@pytest.mark.parametrize("gate", [gate for gate in MEDIANS if not 0 < gates()[gate].gross <= MOVED])
@pytest.mark.parametrize("limits", [-MOVED, MOVED])
def test_a_single_case_beneath_a_median_has_no_verdict_in_any_output(gate: str, limits: float) -> None:
    found = one_sentence_moved(gate, limits)
    (case,) = [v for v in found.verdicts if v.case == "c0"]
    assert case.status in ("worse", "better")
    assert [v.status for v in gating(found.verdicts)] == ["ok"]
    assert sheets.counts(found.verdicts) == "1 ok"
    pages = [formats()[name].render(found, View(verbose=v, width=200)) for name in OF_RUNS for v in (0, 1)]
    for page in (*pages, explained(found, found.verdicts), headline(case, "es")):
        assert not DECISIVE.search(page)
        assert case.status in page


@pytest.mark.parametrize("gate", [gate for gate in MEDIANS if gates()[gate].gross])
def test_a_single_case_that_fails_alone_has_it_in_every_output(gate: str) -> None:
    better = gates()[gate].better
    found = one_sentence_moved(gate, -50.0 if better == "higher" else 50.0)
    assert [v.case for v in gating(found.verdicts) if v.status == "regressed"] == ["c0"]
    assert sheets.counts(found.verdicts) == "1 case regressed, 1 ok"
    for name in OF_RUNS:
        assert "regressed" in formats()[name].render(found, View()).lower()


def test_it_is_grey() -> None:
    rows = [verdict("snr", status, status, change=-9.0) for status in ("worse", "better")]
    shown = table.text(sheets.case_sheets(rows), color=True)
    assert "\x1b[90mworse" in shown
    assert "\x1b[90mbetter" in shown


@pytest.mark.parametrize(("limits", "status"), [(-1.2, "regressed"), (0.5, "ok"), (1.2, "improved")])
def test_where_a_test_asks_for_the_case_it_decides(limits: float, status: str) -> None:
    found = one_sentence_moved("snr", limits)
    (case,) = [asked_for(v) for v in found.verdicts if v.case == "c0"]
    assert case.status == status


def test_a_gain_in_time_that_no_judge_confirms_stays_better_where_a_test_asks_for_it() -> None:
    assert asked_for(verdict("latency", "better", "c0")).status == "better"
    assert asked_for(verdict("latency", "regressed", "c0")).status == "regressed"


def test_single_cases_that_fail_a_build_are_counted_where_their_suite_is_fine() -> None:
    found = [
        verdict(),
        verdict(status="regressed", case="a", change=0.3),
        verdict("structure", "regressed", change=1.0),
        verdict("structure", "regressed", "b", change=1.0),
        verdict("snr", "invalid", "a", message="no speech"),
        verdict("stoi", "invalid", "a", message="no speech"),
        verdict("snr"),
    ]
    assert sheets.counts(found) == "1 case invalid, 1 case regressed, 1 regressed, 2 ok"
    assert sheets.counts([*found, verdict("snr", "invalid", "c", message="-")]).startswith("2 cases invalid")
