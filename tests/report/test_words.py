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
from tts_baseline.gate.verdicts import asked_for, gating
from tts_baseline.report import sheets, table
from tts_baseline.report.format import View, formats
from tts_baseline.session.outcome import explained

MEDIANS = sorted(gate for gate, spec in gates().items() if spec.decide == "median")
OF_RUNS = [name for name, of in formats().items() if of.spec.of == "run"]
DECISIVE = re.compile(r"regressed|improved", re.IGNORECASE)


def one_sentence_moved(gate: str, share: float) -> Outcome:
    """Of six cases one has a score of `share` of the accepted one; the others are as accepted."""
    metric = gates()[gate].name
    run = Maker().run(scores={metric: 30.0}, case_scores={(metric, "c0"): share * 30.0})
    baseline = baseline_of(quality=quality_of({metric: 30.0}))
    of_gate = [v for v in screened(run, baseline) if v.gate == gate]
    return outcome(run, of_gate, baseline=baseline)


@pytest.mark.parametrize("gate", MEDIANS)
@pytest.mark.parametrize("share", [0.1, 1.9])
def test_a_single_case_beneath_a_median_has_no_verdict_in_any_output(gate: str, share: float) -> None:
    found = one_sentence_moved(gate, share)
    (case,) = [v for v in found.verdicts if v.case == "c0"]
    assert case.status in ("worse", "better")
    assert [v.status for v in gating(found.verdicts)] == ["ok"]
    assert sheets.counts(found.verdicts) == "1 ok"
    pages = [formats()[name].render(found, View(verbose=v, width=200)) for name in OF_RUNS for v in (0, 1)]
    for page in (*pages, explained(found, found.verdicts), headline(case, "es")):
        assert not DECISIVE.search(page)
        assert case.status in page


def test_it_is_grey() -> None:
    rows = [verdict("snr", status, status, change=-9.0) for status in ("worse", "better")]
    shown = table.text(sheets.case_sheets(rows), color=True)
    assert "\x1b[90mworse" in shown
    assert "\x1b[90mbetter" in shown


@pytest.mark.parametrize(("share", "status"), [(0.1, "regressed"), (1.0, "ok"), (1.9, "improved")])
def test_where_a_test_asks_for_the_case_it_decides(share: float, status: str) -> None:
    found = one_sentence_moved("snr", share)
    (case,) = [asked_for(v) for v in found.verdicts if v.case == "c0"]
    assert case.status == status


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
