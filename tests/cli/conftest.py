"""What the commands' tests share: a command in this process, and runs that are made up."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.commands import new_project, tts
from tests.support.git_folder import Answer
from tests.support.once import once
from tts_baseline.cli import main

_TWICE = ("run", "--sessions", "2", "--json")


@pytest.fixture
def call(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Answer]:
    """A command in this process, in the working directory."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def run(*words: str) -> Answer:
        try:
            status = main(words)
        except SystemExit as ended:  # argparse
            status = int(ended.code or 0)
        return Answer(status, *capfd.readouterr())

    return run


@pytest.fixture(scope="session")
def measured(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Answer]:
    """A project after `run --sessions 2 --json`: one run recorded by itself, one only pending."""
    folder, said = once(tmp_path_factory, "measured", lambda folder: tts(*_TWICE, cwd=new_project(folder)))
    return folder, Answer(*said)


@pytest.fixture
def project(measured: tuple[Path, Answer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the measured project, and the working directory."""
    folder = shutil.copytree(measured[0], tmp_path / "project")
    monkeypatch.chdir(folder)
    return folder
