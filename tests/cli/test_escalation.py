"""The screen calls the judge by itself, and both make one verdict. Changes are too large to miss."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.support.git_folder import Folder, new

# In development mode it takes longer, as everything does; here by a time that no machine can miss.
VOICE = """
import sys
import time
import types

import numpy as np

sys.modules["ops"] = types.ModuleType("ops")
sys.modules["ops"].__file__ = "_ops.py"  # as torch has one
SECONDS = {seconds}


def synthesize(text):
    time.sleep(SECONDS + 0.05 * sys.flags.dev_mode)
    return np.sin(np.arange(8000) / (10 + len(text))).astype("f4") / 2, 16000
"""

PROJECT = """
[tool.tts-baseline]
pipeline = "voice:synthesize"
suite = "cases.toml"
limits = { latency = "60%", cold_start = "100000%", memory = "100000%" }
"""

SUITE = """
[[case]]
id = "hola"
text = "Hola."
"""

SLOWER = {"PYTHONDEVMODE": "1"}


def started(root: Path) -> Folder:
    folder = new(root, PROJECT, SUITE, "baselines")
    (root / "voice.py").write_text(VOICE.format(seconds=0.01))
    folder.commit("one")
    return folder


@pytest.fixture
def folder(tmp_path) -> Folder:
    """Nothing was measured yet."""
    return started(tmp_path)


@pytest.fixture(scope="module")
def measured(tmp_path_factory) -> Folder:
    """One run was measured and accepted; never changed."""
    folder = started(tmp_path_factory.mktemp("measured"))
    done = folder.call("run", "--missing", "record")
    assert done.status == 0, done.out + done.err
    return folder


@pytest.fixture
def accepted(measured, tmp_path) -> Folder:
    """A copy of the project with its accepted run."""
    shutil.copytree(measured.root, tmp_path, dirs_exist_ok=True)
    return Folder(tmp_path)


def add_twins(folder: Folder, count: int) -> None:
    """So many more accepted runs, like the one that was measured."""
    (first,) = folder.root.glob("baselines/*/*/machines/*/*.json")
    page = json.loads(first.read_text())
    for number in range(count):
        twin = first.with_name(f"{first.stem}-{number}.json")
        twin.write_text(json.dumps(page | {"id": twin.stem}))


def latency(folder: Folder) -> dict[str, object]:
    newest = max(folder.root.glob(".tts-baseline/*/verdicts.json"))
    page = json.loads(newest.read_text())
    return next(v for v in page["verdicts"] if v["gate"] == "latency" and v["case"] is None)


def attributed(folder: Folder) -> tuple[object, ...]:
    """The status of the suite's latency, whether it is the environment's, and who decided."""
    verdict = latency(folder)
    return verdict["status"], verdict["is_environment"], verdict["decided_by"]


def test_a_slower_interpreter_is_the_environments_and_is_not_cleared(accepted) -> None:
    add_twins(accepted, 3)
    answer = accepted.call("run", **SLOWER)
    assert attributed(accepted) == ("regressed", True, "judge")
    assert answer.status == 1
    assert "(environment)" in answer.out
    assert accepted.is_tidy()
    # What is judged again later says the same.
    again = accepted.call("compare", "last")
    assert again.status == 1
    assert "(environment)" in again.out


def test_the_accepted_code_needs_no_judge_to_be_innocent(accepted) -> None:
    answer = accepted.call("run", "--against", "none", **SLOWER)
    assert attributed(accepted) == ("undecided", True, "screen")
    assert answer.status == 0
    assert "environment: the accepted run was of the same commit" in answer.out
    again = accepted.call("compare", "last")
    assert (again.status, "same commit" in again.out) == (0, True)


@pytest.mark.parametrize("lost", ["the voice", "every commit"])
def test_code_that_no_commit_holds_is_not_known_to_be_innocent(folder, lost: str) -> None:
    if lost == "the voice":
        folder.git("rm", "--quiet", "--cached", "voice.py")
        folder.git("commit", "--quiet", "-m", "without the voice")
    else:
        folder.git("update-ref", "-d", "HEAD")  # all is staged, as before a first commit
    recorded = folder.call("run", "--missing", "record")
    assert recorded.status == 0, recorded.out + recorded.err
    answer = folder.call("run", "--against", "none", **SLOWER)
    assert (answer.status, latency(folder)["status"]) == (1, "regressed")


def test_with_few_runs_the_environment_is_undecided_and_not_ok(accepted) -> None:
    answer = accepted.call("run", **SLOWER)
    verdict = latency(accepted)
    assert (verdict["status"], verdict["is_environment"]) == ("undecided", True)
    assert answer.status == 0
    assert "environment" in answer.out


def test_a_slower_commit_is_the_codes(accepted) -> None:
    (accepted.root / "voice.py").write_text(VOICE.format(seconds=0.06))
    answer = accepted.call("run")
    verdict = latency(accepted)
    assert (verdict["status"], verdict["is_environment"], verdict["decided_by"]) == (
        "regressed",
        False,
        "judge",
    )
    assert answer.status == 1
    assert "judge: this tree" in answer.out
    report = max(accepted.root.glob(".tts-baseline/*/report.md")).read_text()
    assert "what disturbed it" in report


def test_a_machine_without_a_baseline_is_judged_against_a_named_revision(folder) -> None:
    (folder.root / "voice.py").write_text(VOICE.format(seconds=0.06).replace("/ 2, 16000", "/ 4, 16000"))
    revision = folder.git("rev-parse", "main")
    answer = folder.call("run", "--against", revision, "--missing", "record")
    assert answer.status == 1
    assert latency(folder)["decided_by"] == "judge"
    judged = max(folder.root.glob(".tts-baseline/*/verdicts.json"))
    regressed = {
        v["gate"]: v for v in json.loads(judged.read_text())["verdicts"] if v["status"] == "regressed"
    }
    assert {*regressed} == {"latency", "level"}
    assert regressed["level"]["change"] == pytest.approx(-6.02, abs=0.01)  # by the base's own sound
    assert revision[:7] in answer.out
    assert revision not in answer.out + answer.err
    assert not list(
        Path(folder.root, "baselines").glob("*/*/machines/*/*.json")
    )  # a regression is not recorded


def test_where_no_case_can_be_said_there_is_nothing_to_judge(folder) -> None:
    (folder.root / "voice.py").write_text("def synthesize(text):\n    raise ValueError(text)\n")
    answer = folder.call("run", "--against", "main")
    assert answer.status == 1
    assert "ValueError: Hola." in answer.out
    assert "judging" not in answer.err
    assert "Traceback" not in answer.err
    assert max(folder.root.glob(".tts-baseline/*/report.md")).is_file()


def test_a_baseline_whose_commit_is_gone_leaves_the_screens_verdict(accepted) -> None:
    accepted.git("checkout", "--quiet", "--orphan", "other")
    accepted.commit("other")
    accepted.git("branch", "--quiet", "-D", "main")
    accepted.git("reflog", "expire", "--expire=now", "--all")
    accepted.git("gc", "--quiet", "--prune=now")
    answer = accepted.call("run", **SLOWER)
    assert re.search(r"the judge cannot help: no revision .*\(.+\); git ", answer.err)
    assert latency(accepted)["decided_by"] == "screen"


def test_a_revision_that_does_not_exist_is_said_before_anything_is_measured(folder) -> None:
    answer = folder.call("run", "--against", "nowhere")
    assert answer.status == 2
    assert "no revision 'nowhere'" in answer.err
    assert not list(folder.root.glob(".tts-baseline/*"))


def test_runs_that_were_accepted_on_a_busy_machine_make_no_gain(accepted) -> None:
    """Unchanged code, six times faster than what was accepted: the judge is asked, and sees nothing."""
    (first,) = accepted.root.glob("baselines/*/*/machines/*/*.json")
    page = json.loads(first.read_text())
    for reading in page["readings"]:
        if reading["metric"] == "latency":
            reading["values"] = [6 * value for value in reading["values"]]
            reading["value"] *= 6
    first.write_text(json.dumps(page))
    answer = accepted.call("run")
    assert answer.status == 0
    verdict = latency(accepted)
    assert (verdict["status"], verdict["cause"], verdict["judged"]["status"]) == (
        "better",
        "environment",
        "ok",
    )
    assert "better" in answer.out
    assert not [line for line in answer.out.splitlines() if "improved" in line and " votes: " not in line]
    taken = accepted.call("accept", "last", "--reason", "as fast as it is")
    assert taken.status == 0, taken.err
    assert "better than what was accepted, and no judge confirms it" in taken.err
    runs = [json.loads(path.read_text()) for path in accepted.root.glob("baselines/*/*/machines/*/*.json")]
    assert [run["acceptance"]["epoch"] for run in runs] == [1, 1]
