"""`tts-baseline accept` and `reject`: what becomes the baseline, and what goes."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.support.commands import (
    accepted,
    files,
    pending,
    refused,
)
from tts_baseline.baseline.pending import sealed


def test_accept_keeps_the_run_with_reason_and_author(project: Path, call) -> None:
    run = pending(project)[-1]
    answer = call("accept", "last", "--reason", "listened to two cases", "--json")
    assert answer.status == 0
    (path,) = json.loads(answer.out)["wrote"]
    assert accepted(project) == pending(project)
    acceptance = json.loads((project / path).read_text(encoding="utf-8"))["acceptance"]
    assert acceptance["reason"] == "listened to two cases"
    assert acceptance["author"]
    assert Path(path).stem == run


def test_accepting_twice_is_said_and_changes_nothing(project: Path, call) -> None:
    call("accept", "last", "--reason", "one")
    before = files(project)
    answer = call("accept", "last", "--reason", "two")
    assert (answer.status, answer.out) == (0, "wrote nothing: it is the baseline already\n")
    assert files(project) == before


def measured_while_others_used(project: Path, run: str, share: float | None) -> None:
    """The pending run says so of each of its processes; None: as an earlier version kept it."""
    path = project / ".tts-baseline" / run / "run.json"
    page = json.loads(path.read_text(encoding="utf-8"))
    for replicate in page["replicates"]:
        assert 0 <= replicate.pop("load")["others"] <= 1
        if share is not None:
            replicate["load"] = {"others": share, "stolen": 0.0}
    path.write_text(json.dumps(page), encoding="utf-8")
    path.with_suffix(".sha256").write_bytes(sealed(path.read_bytes()))


@pytest.mark.parametrize("seal", ["as it was", "gone", "a link", "made anew"])
def test_an_edited_run_is_not_accepted(project: Path, call, seal: str) -> None:
    """A reading is edited; without its digest, or with one that fits, nobody can tell."""
    run = pending(project)[-1]
    path = project / ".tts-baseline" / run / "run.json"
    kept = path.with_suffix(".sha256")
    path.write_bytes(path.read_bytes().replace(b'"metric":"level"', b'"metric":"level" ', 1))
    if seal in ("gone", "a link"):
        kept.unlink()
    if seal == "a link":
        kept.symlink_to(path)
    if seal == "made anew":
        kept.write_bytes(sealed(path.read_bytes()))
    before = files(project)
    answer = call("accept", "last", "--reason", "no other run")
    if seal in ("gone", "made anew"):
        assert answer.status == 0
        return
    refused(answer, f"run {run} is not as it was measured", f"tts-baseline reject {run}")
    assert files(project) == before
    assert call("compare", "last").status in (0, 1)


def test_a_run_of_a_busy_machine_is_accepted_with_a_warning(project: Path, call) -> None:
    run = pending(project)[-1]
    measured_while_others_used(project, run, 0.43)
    answer = call("accept", "last", "--reason", "no other machine")
    assert answer.status == 0
    assert accepted(project) == pending(project)
    assert f"{run}: the machine was busy: other processes used 43% of its CPU time" in answer.err
    assert f"tts-baseline reject {run}" in answer.err


def test_a_run_of_a_busy_machine_is_refused_under_strict(project: Path, call) -> None:
    one, other = pending(project)
    measured_while_others_used(project, one, 0.01)
    measured_while_others_used(project, other, 0.43)
    before = files(project)
    words = (f"run {other} is not accepted under --strict: the machine was busy", "leave --strict out")
    refused(call("accept", "last", "--strict", "--reason", "x"), *words)
    refused(call("accept", one, other, "--strict", "--reason", "x"), *words)
    assert files(project) == before


@pytest.mark.parametrize("share", [0.0, 0.1, None])
def test_a_run_of_a_quiet_machine_is_accepted_under_strict(project: Path, call, share: float | None) -> None:
    measured_while_others_used(project, pending(project)[-1], share)
    answer = call("accept", "last", "--strict", "--reason", "x")
    assert (answer.status, answer.err) == (0, "")
    assert accepted(project) == pending(project)


def test_accept_all_is_possible_where_the_first_was_recorded(project: Path, call) -> None:
    answer = call("accept", *pending(project), "--reason", "four sessions")
    assert answer.status == 0, answer.err
    assert accepted(project) == pending(project)


@pytest.mark.parametrize("reason", [["--reason", ""], ["--reason", "  "], []])
def test_a_reason_is_not_blank(project: Path, call, reason: list[str]) -> None:
    refused(call("accept", "last", *reason), "accepting needs a reason", "tts-baseline accept last")
    assert len(accepted(project)) == 1


def test_nothing_is_accepted_in_ci(project: Path, call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    before = files(project)
    answer = call("accept", "last", "--reason", "green")
    refused(answer, "baselines are not accepted in CI", 'tts-baseline accept last --reason "..."')
    assert files(project) == before


def test_a_downloaded_folder_is_accepted_with_those_same_samples(project: Path, call) -> None:
    run = pending(project)[-1]
    download = (project / ".tts-baseline" / run).rename(project / "artifact")
    shutil.rmtree(project / ".tts-baseline")
    shutil.rmtree(project / "baselines")
    assert call("accept", str(download), "--reason", "from CI").status == 0
    assert accepted(project) == [run]
    goldens = [*project.glob("baselines/*/*/golden/*.flac")]
    assert len(goldens) == 2
    for path in goldens:
        case, _, _ = path.name.partition(".")
        assert path.read_bytes() == (download / "audio" / f"{case}.flac").read_bytes()


def test_a_download_without_its_audio_is_refused(project: Path, call) -> None:
    shutil.rmtree(project / "baselines")
    shutil.rmtree(project / ".tts-baseline" / pending(project)[-1] / "audio")
    answer = call("accept", "last", "--reason", "x")
    refused(answer, "the recording of case 'hola' is missing", "download the whole folder")
    assert not (project / "baselines").exists()


def test_a_run_belongs_to_its_own_pipeline_whichever_is_chosen_now(project: Path, call) -> None:
    settings = project / "pyproject.toml"
    settings.write_text(settings.read_text().replace("voice:synthesize", "espeak"))
    assert call("accept", "last", "--reason", "x").status == 0
    assert {path.name for path in (project / "baselines").iterdir()} == {"voice-synthesize", "schema"}
    assert accepted(project) == pending(project)
    page = json.loads(call("compare", "last", "--json").out)
    assert "no baseline" not in {v["status"] for v in page["verdicts"]}


@pytest.mark.parametrize("command", [["compare"], ["accept", "--reason", "x"]])
def test_a_damaged_run_or_baseline_is_named(project: Path, call, command: list[str]) -> None:
    quality = next(project.glob("baselines/*/*/quality.json"))
    quality.write_bytes(quality.read_bytes()[:100])
    refused(call(*command, "last"), "the file is damaged", f"git checkout -- {re.escape(str(quality))}")
    run = project / ".tts-baseline" / pending(project)[-1] / "run.json"
    run.write_text("{}")
    answer = call(*command, run.parent.name)
    refused(answer, "the file is damaged", f"tts-baseline reject {run.parent.name}")
    assert str(run.relative_to(project)) in answer.err


def test_reject_removes_the_run_and_nothing_else(project: Path, call) -> None:
    first, last = pending(project)
    answer = call("reject", "last", "--json")
    assert (answer.status, json.loads(answer.out)) == (0, {"removed": [f".tts-baseline/{last}"]})
    assert pending(project) == [first]
    assert accepted(project) == [first]
    assert call("reject", first).out == f"removed .tts-baseline/{first}\n"
    refused(call("reject", "last"), "no pending run is called 'last'", "tts-baseline run")


def test_without_a_run_those_that_are_pending_are_listed(project: Path, call) -> None:
    first, last = pending(project)
    before = files(project)
    answer = call("accept")
    assert (answer.status, answer.err) == (0, "")
    lines = answer.out.splitlines()
    assert lines[0].startswith(f"{last}  20")
    assert lines[0].endswith("  voice:synthesize cpu, suite cases, cases: 2  = last")
    assert lines[1].endswith("  accepted")
    assert lines[2] == (
        '  next   tts-baseline accept last --reason "..."; tts-baseline compare RUN; tts-baseline reject RUN'
    )
    assert call("reject").out == answer.out
    (project / ".tts-baseline" / last / "run.json").write_text("{}")
    assert call("accept").out.splitlines()[0].endswith(f"; tts-baseline reject {last}")
    assert [run["id"] for run in json.loads(call("accept", "--json").out)] == [last, first]
    (project / ".tts-baseline" / last / "run.json").write_bytes(
        before[project / ".tts-baseline" / last / "run.json"]
    )
    assert files(project) == before


def test_a_reason_without_a_run_is_refused(project: Path, call) -> None:
    refused(call("accept", "--reason", "x"), "no run is named", "tts-baseline accept last")
    shutil.rmtree(project / ".tts-baseline")
    assert "no run is pending" in call("accept").out


@pytest.mark.parametrize("second", ["damaged", "gone"])
def test_of_several_runs_all_are_accepted_or_none(project: Path, call, second: str) -> None:
    shutil.rmtree(project / "baselines")
    first, last = pending(project)
    (project / ".tts-baseline" / last / "run.json").write_text("{}")
    before = files(project)
    names = [first, last if second == "damaged" else "gone"]
    refused(call("accept", *names, "--reason", "x"), ".*: none of the 2 runs is accepted", "tts-baseline")
    assert files(project) == before
    assert call("accept", first, "--reason", "x").status == 0


def test_a_damaged_newest_run_does_not_block_last(project: Path, call) -> None:
    first, last = pending(project)
    (project / ".tts-baseline" / last / "run.json").write_text("{}")
    for command in (["compare"], ["report"], ["accept", "--reason", "x"]):
        answer = call(*command, "last")
        assert answer.status == 0, answer.err
        assert f"{last} is passed over: the file is damaged" in answer.err
        assert f"(tts-baseline reject {last})" in answer.err
    assert call("reject", "last").out == f"removed .tts-baseline/{last}\n"
    assert pending(project) == [first]
