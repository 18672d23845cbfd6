"""What the base runs with: its own interpreter, files and libraries, never the working tree's code."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.support.git_folder import Folder
from tests.support.revisions import PROJECT, started


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return started(tmp_path)


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
    assert "No such file or directory" in answer.err
    assert f"{folder.root}/env/pithon" in answer.err
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
