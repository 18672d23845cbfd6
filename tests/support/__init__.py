"""What tests share: records made of numbers, sounds, small projects in git, small models."""

from __future__ import annotations

import os
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
PACKAGE = REPOSITORY / "src/tts_baseline"


def environment(**more: str) -> dict[str, str]:
    """The environment for a process of its own that imports `tests.support` and this tree's package."""
    paths = (REPOSITORY, REPOSITORY / "src")
    return os.environ | {"PYTHONPATH": os.pathsep.join(map(str, paths))} | more
