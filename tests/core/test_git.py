"""What git says of a folder, and what is said where there is no git."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tts_baseline.core import git as asked


@pytest.fixture
def git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))

    def run(*words: str) -> str:
        identity = ["-c", "user.name=Eva", "-c", "user.email=eva@example.org"]
        command = ["git", "-C", str(tmp_path), *identity, *words]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    return run


def test_a_commit_is_dirty_by_tracked_files_only(tmp_path: Path, git) -> None:
    git("init", "--quiet")
    assert asked.commit(tmp_path) == (None, False)
    (tmp_path / "code.py").write_text("1")
    git("add", "code.py")
    git("commit", "--quiet", "-m", "one")
    head = git("rev-parse", "HEAD")
    (tmp_path / "untracked").touch()
    assert asked.commit(tmp_path) == (head, False)
    (tmp_path / "code.py").write_text("2")
    assert asked.commit(tmp_path) == (head, True)


def test_outside_git_there_is_no_commit(tmp_path: Path, git) -> None:
    assert asked.commit(tmp_path) == (None, False)


def test_without_git_there_is_no_commit_and_the_login_is_the_author(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("USER", "eva")
    assert asked.commit(tmp_path) == (None, False)
    assert asked.author(tmp_path) == "eva"


def test_the_author_is_who_git_would_sign_with(tmp_path: Path, git, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USER", "login")
    assert asked.author(tmp_path) == "login"
    git("init", "--quiet")
    git("config", "user.name", "Eva Luna")
    assert asked.author(tmp_path) == "Eva Luna"
    monkeypatch.delenv("USER")
    git("config", "--unset", "user.name")
    assert asked.author(tmp_path) == "unknown"


def test_tracked_files_are_those_that_git_holds(tmp_path: Path, git) -> None:
    git("init", "--quiet")
    names = ("one.py", "dos ñ.py", "env/lib.py")
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    git("add", *names[:2])
    files = [str(tmp_path / name) for name in names]
    assert sorted(asked.tracked(tmp_path, files)) == sorted(files[:2])
    assert asked.tracked(tmp_path, files[2:]) == ()
    assert asked.tracked(tmp_path, []) == ()
    assert asked.tracked(tmp_path.parent, files) == ()
