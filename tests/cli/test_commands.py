"""The commands in a small project of its own: two cases, a pipeline of five lines, real workers."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.support.git_folder import Answer
from tts_baseline.cli import main
from tts_baseline.core.errors import TtsBaselineError

COMMANDS = ("run", "compare", "accept", "reject", "report", "review", "certify", "plan", "doctor")
SCRIPT = Path(sys.executable).with_name("tts-baseline")

VOICE = """
import numpy as np

LENGTH = 8000


def synthesize(text):
    return np.sin(np.arange(LENGTH) / (10 + len(text))).astype("f4") / 2, 16000
"""

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

SUITE = """
[[case]]
id = "hola"
text = "Hola."
tags = ["short"]

[[case]]
id = "adios"
text = "Adiós, amigo."
"""

# Whatever this machine is doing, no time or size of these tests is beyond its limit.
PROJECT = """
[tool.tts-baseline]
pipeline = "voice:synthesize"
suite = "cases.toml"
limits = { latency = "100000%", cold_start = "100000%", memory = "100000%" }
"""


def new_project(folder: Path, voice: str = VOICE) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "voice.py").write_text(voice, encoding="utf-8")
    (folder / "cases.toml").write_text(SUITE, encoding="utf-8")
    (folder / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    return folder


def alone(folder: Path) -> dict[str, str]:
    """An environment without settings, whose measuring lock no run outside these tests holds."""
    clean = {n: v for n, v in os.environ.items() if n != "CI" and not n.startswith("TTS_BASELINE_")}
    return clean | {"TMPDIR": str(folder)}


def tts(*words: str, cwd: Path) -> Answer:
    """The installed command, in a process of its own."""
    done = subprocess.run(
        [SCRIPT, *words], cwd=cwd, env=alone(cwd.parent), capture_output=True, text=True, check=False
    )
    return Answer(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Answer]:
    """A project after `run --sessions 2 --json`: one run recorded by itself, one only pending."""
    folder = new_project(tmp_path_factory.mktemp("measured"))
    return folder, tts("run", "--sessions", "2", "--json", cwd=folder)


@pytest.fixture
def project(measured: tuple[Path, Answer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the measured project, and the working directory."""
    folder = shutil.copytree(measured[0], tmp_path / "project")
    monkeypatch.chdir(folder)
    return folder


def pending(project: Path) -> list[str]:
    return sorted(path.parent.name for path in project.glob(".tts-baseline/[!.]*/run.json"))


def accepted(project: Path) -> list[str]:
    return sorted(path.stem for path in project.glob("baselines/*/*/machines/*/*.json"))


def files(project: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}


def refused(answer: Answer, what: str, command: str) -> None:
    """Exit status 2, one message with a next command on standard error, nothing else."""
    assert answer.status == 2, answer
    assert answer.out == ""
    assert re.match(rf"tts-baseline: .*{what}", answer.err), answer.err
    assert re.search(rf"^  next   .*{command}", answer.err, re.MULTILINE), answer.err
    assert "Traceback" not in answer.err


# ---- help and options


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example(call, command: str) -> None:
    answer = call(command, "--help")
    assert answer.status == 0
    assert f"example: tts-baseline {command}" in answer.out


def test_help_lists_every_command_and_the_exit_status(call) -> None:
    answer = call("--help")
    assert all(f"\n    {command} " in answer.out for command in COMMANDS)
    assert "exit status: 0 fine, 1 a regression, 2 could not do it" in answer.out


@pytest.mark.parametrize("command", COMMANDS)
def test_an_unknown_option_is_named(call, command: str) -> None:
    words = {
        "compare": ["last"],
        "reject": ["last"],
        "accept": ["last", "--reason", "x"],
        "plan": ["hola"],
    }.get(command, [])
    answer = call(command, *words, "--optimise", "fp16")
    assert answer.status == 2
    assert "unrecognized arguments: --optimise fp16" in answer.err
    assert "usage: tts-baseline" in answer.err
    assert "Traceback" not in answer.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["runn"], "invalid choice: 'runn'"),
        (["run", "--device", "tpu"], "invalid choice: 'tpu'"),
        (["run", "--budget", "soon"], "invalid float value: 'soon'"),
        (["accept", "last"], "the following arguments are required: --reason"),
    ],
)
def test_a_wrong_command_line_says_what_is_wrong(call, words: list[str], message: str) -> None:
    answer = call(*words)
    assert answer.status == 2
    assert message in answer.err
    assert answer.err.startswith("usage: tts-baseline")


