"""A copy of the package, to drop files into, and Python that imports it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import tts_baseline

ROOT = Path(__file__).parents[2]
MAIN = "import sys, tts_baseline.cli; sys.exit(tts_baseline.cli.main(sys.argv[1:]))"


def copied(folder: Path) -> Path:
    """The package in `folder`, with what Python compiled: the copy starts as fast."""
    source = Path(tts_baseline.__file__).parent
    return shutil.copytree(source, folder / source.name)


def python(package: Path, *words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"PYTHONPATH": str(package.parent)}
    command = [sys.executable, *words]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=env, check=False)


def outcomes(package: Path, file: Path, names: str) -> subprocess.CompletedProcess[str]:
    """Pytest on this package: the tests of a file whose names match (`-k`), the outcome of each in a line."""
    words = ("-q", "-n0", "-p", "no:cacheprovider", "-rA", "-k", names, str(file))
    return python(package, "-m", "pytest", *words, cwd=ROOT)
