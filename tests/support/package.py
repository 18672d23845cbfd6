"""A copy of the package, to drop files into, and Python that imports it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import tts_baseline

MAIN = "import sys, tts_baseline.cli; sys.exit(tts_baseline.cli.main(sys.argv[1:]))"


def copied(folder: Path) -> Path:
    """The package in `folder`, with what Python compiled: the copy starts as fast."""
    source = Path(tts_baseline.__file__).parent
    return shutil.copytree(source, folder / source.name)


def python(package: Path, *words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"PYTHONPATH": str(package.parent)}
    command = [sys.executable, *words]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=env, check=False)