@pytest.mark.parametrize(
    ("words", "what", "command"),
    [
        (["run", "--pipeline", "espeek"], "no pipeline is named 'espeek'", "--tts-pipeline"),
        (["run", "--suite", "gone.toml"], "no suite 'gone.toml'", "--tts-suite"),
        (["run", "--cases", "holla"], "no case 'holla' .did you mean 'hola'", "--tts-cases hola"),
        (["run", "--tags", "long"], "no tag 'long'", "--tts-tags short"),
        (["run", "--sessions", "0"], "--sessions must be at least 1, not 0", "tts-baseline run --help"),
        (["run", "--budget", "-1"], "budget must be more than 0", "tts-baseline run --help"),
        (["run", "--budget", "0.01"], "budget of 10.0 ms is too small", "--tts-budget"),
        (["compare", "nope"], "no pending run is called 'nope'", "tts-baseline compare 2"),
        (["accept", "nope", "--reason", "x"], "no pending run is called 'nope'", "tts-baseline compare 2"),
        (["reject", "nope"], "no pending run is called 'nope'", "tts-baseline compare 2"),
        (
            ["compare", "last", "--case", "holla"],
            ".* has no case 'holla' .did you mean 'hola'",
            "compare .* -v",
        ),
        (["compare", "last", "--report", "elsewhere"], "no pending run is called 'last'", "tts-baseline run"),
        (["report", "--write", "."], "", "tts-baseline doctor"),
        (["run", "--report", "voice.py"], "(File exists|Not a directory)", "tts-baseline doctor"),
    ],
)
def test_what_cannot_be_done_is_said_with_the_next_command(
    project: Path, call, words: list[str], what: str, command: str
) -> None:
    before = files(project)
    answer = call(*words)
    assert "measuring" not in answer.err or "--report" in words
    answer = answer._replace(
        err=re.sub(r"^tts-baseline: (measuring|process|scoring).*\n", "", answer.err, flags=re.M)
    )
    refused(answer, what, command)
    assert {p: d for p, d in files(project).items() if "__pycache__" not in p.parts} == before


@pytest.mark.parametrize(
    ("table", "what"),
    [("suit = 'es'", "unknown setting 'suit' .did you mean 'suite'"), ("suite = [", "not valid TOML")],
)
def test_a_wrong_project_file_is_named(tmp_path: Path, monkeypatch, call, table: str, what: str) -> None:
    (tmp_path / "pyproject.toml").write_text(f"[tool.tts-baseline]\n{table}\n")
    monkeypatch.chdir(tmp_path)
    answer = call("doctor")
    refused(answer, what, "tts-baseline run --help")
    assert str(tmp_path / "pyproject.toml") in answer.err


# ---- run


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
    goldens = {path.name: path.read_bytes() for path in folder.glob("baselines/*/*/golden/*")}
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


# ---- compare


def test_compare_measures_nothing_and_judges_by_the_baselines_of_now(project: Path, call) -> None:
    before = files(project)
    answer = call("compare", "last")
    assert answer.status == 0
    assert "duration" in answer.out
    assert answer.err == ""
    assert files(project) == before


def test_compare_shows_one_case(project: Path, call) -> None:
    answer = call("compare", "last", "--case", "hola")
    assert answer.status == 0
    assert "cases/hola: duration ok, +0.0%" in answer.out
    assert "adios" not in answer.out
    page = json.loads(call("compare", "last", "--case", "hola", "--json").out)
    assert {v["case"] for v in page["verdicts"]} == {"hola"}


def test_compare_shows_readings_when_asked(project: Path, call) -> None:
    assert "adios" not in call("compare", "last").out
    assert re.search(r"^adios .*500.0 ms", call("compare", "last", "-v").out, re.MULTILINE)


@pytest.mark.parametrize("form", ["id", "beginning", "end", "folder", "file"])
def test_a_run_can_be_named_in_many_ways(project: Path, call, form: str) -> None:
    run = pending(project)[-1]
    name = {
        "id": run,
        "beginning": run[:-1],
        "end": run[-4:],
        "folder": f".tts-baseline/{run}",
        "file": f".tts-baseline/{run}/run.json",
    }[form]
    answer = call("compare", name, "--json")
    assert answer.status == 0, answer.err
    assert json.loads(answer.out)["run"] == run


# ---- accept and reject


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


def test_accept_all_is_possible_where_the_first_was_recorded(project: Path, call) -> None:
    answer = call("accept", *pending(project), "--reason", "four sessions")
    assert answer.status == 0, answer.err
    assert accepted(project) == pending(project)


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_reason_is_not_blank(project: Path, call, reason: str) -> None:
    refused(
        call("accept", "last", "--reason", reason), "accepting needs a reason", "tts-baseline accept last"
    )
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
    for path in project.glob("baselines/*/*/golden/*.flac"):
        assert path.read_bytes() == (download / "audio" / path.name).read_bytes()


