"""What a first recording is called, and the accepted cases that a suite has no more."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.support import baselines
from tests.support.baselines import baseline_of, quality_of
from tests.support.projects import SUITE, left, make_project, store_of, voice
from tests.support.runs import run
from tests.support.verdicts import verdict
from tts_baseline.gate.newness import newness
from tts_baseline.report.format import View
from tts_baseline.report.formats import markdown, terminal
from tts_baseline.session.outcome import failing, reopen
from tts_baseline.session.project import Project, open_project

HEARD = quality_of({})


@pytest.mark.parametrize(
    ("causes", "quality", "runs", "said"),
    [
        ([("stoi", None, "nothing accepted")], None, 0, "there was no baseline"),
        ([("stoi", None, "new metric"), ("stoi", "hola", "new metric")], HEARD, 1, "new metric stoi"),
        ([("stoi", "hola", "new case"), ("snr", "hola", "new case")], HEARD, 1, "new case hola"),
        ([("stoi", name, "new case") for name in "abc"], HEARD, 1, "3 new cases"),
        ([("stoi", None, "new metric"), ("snr", None, "new metric")], HEARD, 1, "2 new metrics"),
        ([], HEARD, 0, "first run on this machine"),
        ([("stoi", None, "new metric")], HEARD, 0, "new metric stoi; first run on this machine"),
        ([("stoi", "hola", "new text")], HEARD, 1, ""),
    ],
)
def test_a_recording_says_what_it_is_the_first_of(causes, quality, runs, said):
    decided = [verdict(gate, "no baseline", case, cause=cause) for gate, case, cause in causes]
    assert newness(decided, replace(baseline_of([run()] * runs), quality=quality)) == said


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return make_project(tmp_path)


def without(project: Project, *cases: str) -> Project:
    """The project once these cases are deleted from its suite."""
    kept = [table for table in SUITE.split("[[case]]")[1:] if not any(f'"{case}"' in table for case in cases)]
    (project.root / "cases.toml").write_text("".join(f"[[case]]{table}" for table in kept))
    return open_project(project.root, {})


def test_a_deleted_case_is_named_and_fails_nothing(project: Project) -> None:
    baselines.promoted(store_of(project), left(project, "r0", voice(1)))
    assert reopen(project, "r0").notes == ()
    said = voice(1)
    (lost, *_) = said
    shorter = without(project, lost)
    left(shorter, "r1", {case: said[case] for case in said if case != lost})
    outcome = reopen(shorter, "r1")
    line = f"1 accepted case is no longer in the suite: {lost}"
    assert outcome.notes == (line,)
    assert line in terminal.render(outcome, View())
    assert f"- {line}" in markdown.render(outcome, View())
    assert failing(shorter, outcome.verdicts) == ()


def test_cases_that_were_not_chosen_or_are_of_another_suite_are_not_gone(project: Project) -> None:
    baselines.promoted(store_of(project), left(project, "r0", voice(1)))
    said = voice(1)
    (chosen, *_) = said
    left(project, "r1", {chosen: said[chosen]})
    assert reopen(project, "r1").notes == ()
    other = without(project, *list(said)[1:])
    (project.root / "cases.toml").rename(project.root / "others.toml")
    other = open_project(project.root, {"suite": "others.toml"})
    assert reopen(other, "r1").notes == ()
