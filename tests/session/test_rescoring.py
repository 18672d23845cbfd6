"""Every score names the golden that it was scored against; another golden means scoring again."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.support import baselines
from tests.support.baselines import complaint
from tests.support.projects import close_to, left, make_project, measured, store_of, voice
from tests.support.runs import KEY, accepted
from tests.support.tones import TEXTS
from tts_baseline.baseline import files, pending
from tts_baseline.core.records import Run
from tts_baseline.session import run as running
from tts_baseline.session.accept import accept_run, record_missing
from tts_baseline.session.measurement.progress import silent
from tts_baseline.session.outcome import reopen, up_to_date
from tts_baseline.session.project import Project


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return make_project(tmp_path)


def snr(readings: Run) -> dict[str | None, float | None]:
    return {r.case: r.value for r in readings.readings if r.metric == "snr_golden"}


def pesq(readings: Run) -> dict[str | None, float | None]:
    return {r.case: r.value for r in readings.readings if r.metric == "pesq_wb"}


def test_measure_a_accept_b_compare_a_scores_a_against_b(project: Project) -> None:
    baselines.promoted(store_of(project), left(project, "r0", voice(1)))
    first = left(project, "r1", close_to(voice(1), 70))
    assert all(value > 60 for value in snr(reopen(project, "r1").run).values())
    baselines.promoted(store_of(project), left(project, "r2", voice(2)), accepted(1))
    again = reopen(project, "r1").run
    fresh = measured(project, "r3", close_to(voice(1), 70))
    for case in TEXTS:
        assert pesq(again)[case] == pytest.approx(pesq(fresh)[case], abs=0.01)
        assert pesq(again)[case] < 2
    assert again.goldens == fresh.goldens
    notes = {r.note for r in again.readings if r.metric == "pesq_wb"}
    assert all("scored again, from the recording" in note for note in notes)
    assert pending.load(first).goldens != again.goldens  # what was measured stays as it was


def test_a_run_whose_sound_was_accepted_since_scores_against_itself(project: Project) -> None:
    baselines.promoted(store_of(project), left(project, "r0", voice(1)))
    folder = left(project, "r1", voice(2))
    baselines.promoted(store_of(project), folder, accepted(1))
    assert set(snr(reopen(project, "r1").run).values()) == {100.0}


def test_without_a_golden_any_more_there_is_no_score(project: Project) -> None:
    baselines.promoted(store_of(project), left(project, "r0", voice(1)))
    left(project, "r1", voice(1))
    (store_of(project).folder / "quality.json").unlink()
    again = reopen(project, "r1").run
    assert set(snr(again).values()) == {None}
    assert again.goldens == {}


def test_a_tampered_recording_is_not_scored(project: Project) -> None:
    baselines.promoted(store_of(project), left(project, "r0", voice(1)))
    folder = left(project, "r1", close_to(voice(1), 70))
    baselines.promoted(store_of(project), left(project, "r2", voice(2)), accepted(1))
    path = folder / "audio" / "hola.flac"
    path.write_bytes(files.encode_flac(voice(2)["hola"]))
    error = complaint(reopen, project, "r1")
    assert "the recording of case 'hola' is not the one that run r1 measured" in error.what
    assert error.where == str(path)


def test_a_run_of_schema_1_does_not_say_what_it_was_scored_against(project: Project) -> None:
    baselines.promoted(store_of(project), left(project, "r0", voice(1)))
    folder = left(project, "r1", close_to(voice(1), 70))
    files.write_record(
        folder / "run.json", replace(pending.load(folder), version=1, recordings={}, goldens={})
    )
    again = reopen(project, "r1").run
    assert set(snr(again).values()) == {None}
    assert {r.reason for r in again.readings if r.metric == "snr_golden"} == {
        "the run does not say which golden it was scored against; measure again: tts-baseline run"
    }


def test_accepting_a_run_that_was_scored_against_another_golden_takes_its_own_sound(project: Project) -> None:
    baselines.promoted(store_of(project), left(project, "r0", voice(1)))
    left(project, "r1", close_to(voice(1), 70))
    baselines.promoted(store_of(project), left(project, "r2", voice(2)), accepted(1))
    accept_run(project, "r1", reason="as meant")
    assert {case.run for case in store_of(project).load(KEY).quality.cases.values()} == {"r1"}


def test_a_run_that_sounds_like_what_was_accepted_meanwhile_keeps_that_golden(project: Project) -> None:
    baselines.promoted(store_of(project), left(project, "r0", voice(1)))
    left(project, "r1", close_to(voice(2), 70))
    baselines.promoted(store_of(project), left(project, "r2", voice(2)), accepted(1))
    accept_run(project, "r1", reason="as meant")
    assert {case.run for case in store_of(project).load(KEY).quality.cases.values()} == {"r2"}


def run_during_which(project: Project, monkeypatch: pytest.MonkeyPatch, said, act) -> tuple:
    """A run that measures `said` while something else happens, and what is said meanwhile."""

    def take(*_: object, **__: object):
        taken = measured(project, "r9", said)
        act()
        return taken, said

    heard: list[str] = []
    progress = silent()
    monkeypatch.setattr(progress, "say", heard.append)
    monkeypatch.setattr(running, "take", take)
    return running.gate(project, project.cases, progress), heard


def test_accepting_while_a_run_measures_is_seen_by_the_run(project: Project, monkeypatch) -> None:
    baselines.promoted(store_of(project), left(project, "r0", voice(1)))
    other = left(project, "r1", voice(2))
    outcome, heard = run_during_which(
        project,
        monkeypatch,
        close_to(voice(1), 70),
        lambda: baselines.promoted(store_of(project), other, accepted(1)),
    )
    assert all(value < 2 for value in pesq(outcome.run).values())
    assert any("the baseline was changed while this ran" in line for line in heard)
    assert {case.run for case in store_of(project).load(KEY).quality.cases.values()} == {"r1"}
    assert next(v for v in outcome.verdicts if v.gate == "pesq_wb" and v.case is None).status != "ok"


def test_first_recordings_at_the_same_time_do_not_replace_each_other(project: Project, monkeypatch) -> None:
    other = left(project, "r1", voice(2))
    outcome, _ = run_during_which(
        project,
        monkeypatch,
        voice(1),
        lambda: baselines.promoted(store_of(project), other, accepted(1)),
    )
    quality = store_of(project).load(KEY).quality
    assert {case.run for case in quality.cases.values()} == {"r1"}
    assert [r.id for r in store_of(project).load(KEY).runs] == ["r1"]
    assert outcome.recorded == ()


def test_what_is_recorded_is_decided_under_the_lock(project: Project) -> None:
    left(project, "r1", voice(1))
    early = reopen(project, "r1")  # nothing is accepted yet
    baselines.promoted(store_of(project), left(project, "r2", voice(2)), accepted(1))
    assert record_missing(project, early) == ()
    assert {case.run for case in store_of(project).load(KEY).quality.cases.values()} == {"r2"}


def test_whether_a_run_is_a_change_is_decided_under_the_lock(project: Project, monkeypatch) -> None:
    """Somebody accepts a faster run after this one was named, and before it has the lock."""
    for number in range(4):
        baselines.promoted(store_of(project), left(project, f"r{number}", voice(1)), accepted(number))
    left(project, "r8", voice(1))
    faster = left(project, "r7", voice(1), seconds=0.05)
    locked = Project.baselines_locked

    def late(self: Project):
        monkeypatch.setattr(Project, "baselines_locked", locked)
        baselines.promoted(store_of(project), faster, accepted(5), changed=True)
        return locked(self)

    monkeypatch.setattr(Project, "baselines_locked", late)
    accept_run(project, "r8", reason="as meant")
    epochs = {r.id: r.acceptance.epoch for r in store_of(project).runs(KEY)}
    assert (epochs["r0"], epochs["r7"], epochs["r8"]) == (1, 2, 3)


def test_a_run_and_its_baseline_are_of_one_moment(project: Project) -> None:
    baselines.promoted(store_of(project), left(project, "r0", voice(1)))
    folder = left(project, "r1", voice(1))
    kept = pending.load(folder)
    again, baseline = up_to_date(project, folder, kept)
    assert again == kept
    assert baseline == store_of(project).load(KEY)
