"""A folder that is made once, by the first of all processes that pytest-xdist tests in."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock


def once(
    factory: pytest.TempPathFactory, name: str, make: Callable[[Path], Sequence[object]]
) -> tuple[Path, list[Any]]:
    """The folder that `make` filled, not to be changed, and what it said, which JSON can hold."""
    base = factory.getbasetemp()
    place = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    said = place / "said.json"
    with FileLock(place.with_suffix(".lock")):
        if not said.exists():
            shutil.rmtree(place, ignore_errors=True)  # of a process that failed
            folder = place / "made"
            folder.mkdir(parents=True)
            words = json.dumps(make(folder))
            said.write_text(words, encoding="utf-8")
    return place / "made", json.loads(said.read_text(encoding="utf-8"))
