"""The door itself: help, options, what cannot be done, exit statuses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.support.commands import (
    SCRIPT,
    alone,
    files,
    new_project,
    pending,
    refused,
    tts,
)
from tts_baseline.core.errors import TtsBaselineError

COMMANDS = ("run", "compare", "accept", "reject", "report", "export", "review", "certify", "plan", "doctor")


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example(call, command: str) -> None:
    answer = call(command, "--help")
    assert answer.status == 0
    assert f"example: tts-baseline {command}" in answer.out


def test_help_lists_every_command_and_the_exit_status(call) -> None:
    answer = call("--help")
    assert all(f"\n    {command} " in answer.out for command in COMMANDS)
    assert "exit status: 0 fine, 1 a regression, 2 could not do it, 3 a fault" in answer.out


@pytest.mark.parametrize("command", COMMANDS)
def test_an_unknown_option_is_named(call, command: str) -> None:
    words = {
        "compare": ["last"],
        "reject": ["last"],
        "report": ["last"],
        "export": ["last", "--format", "json"],
        "accept": ["last", "--reason", "x"],
        "plan": ["hola"],
    }.get(command, [])
    answer = call(command, *words, "--optimise", "fp16")
    assert answer.status == 2
    assert "unrecognized arguments: --optimise fp16" in answer.err
    assert "usage: tts-baseline" in answer.err
    assert "Traceback" not in answer.err


@pytest.mark.parametrize(
    ("words", "guess"),
    [
        (["run", "--optimise", "fp16"], " (did you mean '--optimize'?)\n"),
        (["train", "run", "data", "--out", "x", "--recipes=a"], " (did you mean '--recipe'?)\n"),
        (["run", "extra"], "extra\n"),
    ],
)
def test_an_unknown_option_is_guessed_among_those_of_its_command(call, words: list[str], guess: str) -> None:
    answer = call(*words)
    assert answer.status == 2
    assert answer.err.endswith(guess)
    assert answer.err.startswith(f"usage: tts-baseline {' '.join(words[: 1 + (words[0] == 'train')])} ")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["runn"], "invalid choice: 'runn'"),
        (["run", "--device", "tpu"], "invalid choice: 'tpu'"),
        (["run", "--budget", "soon"], "invalid float value: 'soon'"),
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
        (
            ["run", "--report", "voice.py"],
            "folder of runs cannot be written: Not a directory",
            "--report DIR",
        ),
    ],
)
def test_what_cannot_be_done_is_said_with_the_next_command(
    project: Path, call, words: list[str], what: str, command: str
) -> None:
    before = files(project)
    answer = call(*words)
    assert "measuring" not in answer.err
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


@pytest.mark.parametrize("error", [ZeroDivisionError("by zero"), MemoryError(), RecursionError("too deep")])
def test_a_fault_of_ours_is_no_regression_and_is_not_hidden(
    monkeypatch: pytest.MonkeyPatch, call, error: Exception
) -> None:
    def act(_: object) -> int:
        raise error

    monkeypatch.setattr("tts_baseline.cli.doctor.act", act)
    answer = call("doctor")
    assert (answer.status, answer.out) == (3, "")
    assert "Traceback (most recent call last)" in answer.err
    assert f"this is a fault of tts-baseline, not a regression ({type(error).__name__}: " in answer.err
    assert answer.err.endswith(
        "  next   report it, with the lines above and what `tts-baseline --version` prints\n"
    )


def ended(folder: Path, *words: str, path: Path | None = None, **streams: object) -> tuple[int, str]:
    """The status of the installed command, and what it says where that can be read."""
    streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, **streams}
    environment = alone(folder.parent) | ({"PYTHONPATH": str(path)} if path else {})
    done = subprocess.run([*words], cwd=folder, env=environment, text=True, check=False, **streams)
    return done.returncode, done.stderr or ""


@pytest.mark.parametrize("library", ["msgspec", "numpy"])
def test_a_library_that_is_missing_or_broken_is_no_regression(tmp_path: Path, library: str) -> None:
    folder = new_project(tmp_path / "project")
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / f"{library}.py").write_text(
        "raise ImportError('libgone.so.1: cannot open shared object file')\n"
    )
    status, said = ended(folder, str(SCRIPT), "run", path=broken)
    assert status == 2, said
    assert "the installation is broken: libgone.so.1" in said
    assert "next   pip install --force-reinstall pytest-tts-baseline" in said
    assert "Traceback" not in said


def test_output_that_nobody_reads_changes_no_status(project: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    status, said = ended(project, str(SCRIPT), "compare", "last", "-v", stdout=writer)
    os.close(writer)
    assert (status, said) == (0, "")


@pytest.mark.parametrize(
    ("redirection", "command", "status"),
    [
        ("> /dev/full", "compare last", 2),
        ("2> /dev/full", "compare nope", 2),
        (">&- 2>&-", "compare last", 0),
    ],
)
def test_output_that_goes_nowhere_is_no_regression(
    project: Path, redirection: str, command: str, status: int
) -> None:
    ended_with, said = ended(project, "bash", "-c", f"exec {SCRIPT} {command} {redirection}")
    assert ended_with == status, said
    assert "Traceback" not in said
    assert "Exception ignored" not in said


def test_the_version_is_that_of_the_distribution(call) -> None:
    assert call("--version") == (0, f"tts-baseline {version('pytest-tts-baseline')}\n", "")


def test_no_scipy_is_imported_to_read_what_was_typed(tmp_path: Path) -> None:
    code = (
        "import sys, tts_baseline.cli.run\n"
        "print([name for name in sys.modules if name.partition('.')[0] == 'scipy'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
