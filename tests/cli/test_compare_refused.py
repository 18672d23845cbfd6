"""What cannot be compared is said before it is measured, and what is interrupted leaves nothing behind."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.support.git_folder import SCRIPT, Folder, workers
from tests.support.revisions import commit, started


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return started(tmp_path)


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
