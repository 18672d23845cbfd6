"""What the commands' tests share: a command in this process, and runs that are made up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.git_folder import Answer
from tts_baseline.cli import main


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
