"""Two revisions side by side: real repositories, workers and signals. Changes are too large to miss."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.git_folder import SCRIPT, Folder, new, workers

VOICE = """
import time

import numpy as np

SECONDS = {seconds}


class Voice:
    def __init__(self, voice="ana", optimize=()):
        self.factor = 3.0 if "turtle" in optimize else 1.0
        self.level = 0.25 if "quiet" in optimize else 0.5

    def synthesize(self, request):
        from tts_baseline import Utterance

        begun = time.perf_counter()
        time.sleep(SECONDS * self.factor)
        made = time.perf_counter()
        samples = np.sin(np.arange(8000) / (10 + len(request.text))).astype("f4") * self.level
        stages = {{"model": made - begun, "post": time.perf_counter() - made}}
        return Utterance(samples=samples, sample_rate=16000, stages=stages)
"""

PROJECT = """
[tool.tts-baseline]
pipeline = "voice:Voice"
suite = "cases.toml"
limits = { latency = "50%", cold_start = "100000%", memory = "100000%" }
"""

SUITE = """
[[case]]
id = "hola"
text = "Hola."

[[case]]
id = "adios"
text = "Adiós, amigo."
"""


def write(folder: Folder, seconds: float) -> None:
    (folder.root / "voice.py").write_text(VOICE.format(seconds=seconds))


def commit(folder: Folder, seconds: float) -> None:
    write(folder, seconds)
    folder.commit(f"{seconds} seconds")


@pytest.fixture
def folder(tmp_path) -> Folder:
    folder = new(tmp_path, PROJECT, SUITE)
    commit(folder, 0.01)
    return folder


def test_the_working_tree_is_compared_with_the_revision_not_with_itself(folder) -> None:
    write(folder, 0.05)  # dirty: not committed
    answer = folder.call("compare", "--against", "main")
    assert answer.status == 1
    assert "REGRESSED" in answer.out
    assert "latency" in answer.out
    assert "judging 2 cases against main" in answer.err
    head = folder.git("rev-parse", "HEAD")[:7]
    assert f"this tree ({head} with uncommitted changes) against main ({head})" in answer.out
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
    assert "2 of 2 cases identical, sample by sample" in answer.out


def test_how_both_configurations_sound_stands_beside_the_gain(folder) -> None:
    answer = folder.call("compare", "--optimize", "none", "--against-optimize", "turtle,quiet", "--json")
    assert answer.status == 0
    page = json.loads(answer.out)
    latency = next(v for v in page["verdicts"] if v["gate"] == "latency" and v["case"] is None)
    assert latency["status"] == "improved"
    assert page["sound"]["cases"] == ["hola", "adios"]
    assert page["sound"]["identical"] == []
    changes = {change["metric"]: change for change in page["sound"]["changes"]}
    assert changes["level"]["change"] == pytest.approx(6.02, abs=0.01)
    report = (Path(page["folder"]) / "report.md").read_text()
    assert "0 of 2 cases identical" in report


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "say what to compare: a RUN, --against REV, or --against-optimize A,B"),
        (("--against", "main", "--against-optimize", "none"), "(one of them)"),
        (("last", "--against", "main"), "leave RUN out"),
        (("--against", "auto"), "auto is the revision of the baseline"),
        (("--against", "mian"), "no revision 'mian' (did you mean 'main'?)"),
        (("--against", "main", "--budget", "0.5"), "a budget of 500.0 ms is too small for the judge"),
    ],
)
def test_what_cannot_be_compared_is_said_with_the_next_command(folder, words, message) -> None:
    answer = folder.call("compare", *words)
    assert answer.status == 2
    assert message in answer.err
    assert "  next   " in answer.err
    assert "Traceback" not in answer.err
    assert folder.is_tidy()


@pytest.mark.parametrize("held", [True, False], ids=["held by git", "an environment"])
def test_a_library_of_the_working_tree_must_not_be_the_bases(folder, held) -> None:
    library = folder.root / "lib" / "words.py"
    library.parent.mkdir()
    library.write_text("")
    voice = folder.root / "voice.py"
    voice.write_text("import words\n" + voice.read_text())
    if not held:
        (folder.root / ".gitignore").write_text("lib\n.tts-baseline\n__pycache__\n")
    folder.commit("a library")
    answer = folder.call("compare", "--against", "main", PYTHONPATH=str(library.parent))
    assert answer.status == (2 if held else 0), answer.err
    assert (f"would run the working tree's code: {library}" in answer.err) is held
    assert folder.is_tidy()


def test_the_bases_interpreter_is_seen_from_the_projects_folder(folder) -> None:
    other = folder.root / "env" / "python"
    other.parent.mkdir()
    other.write_text(f'#!/bin/sh\necho called >> {folder.root}/called\nexec {sys.executable} "$@"\n')
    other.chmod(0o755)
    answer = folder.call("compare", "--against", "main", "--base-python", "env/python", "--json")
    assert answer.status == 0, answer.err
    kept = json.loads((Path(json.loads(answer.out)["folder"]) / "judge.json").read_text())
    called = (folder.root / "called").read_text().split()
    assert len(called) == 1 + len(kept["restarts"]) + kept["again"]  # the pilot, and each restart
    answer = folder.call("compare", "--against", "main", "--base-python", "env/pithon")
    assert answer.status == 2
    assert "the pipeline of main" in answer.err
    assert f"No such file or directory: '{folder.root}/env/pithon'" in answer.err
    assert folder.is_tidy()


def test_a_file_that_only_the_bases_settings_name_is_shared(folder) -> None:
    project = folder.root / "pyproject.toml"
    voice = folder.root / "voice.py"
    voice.write_text(
        voice.read_text().replace("        self.factor", "        open(voice).close()\n        self.factor")
    )
    (folder.root / ".gitignore").write_text("*.bin\n.tts-baseline\n__pycache__\n")
    for name in ("one.bin", "two.bin"):
        (folder.root / name).write_text(name)
        project.write_text(f'{PROJECT}\n[tool.tts-baseline.pipelines."voice:Voice"]\nvoice = "{name}"\n')
        folder.commit(name)
    answer = folder.call("compare", "--against", "HEAD~1")
    assert answer.status == 0, answer.err
    assert "both read one.bin" in answer.out
    assert "both read two.bin" in answer.out


def test_a_base_that_no_longer_imports_is_named(folder) -> None:
    (folder.root / "voice.py").write_text("import no_such_module\n")
    folder.git("commit", "--quiet", "-am", "broken")
    commit(folder, 0.01)
    answer = folder.call("compare", "--against", "HEAD~1")
    assert answer.status == 2
    assert "the pipeline of HEAD~1" in answer.err
    assert "no_such_module" in answer.err
    assert "--base-python" in answer.err
    assert folder.is_tidy()


def test_a_base_whose_settings_are_unknown_is_named(folder) -> None:
    text = (folder.root / "pyproject.toml").read_text()
    (folder.root / "pyproject.toml").write_text(text + 'magic = "yes"\n')
    folder.git("commit", "--quiet", "-am", "magic")
    (folder.root / "pyproject.toml").write_text(text)
    answer = folder.call("compare", "--against", "main")
    assert answer.status == 2
    assert "the settings of main cannot be read: unknown setting 'magic'" in answer.err
    assert folder.is_tidy()


def test_outside_git_there_is_no_revision(folder) -> None:
    subprocess.run(["rm", "-rf", str(folder.root / ".git")], check=True)
    answer = folder.call("compare", "--against", "main", GIT_CEILING_DIRECTORIES=str(folder.root.parent))
    assert answer.status == 2
    assert "not in a git work tree" in answer.err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_interrupted_it_leaves_nothing_behind(folder, number) -> None:
    commit(folder, 0.2)
    process = subprocess.Popen(
        [str(SCRIPT), "compare", "--against", "HEAD~1"],
        cwd=folder.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if "judging" in line:
            break
    deadline = time.monotonic() + 30
    while len(workers(folder.root)) < 1 and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted" in err
    assert "Traceback" not in err
    assert folder.is_tidy()
    again = folder.call("compare", "--against", "HEAD~1", "--budget", "0.5")
    assert "waiting: another run measures" not in again.err  # the lock is free
