"""What is read out against what was accepted: which words count as changed, and what is said of them."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.support.baselines import HOLA, baseline_of, quality_of
from tests.support.runs import CASES, Maker
from tests.support.verdicts import outcome, screened
from tts_baseline.core.records import Baseline, Run
from tts_baseline.core.verdict import Rewording, Verdict, Verdicts
from tts_baseline.gate import explain
from tts_baseline.gate.rewordings import rewordings, words
from tts_baseline.gate.verdicts import changed, fails, gating
from tts_baseline.report.format import View
from tts_baseline.report.formats import html, junit, markdown, terminal

SAID = "el tren sale a las diez de la noche"
TOLD = dict.fromkeys(CASES, (SAID,))


def told(texts: Mapping[str, tuple[str, ...]] = TOLD, **fields) -> Run:
    return replace(Maker().run(**fields), texts=dict(texts))


def accepting(texts: Mapping[str, tuple[str, ...]] = TOLD) -> Baseline:
    quality = quality_of({})
    cases = {name: replace(case, texts=texts.get(name, ())) for name, case in quality.cases.items()}
    return baseline_of(quality=replace(quality, cases=cases))


def judged(run: Run, baseline: Baseline, **limits: str) -> dict[str | None, Verdict]:
    return {v.case: v for v in screened(run, baseline, **limits) if v.family == "text"}


def test_the_same_words_are_ok_everywhere() -> None:
    verdicts = judged(told(), accepting())
    assert list(verdicts) == [None, *CASES]
    assert {(v.status, v.change, v.cause) for v in verdicts.values()} == {("ok", 0, "")}


@pytest.mark.parametrize(
    ("now", "change", "shown"),
    [
        ("el tren sale a las 10 de la noche", 1, "a las [-diez-]{+10+} de la"),
        ("el tren sale a las diez y media de la noche", 2, "las diez {+y media+} de la"),
        ("el tren sale de la noche", 3, "tren sale [-a las diez-] de la"),
        ("El tren sale a las diez de la noche", 1, "[-el-]{+El+} tren sale"),
        ("el tren sale a las diez de la noche.", 1, "de la [-noche-]{+noche.+}"),
        ("", 9, f"[-{SAID}-]"),
        ("el tren sale\na las  diez de la noche ", 0, ""),
    ],
)
def test_a_word_is_what_stands_between_blanks(now: str, change: int, shown: str) -> None:
    verdict = judged(told(TOLD | {"c2": (now,)}), accepting())["c2"]
    assert (verdict.status, verdict.change) == ("regressed" if change else "ok", change)
    assert explain.reason(verdict) == shown


def test_one_case_fails_the_suite_and_is_named_with_its_words() -> None:
    verdicts = judged(told(TOLD | {"c2": (f"{SAID} buena",)}), accepting())
    assert {case: v.status for case, v in verdicts.items() if v.status != "ok"} == {
        None: "regressed",
        "c2": "regressed",
    }
    suite = verdicts[None]
    assert (suite.baseline, suite.current, suite.change) == (54, 55, 1)
    assert suite.grounds.rewordings == (Rewording("c2", "", "buena", "la noche", ""),)
    assert explain.reason(suite) == "read otherwise in 1 of 6 cases: c2 la noche {+buena+}"
    assert fails(suite, missing="record", undecided="warn")
    assert not changed(Verdicts(screen=(suite,), combined=(suite,)))  # times begin no new epoch


def test_many_changes_are_cut_for_the_screen_and_kept_whole() -> None:
    verdicts = judged(told(dict.fromkeys(CASES, ("El tren sale a las 10 de la Noche",))), accepting())
    assert explain.reason(verdicts[None]).count("{+") == 8
    assert explain.reason(verdicts[None]).endswith(" and 10 more")
    assert len(verdicts[None].grounds.rewordings) == 18


def test_a_limit_allows_as_many_words_a_case() -> None:
    now = told(TOLD | {"c2": (f"{SAID} muy buena",)})
    assert judged(now, accepting(), text="2 words")["c2"].status == "ok"
    assert judged(now, accepting(), text="1 words")["c2"].status == "regressed"


def test_a_pipeline_that_never_told_has_no_verdict() -> None:
    assert judged(told({}), accepting({})) == {}
    failed = told({}, failures=["c5"])
    assert "text" not in {v.family for v in screened(failed, accepting({}))}


def test_a_case_that_was_told_and_is_not_now_is_invalid() -> None:
    verdicts = judged(told({}), accepting())
    assert {v.status for v in verdicts.values()} == {"invalid"}
    silent = {case: texts for case, texts in TOLD.items() if case != "c1"}
    verdicts = judged(told(silent), accepting())
    assert (verdicts[None].status, verdicts["c1"].status) == ("ok", "invalid")
    assert verdicts["c1"] in gating(verdicts.values())


@pytest.mark.parametrize(
    ("baseline", "text", "cause"),
    [
        (Baseline(), "hola", "nothing accepted"),
        (accepting({}), "hola", "new metric"),
        (accepting(), "adiós", "new text"),
        (baseline_of(quality=quality_of({}, {"other": "hola"})), "hola", "new case"),
    ],
)
def test_what_was_not_accepted_has_no_baseline(baseline: Baseline, text: str, cause: str) -> None:
    verdicts = judged(told(text=text), baseline)
    assert {(v.status, v.cause) for v in verdicts.values()} == {("no baseline", cause)}
    assert verdicts[None].current == 54


def test_every_process_has_to_read_what_was_accepted() -> None:
    other = "el tren sale a las 10 de la noche"
    both = TOLD | {"c2": (SAID, other)}
    verdict = judged(told(both), accepting())["c2"]
    assert (verdict.status, verdict.cause) == ("regressed", "unsteady")
    assert explain.reason(verdict) == "differs from process to process; a las [-diez-]{+10+} de la"
    assert judged(told(TOLD | {"c2": (other,)}), accepting(both))["c2"].status == "ok"
    assert judged(told(both), accepting(both))["c2"].status == "ok"


def test_every_form_shows_the_words() -> None:
    now = told(TOLD | {"c2": ("el tren sale a las 10 de la noche",)})
    shown = outcome(now, screened(now, accepting()), baseline=accepting())
    diff = "a las [-diez-]{+10+} de la"
    assert diff in " ".join(terminal.render(shown, View()).split())
    assert diff in junit.render(shown, View())
    assert diff in html.render(shown, View())
    assert diff in markdown.render(shown, View()).replace("\\", "")


TEXT = st.lists(st.sampled_from(["uno", "dos", "tres", "y"]), max_size=12).map(" ".join)


@given(TEXT, TEXT)
@settings(max_examples=200)
def test_no_change_of_words_passes(before: str, now: str) -> None:
    changes = rewordings(before, now)
    assert bool(words(changes)) is (before != now)
    left, new = before.split(), now.split()
    for change in changes:
        assert change.before or change.now
        assert change.before in " ".join(left)
        assert change.now in " ".join(new)
    grown = sum(len(c.now.split()) - len(c.before.split()) for c in changes)
    assert grown == len(new) - len(left)


def test_the_cases_of_these_tests_are_those_of_the_maker() -> None:
    assert HOLA.keys() == TOLD.keys()
