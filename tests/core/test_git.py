"""What git says of a folder, and what is said where there is no git."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tts_baseline.core import git as asked
from tts_baseline.core.errors import RevisionError


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
    assert asked.holds(tmp_path / "env", files[:2])
    assert asked.holds(tmp_path, [])
    assert not asked.holds(tmp_path, files)
    assert not asked.holds(tmp_path, [*files[:2], str(tmp_path.parent / "elsewhere.py")])
    assert not asked.holds(tmp_path.parent, files[:2])


def test_a_repository_of_another_user_is_said_with_the_line_to_type(
    tmp_path: Path, git, monkeypatch: pytest.MonkeyPatch
) -> None:
    git("init", "--quiet")
    git("commit", "--quiet", "--allow-empty", "-m", "one")
    below = tmp_path / "packages" / "tts"
    below.mkdir(parents=True)
    assert asked.trouble(below) is None
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")  # git's own switch for this
    trouble = asked.trouble(below)
    assert trouble.what == "git refuses the repository, because it belongs to another user"
    assert trouble.where == str(tmp_path)
    assert trouble.hint == f"git config --global --add safe.directory {tmp_path}"
    for ask in (asked.place, lambda root: asked.resolve(root, "HEAD")):
        with pytest.raises(RevisionError) as caught:
            ask(below)
        assert caught.value.hint == trouble.hint


def test_a_repository_that_is_broken_is_said_in_gits_words(tmp_path: Path, git) -> None:
    (tmp_path / ".git").write_text("gitdir: /nowhere/at/all\n")
    trouble = asked.trouble(tmp_path)
    assert "not a git repository: /nowhere/at/all" in trouble.what
    assert trouble.hint == f"git -C {tmp_path} status"


def test_no_git_is_trouble_only_where_there_is_a_repository(tmp_path: Path, git, monkeypatch) -> None:
    assert asked.trouble(tmp_path) is None
    git("init", "--quiet")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert asked.trouble(tmp_path).hint == "install git, then: git --version"


@pytest.mark.parametrize("digits", [40, 64])
def test_a_full_hash_is_shown_short_and_a_name_whole(digits: int) -> None:
    assert asked.short("a" * digits) == "a" * 12
    assert asked.short("release/2026-with-a-long-name") == "release/2026-with-a-long-name"
