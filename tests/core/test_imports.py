"""Where a project's modules are looked for: as pytest's settings say, whichever file they stand in."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tts_baseline.core.imports import added, sources

INI = "[pytest]\npythonpath = lib 'my code'\n"
PYPROJECT = '[tool.pytest.ini_options]\npythonpath = ["lib", "my code"]\n'


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pytest.ini", INI),
        (".pytest.ini", INI),
        ("tox.ini", INI),
        ("setup.cfg", INI.replace("[pytest]", "[tool:pytest]")),
        ("pyproject.toml", PYPROJECT),
        ("pyproject.toml", PYPROJECT.replace(".ini_options", "")),
        ("pyproject.toml", "[tool.pytest.ini_options]\npythonpath = \"lib 'my code'\"\n"),
        ("pytest.toml", '[pytest]\npythonpath = ["lib", "my code"]\n'),
        ("pyproject.toml", "\ufeff" + PYPROJECT),
    ],
)
def test_pythonpath_of_pytests_settings_holds(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert sources(tmp_path) == (tmp_path, tmp_path / "src", tmp_path / "lib", tmp_path / "my code")


def test_the_first_file_with_settings_of_pytest_holds(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    (tmp_path / "tox.ini").write_text(INI.replace("lib", "tox"))
    (tmp_path / "setup.cfg").write_text(INI.replace("[pytest]", "[tool:pytest]"))
    assert sources(tmp_path)[2] == tmp_path / "tox"
    (tmp_path / "pytest.ini").write_text("")
    assert sources(tmp_path) == (tmp_path, tmp_path / "src")


@pytest.mark.parametrize(
    "text", ["[[", "[tool]\npytest = 3", "[tool.pytest.ini_options]\npythonpath = 3", "a = " + "[" * 5000]
)
def test_a_file_that_says_nothing_of_use_adds_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    assert sources(tmp_path) == (tmp_path, tmp_path / "src")


def test_what_a_conftest_adds_is_relative_to_the_project(tmp_path: Path) -> None:
    path = ["", str(tmp_path / "lib"), str(tmp_path), sys.prefix, "/elsewhere", f"{tmp_path}-other/lib"]
    assert added(tmp_path, tmp_path, path) == ("lib", ".")
    assert added(tmp_path / "packages" / "tts", tmp_path, path) == ("../../lib", "../..")


def test_a_link_to_the_project_is_the_project(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    assert added(tmp_path / "link", tmp_path / "link", [str(tmp_path / "real" / "lib")]) == ("lib",)
