"""`tts-baseline run`: what is measured, recorded, said, and left where it is interrupted."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.support.commands import (
    VOICE,
    accepted,
    alone,
    new_project,
    pending,
    refused,
)
from tests.support.git_folder import Answer

SLOW_VOICE = """
import os, time
from pathlib import Path


class Voice:
    def load(self):
        {load}

    def synthesize(self, request):
        {speak}


def meanwhile():
    Path("worker.pid.part").write_text(str(os.getpid()))
    Path("worker.pid.part").rename("worker.pid")
    time.sleep(600)
"""


def test_two_sessions_are_two_runs_and_one_json_document(measured: tuple[Path, Answer]) -> None:
    folder, answer = measured
    assert answer.status == 0, answer.err
    pages = json.loads(answer.out)
    assert sorted(page["run"] for page in pages) == pending(folder)
    assert len(pages) == 2
    for page in pages:
        assert json.loads(Path(page["folder"], "verdicts.json").read_text(encoding="utf-8")) == page
        assert (page["pipeline"], page["suite"]) == ("voice:synthesize", "cases")
        assert page["failures"] == []
    assert {v["status"] for v in pages[0]["verdicts"]} == {"no baseline"}
    assert "no baseline" not in {v["status"] for v in pages[1]["verdicts"]}


def test_the_first_run_is_recorded_by_itself(measured: tuple[Path, Answer]) -> None:
    folder, _ = measured
    assert accepted(folder) == pending(folder)[:1]
    goldens = {
        f"{path.name.partition('.')[0]}.flac": path.read_bytes()
        for path in folder.glob("baselines/*/*/golden/*")
    }
    audio = folder / ".tts-baseline" / pending(folder)[0] / "audio"
    assert goldens == {path.name: path.read_bytes() for path in audio.iterdir()}


def test_progress_is_no_part_of_the_result(measured: tuple[Path, Answer]) -> None:
    _, answer = measured
    assert "measuring 2 cases" in answer.err
    assert "measuring" not in answer.out


def test_a_run_from_inside_the_project_is_the_projects(project: Path, monkeypatch, call) -> None:
    (project / "deep" / "er").mkdir(parents=True)
    monkeypatch.chdir(project / "deep" / "er")
    answer = call("compare", "last", "--json")
    assert answer.status == 0
    assert json.loads(answer.out)["run"] == pending(project)[-1]


def test_a_regression_is_exit_status_1_and_says_what_to_do(project: Path, call) -> None:
    (project / "voice.py").write_text(VOICE.replace("8000", "9000"), encoding="utf-8")
    answer = call("run")
    assert answer.status == 1
    assert re.search(r"^REGRESSED +duration ", answer.out, re.MULTILINE)
    run = pending(project)[-1]
    assert f"tts-baseline compare {run}" in answer.out
    assert f"tts-baseline accept  {run}" in answer.out
    assert len(accepted(project)) == 1

    assert call("compare", run).status == 1
    assert call("accept", run, "--reason", "slower speech is meant").status == 0
    assert call("compare", run).status == 0


def test_missing_fail_makes_a_first_run_fail_and_records_nothing(project: Path, call) -> None:
    shutil.rmtree(project / "baselines")
    answer = call("compare", "last", "--missing", "fail", "--json")
    assert answer.status == 1
    assert {v["status"] for v in json.loads(answer.out)["verdicts"]} == {"no baseline"}
    assert not (project / "baselines").exists()


def test_a_pipeline_that_cannot_be_loaded_is_named(tmp_path: Path, monkeypatch, call) -> None:
    monkeypatch.chdir(new_project(tmp_path, "import no_such_library\n"))
    refused(call("run"), "the pipeline 'voice:synthesize' cannot be loaded.*no_such_library", "python -c")
    assert pending(tmp_path) == []


@pytest.mark.parametrize(
    ("load", "speak"), [("meanwhile()", "pass"), ("pass", "meanwhile()")], ids=["loading", "speaking"]
)
def test_ctrl_c_leaves_no_worker_and_stores_nothing(tmp_path: Path, load: str, speak: str) -> None:
    new_project(tmp_path, SLOW_VOICE.format(load=load, speak=speak))
    command = "import sys, tts_baseline.cli as cli; sys.exit(cli.main(['run', '--pipeline', 'voice:Voice']))"
    session = subprocess.Popen(
        [sys.executable, "-c", command],
        cwd=tmp_path,
        env=alone(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    note = tmp_path / "worker.pid"
    while not note.exists():
        assert session.poll() is None, session.communicate()
        time.sleep(0.02)
    worker = psutil.Process(int(note.read_text()))
    session.send_signal(signal.SIGINT)
    _, err = session.communicate()
    assert session.returncode == 130
    assert "tts-baseline: interrupted; what was not measured to its end is not stored" in err
    assert "Traceback" not in err
    assert not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE
    assert not (tmp_path / "baselines").exists()
    assert not (tmp_path / ".tts-baseline").exists()
