"""A small project that commands run in: two cases, a pipeline of five lines, real workers."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.support.git_folder import Answer

SCRIPT = Path(sys.executable).with_name("tts-baseline")

VOICE = """
import numpy as np

LENGTH = 8000


def synthesize(text):
    return np.sin(np.arange(LENGTH) / (10 + len(text))).astype("f4") / 2, 16000
"""

SUITE = """
[[case]]
id = "hola"
text = "Hola."
tags = ["short"]

[[case]]
id = "adios"
text = "Adiós, amigo."
"""

# Whatever this machine is doing, no time or size of these tests is beyond its limit.
PROJECT = """
[tool.tts-baseline]
pipeline = "voice:synthesize"
suite = "cases.toml"
limits = { latency = "100000%", cold_start = "100000%", memory = "100000%" }
"""


def new_project(folder: Path, voice: str = VOICE) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "voice.py").write_text(voice, encoding="utf-8")
    (folder / "cases.toml").write_text(SUITE, encoding="utf-8")
    (folder / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    return folder


def alone(folder: Path) -> dict[str, str]:
    """An environment without settings, whose measuring lock no run outside these tests holds."""
    clean = {n: v for n, v in os.environ.items() if n != "CI" and not n.startswith("TTS_BASELINE_")}
    return clean | {"TMPDIR": str(folder)}


def tts(*words: str, cwd: Path) -> Answer:
    """The installed command, in a process of its own."""
    done = subprocess.run(
        [SCRIPT, *words], cwd=cwd, env=alone(cwd.parent), capture_output=True, text=True, check=False
    )
    return Answer(done.returncode, done.stdout, done.stderr)


def pending(project: Path) -> list[str]:
    return sorted(path.parent.name for path in project.glob(".tts-baseline/[!.]*/run.json"))


def accepted(project: Path) -> list[str]:
    return sorted(path.stem for path in project.glob("baselines/*/*/machines/*/*.json"))


def files(project: Path) -> dict[Path, bytes]:
    """What a project's files hold, but for Python's own bytecode."""
    found = (path for path in project.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path: path.read_bytes() for path in found}


def refused(answer: Answer, what: str, command: str) -> None:
    """Exit status 2, one message with a next command on standard error, nothing else."""
    assert answer.status == 2, answer
    assert answer.out == ""
    assert re.match(rf"tts-baseline: .*{what}", answer.err), answer.err
    assert re.search(rf"^  next   .*{command}", answer.err, re.MULTILINE), answer.err
    assert "Traceback" not in answer.err
