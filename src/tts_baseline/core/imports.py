"""Where a project's own modules are, as pytest finds them: what its workers search, too."""

from __future__ import annotations

import configparser
import os
import shlex
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

# In the order in which pytest looks for them (docs.pytest.org, "Configuration"); the first that has settings
# of pytest holds. A file of pytest's own counts when it is empty, too.
_FILES = {
    "pytest.toml": ("pytest",),
    ".pytest.toml": ("pytest",),
    "pytest.ini": ("pytest",),
    ".pytest.ini": ("pytest",),
    "pyproject.toml": ("tool.pytest", "tool.pytest.ini_options"),
    "tox.ini": ("pytest",),
    "setup.cfg": ("tool:pytest",),
}


def sources(root: Path) -> tuple[Path, ...]:
    """The folders of a project's modules: its root, `src`, and what pytest's setting `pythonpath` names."""
    return tuple(dict.fromkeys((root, root / "src", *_pythonpath(root))))


def added(root: Path, around: Path, path: Iterable[str] = sys.path) -> tuple[str, ...]:
    """The folders below `root` or `around`, relative to `root`, on an import path, but for what is installed.

    In pytest's process, with its own root around the project's, these are what conftest files, its command
    line and its settings have added.
    """
    installed = (sys.prefix, sys.base_prefix)
    tops = tuple(map(os.path.realpath, (root, around)))
    real = (Path(os.path.realpath(entry)) for entry in path if entry and not entry.startswith(installed))
    return tuple(os.path.relpath(folder, tops[0]) for folder in real if any(map(folder.is_relative_to, tops)))


def _pythonpath(root: Path) -> Iterator[Path]:
    for name, tables in _FILES.items():
        settings = _settings(root / name, tables)
        if settings is not None:
            value = settings.get("pythonpath", [])
            folders = shlex.split(value) if isinstance(value, str) else value
            if isinstance(folders, list):
                yield from (root / folder for folder in folders if isinstance(folder, str))
            return


def _settings(path: Path, tables: tuple[str, ...]) -> dict[str, Any] | None:
    """Pytest's settings in this file; None where it is not there, not readable, or says nothing of pytest."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        found = _in_toml(text, tables) if path.suffix == ".toml" else _in_ini(text, tables)
    except (OSError, ValueError, RecursionError, configparser.Error):
        return None
    is_pytests_own = path.name.lstrip(".").startswith("pytest.")
    return found or ({} if is_pytests_own else None)


def _in_toml(text: str, tables: tuple[str, ...]) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for table in tables:
        value: Any = tomllib.loads(text)
        for key in table.split("."):
            value = value.get(key, {}) if isinstance(value, dict) else {}
        merged |= value if isinstance(value, dict) else {}
    return merged


def _in_ini(text: str, tables: tuple[str, ...]) -> dict[str, Any]:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(text)
    return {key: value for table in tables if parser.has_section(table) for key, value in parser.items(table)}
