"""Two revisions side by side: real repositories and workers. Changes are too large to miss."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.git_folder import Folder
from tests.support.revisions import commit, started, write


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return started(tmp_path)


def test_the_working_tree_is_compared_with_the_revision_not_with_itself(folder) -> None:
    write(folder, 0.05)  # dirty: not committed
    answer = folder.call("compare", "--against", "main")
    assert answer.status == 1
    assert "REGRESSED" in answer.out
    assert "latency" in answer.out
    assert "judging 2 cases against main" in answer.err
    head = folder.git("rev-parse", "HEAD")[:7]
    assert f"this tree ({head} with uncommitted changes) against main ({head})" in answer.out
    assert "because" not in answer.out  # the same file, at another place
    assert "calls of each: voice.Voice.synthesize +" in answer.out
    (drawn,) = folder.root.glob(".tts-baseline/judge-*/profile.svg")
    assert "voice.Voice.synthesize: +" in drawn.read_text()
    assert folder.git("status", "--porcelain").split() == ["M", "voice.py"]
    assert folder.is_tidy()


def test_the_other_way_round_it_is_improved_and_json_says_all(folder) -> None:
    commit(folder, 0.05)
    commit(folder, 0.01)
    answer = folder.call("compare", "--against", "HEAD~1", "--json")
    assert answer.status == 0
    page = json.loads(answer.out)
    latency = next(v for v in page["verdicts"] if v["gate"] == "latency" and v["case"] is None)
    assert (latency["status"], latency["decided_by"]) == ("improved", "judge")
    assert latency["where"].startswith("model -")
    assert "post" in latency["where"].partition(" unchanged")[0].rpartition(";")[2]
    assert page["against"]["commit"] == folder.git("rev-parse", "HEAD~1")
    kept = Path(page["folder"])
    assert (kept / "judge.json").is_file()
    assert "what disturbed it" in (kept / "report.md").read_text()
    assert folder.is_tidy()


def test_two_configurations_of_one_revision(folder) -> None:
    answer = folder.call("compare", "--optimize", "turtle", "--against-optimize", "none")
    assert answer.status == 1
    assert "against optimize none" in answer.out
    assert "latency regressed: because optimize none -> turtle" in answer.out
    assert "2 of 2 cases identical, sample by sample" in answer.out


def test_how_both_configurations_sound_is_judged_beside_the_gain(folder) -> None:
    answer = folder.call("compare", "--optimize", "none", "--against-optimize", "turtle,quiet", "--json")
    assert answer.status == 1
    page = json.loads(answer.out)
    latency = next(v for v in page["verdicts"] if v["gate"] == "latency" and v["case"] is None)
    assert latency["status"] == "improved"
    regressed = [(v["gate"], v["decided_by"]) for v in page["verdicts"] if v["status"] == "regressed"]
    assert regressed == [("level", "judge")]
    assert page["sound"]["cases"] == ["hola", "adios"]
    assert page["sound"]["identical"] == []
    changes = {change["metric"]: change for change in page["sound"]["changes"]}
    assert changes["level"]["change"] == pytest.approx(6.02, abs=0.01)
    report = (Path(page["folder"]) / "report.md").read_text()
    assert "0 of 2 cases identical" in report


def telling(folder: Folder, said: str) -> None:
    """The voice tells what it reads out, with another word for amigo."""
    write(folder, 0.01)
    voice = folder.root / "voice.py"
    told = f"stages=stages, text=request.text.replace('amigo', {said!r}))"
    voice.write_text(voice.read_text().replace("stages=stages)", told))


def test_a_word_that_is_read_otherwise_than_in_the_revision_is_regressed_with_the_change_shown(
    folder,
) -> None:
    telling(folder, "amigo")
    folder.commit("it tells")
    telling(folder, "camarada")
    answer = folder.call("compare", "--against", "HEAD")
    assert answer.status == 1
    assert "[-amigo.-]{+camarada.+}" in answer.out
    project = folder.root / "pyproject.toml"
    project.write_text(project.read_text().replace("limits = {", 'limits = { text = "1 words",'))
    same = folder.call("compare", "--against", "HEAD", "--json")
    page = json.loads(same.out)
    words = {v["case"]: v["status"] for v in page["verdicts"] if v["family"] == "text"}
    assert words == {None: "ok", "hola": "ok", "adios": "ok"}


def test_a_revision_that_does_not_tell_what_it_reads_has_no_verdict_on_it(folder) -> None:
    telling(folder, "amigo")
    answer = folder.call("compare", "--against", "HEAD", "--json")
    assert not [v for v in json.loads(answer.out)["verdicts"] if v["family"] == "text"]
