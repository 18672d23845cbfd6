"""The table [tool.tts-baseline]: which pyproject.toml holds it, and names that are almost its own."""

from __future__ import annotations

import difflib
import itertools
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tts_baseline.core import toml
from tts_baseline.core.errors import SettingsError

FILE = "pyproject.toml"
NAME = "tts-baseline"
_HELP = "tts-baseline run --help"
# chosen: one letter too many, too few or wrong of these eleven, and no other word.
_ALMOST = 0.85
# chosen: packages/group/name; what lies deeper belongs to somebody else, as a rule.
_DEEPEST = 3
_MOST = 5_000  # chosen: folders that are listed in a quarter of a second
_OTHERS = ("node_modules", "venv", "site-packages", "build", "dist")


def read(path: Path) -> dict[str, Any] | None:
    """The keys of [tool.tts-baseline] in a pyproject.toml, with `_` for `-`; None without file or table.

    Raises SettingsError for a file that cannot be read, for a table that is none, and for one that is almost
    ours: its settings would be passed over.
    """
    if not _is_file(path):
        return None
    document = toml.load(path, SettingsError, _HELP)
    if other := next(_almost_ours(document), ""):
        raise SettingsError(
            f"[{other}] is read by nothing",
            where=str(path),
            hint=f"write [tool.{NAME}] in its place",
        )
    tools = document.get("tool", {})
    table = tools.get(NAME) if isinstance(tools, dict) else ()
    if table is None:
        return None
    if not isinstance(table, dict):
        raise SettingsError(f"[tool.{NAME}] is not a table", where=str(path), hint=_HELP)
    return {key.replace("-", "_"): value for key, value in table.items()}


def find_root(*starts: Path, otherwise: Path | None = None) -> Path:
    """The project's folder: the nearest at or above a start whose pyproject.toml has [tool.tts-baseline].

    Earlier starts win. If there is none: the nearest to `otherwise` (default: the first start) with any
    pyproject.toml, else `otherwise` itself.
    """
    for folder in _above(*starts):
        if read(folder / FILE) is not None:
            return folder
    last = otherwise or starts[0]
    return next((folder for folder in _above(last) if _is_file(folder / FILE)), last)


def below(folder: Path) -> tuple[Path, ...]:
    """The pyproject.toml files with our table in the folders below, nearest first; damaged ones left out."""
    found = []
    for inner, folders, files in itertools.islice(os.walk(folder), _MOST):
        depth = len(Path(inner).relative_to(folder).parts)
        kept = sorted(name for name in folders if not name.startswith(".") and name not in _OTHERS)
        folders[:] = kept if depth < _DEEPEST else []
        if depth and FILE in files and _has_table(Path(inner, FILE)):
            found.append(Path(inner, FILE))
    return tuple(sorted(found, key=lambda path: (len(path.parts), path)))


def _has_table(path: Path) -> bool:
    try:
        return read(path) is not None
    except SettingsError:
        return False


def _above(*starts: Path) -> Iterator[Path]:
    return (folder for start in starts for folder in (start, *start.parents))


def _almost_ours(document: Mapping[str, Any]) -> Iterator[str]:
    """The tables that somebody wrote for us where we do not look, or under a name that is almost ours."""
    tools = document.get("tool")
    tools = tools if isinstance(tools, dict) else {}
    pytest = tools.get("pytest")
    pytest = pytest if isinstance(pytest, dict) else {}
    options = pytest.get("ini_options")
    places = {
        "": document,
        "tool.": {name: value for name, value in tools.items() if name != NAME},
        "tool.pytest.": pytest,
        "tool.pytest.ini_options.": options if isinstance(options, dict) else {},
    }
    for place, names in places.items():
        yield from (f"{place}{name}" for name, value in names.items() if _is_table(value) and _is_near(name))


def _is_table(value: object) -> bool:
    return isinstance(value, dict | list)


def _is_near(name: str) -> bool:
    ours, plain = (re.sub(r"[^a-z]", "", text.lower()).removeprefix("pytest") for text in (NAME, name))
    return difflib.SequenceMatcher(None, ours, plain).ratio() > _ALMOST


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a folder above the project that may not be entered holds nothing of it
        return False