def test_a_download_without_its_audio_is_refused(project: Path, call) -> None:
    shutil.rmtree(project / "baselines")
    shutil.rmtree(project / ".tts-baseline" / pending(project)[-1] / "audio")
    answer = call("accept", "last", "--reason", "x")
    refused(answer, "run .* has no recording of case 'hola'", "download the whole folder")
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
    answer = call(*command, "last")
    refused(answer, "the file is damaged", "git checkout")
    assert str(run.relative_to(project)) in answer.err


def test_reject_removes_the_run_and_nothing_else(project: Path, call) -> None:
    first, last = pending(project)
    answer = call("reject", "last", "--json")
    assert (answer.status, json.loads(answer.out)) == (0, {"removed": [f".tts-baseline/{last}"]})
    assert pending(project) == [first]
    assert accepted(project) == [first]
    assert call("reject", first).out == f"removed .tts-baseline/{first}\n"
    refused(call("reject", "last"), "no pending run is called 'last'", "tts-baseline run")


# ---- report


def test_the_page_is_printed_written_and_checked(project: Path, call) -> None:
    page = call("report").out
    assert page.startswith("# Performance baseline")
    assert json.loads(call("report", "--json").out)["page"] == page.removesuffix("\n")

    answer = call("report", "--check", "PAGE.md")
    assert (answer.status, answer.out) == (1, "PAGE.md is stale: tts-baseline report --write PAGE.md\n")
    assert call("report", "--write", "PAGE.md").out == "wrote PAGE.md\n"
    assert Path("PAGE.md").read_text(encoding="utf-8") == page.removesuffix("\n")
    answer = call("report", "--check", "PAGE.md")
    assert (answer.status, answer.out) == (0, "PAGE.md is up to date\n")

    call("accept", "last", "--reason", "one more")
    answer = call("report", "--check", "PAGE.md", "--json")
    assert (answer.status, json.loads(answer.out)) == (1, {"path": "PAGE.md", "stale": True})


def test_a_page_that_is_no_text_is_stale(project: Path, call) -> None:
    Path("PAGE.md").write_bytes(b"\xff\xfe")
    assert call("report", "--check", "PAGE.md").status == 1


def test_the_page_of_other_baselines(project: Path, call) -> None:
    (project / "baselines").rename(project / "kept")
    assert "voice:synthesize" not in call("report").out
    assert "voice:synthesize" in call("report", "--dir", "kept").out


# ---- doctor


def test_doctor_says_what_it_found(project: Path, call) -> None:
    answer = call("doctor", "--json")
    assert answer.status == 0, answer.out
    found = {finding["what"]: finding for finding in json.loads(answer.out)}
    assert found["suite"]["found"] == "cases: 2 cases"
    assert "1 accepted runs on this machine" in found["baseline"]["found"]
    assert found["pending"]["found"] == "2 runs in .tts-baseline"
    assert all(finding["fine"] for finding in found.values())


def test_doctor_names_what_is_broken_and_goes_on(project: Path, call) -> None:
    (project / "voice.py").write_text("import no_such_library\n", encoding="utf-8")
    golden = next(project.glob("baselines/*/*/golden/hola.flac"))
    golden.write_bytes(b"version https://git-lfs.github.com/spec/v1\n")
    answer = call("doctor")
    assert answer.status == 2
    assert re.search(r"^BAD +pipeline .*no_such_library", answer.out, re.MULTILINE)
    assert re.search(r"^BAD +baseline .*golden of case 'hola'.*hola.flac", answer.out, re.MULTILINE)
    assert answer.out.count("next: ") == 2
    assert re.search(r"^ok +pending ", answer.out, re.MULTILINE)


# ---- the door itself


def test_the_installed_command_is_the_same_door(project: Path) -> None:
    answer = tts("compare", "last", "--json", cwd=project)
    assert (answer.status, json.loads(answer.out)["run"]) == (0, pending(project)[-1])
    answer = tts("compare", "nope", cwd=project)
    refused(answer, "no pending run is called 'nope'", "tts-baseline compare")


@pytest.mark.parametrize(
    ("raised", "status", "message"),
    [
        (
            TtsBaselineError("broken", where="a.json", hint="mend it"),
            2,
            "tts-baseline: broken\n  where  a.json\n",
        ),
        (OSError(28, "No space left on device", "a.json"), 2, "tts-baseline: No space left on device\n"),
        (KeyboardInterrupt(), 130, "tts-baseline: interrupted"),
    ],
)
def test_whatever_goes_wrong_has_its_status(
    monkeypatch: pytest.MonkeyPatch, call, raised: BaseException, status: int, message: str
) -> None:
    def act(_: object) -> int:
        raise raised

    monkeypatch.setattr("tts_baseline.cli.doctor.act", act)
    answer = call("doctor")
    assert answer.status == status
    assert message in answer.err


def test_a_fault_of_ours_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tts_baseline.cli.doctor.act", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        main(["doctor"])
