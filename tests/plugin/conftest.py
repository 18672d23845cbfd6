"""A project with a small pipeline of its own, gated by the real plugin in the real way."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import NamedTuple

import pesq
import pytest
import rich.console
import rich.table
import scipy.signal
import scipy.stats
import soxr

import tts_baseline.pipelines.f5_spanish.text.planner
import tts_baseline.plugin.gatekeeper
from tests.support.once import once
from tts_baseline.metrics.features.voice_activity import detector

# pytester forgets modules that a run in this process imported: some cannot be imported twice, and of others
# hundreds of expressions would be compiled anew in each.
KEPT = (
    detector(),  # which imports its library so that it computes on one thread: five times as fast
    pesq,
    rich.console,
    rich.table,
    scipy.signal,
    scipy.stats,
    soxr,
    tts_baseline.pipelines.f5_spanish.text.planner,
    tts_baseline.plugin.gatekeeper,
)

VOICE = """
import os, time
import numpy as np

def synthesize(text):
    time.sleep(0.002)
    # Bursts of noise: no detector takes them for speech, so the same metrics have values in every case.
    tone = np.random.default_rng(len(text)).normal(0, 0.1, 16000)
    tone = tone * (np.sin(np.arange(16000) / 16000 * 2 * np.pi * 2) > 0)
    {change}
    return tone.astype("float32"), 16000
"""

CASES = """
[[case]]
id = "uno"
text = "Uno."
tags = ["short"]

[[case]]
id = "dos"
text = "Dos y tres."
tags = ["long"]
"""


# Only what is planted is beyond these limits, whatever else this machine is doing.
SETTINGS = """
[tool.tts-baseline]
pipeline = "voice:synthesize"
suite = "cases.toml"
timeout = 3
limits = { latency = "300%", cold_start = "900%", memory = "900%" }
"""


class Project:
    """Writes the project's files and runs pytest in it."""

    def __init__(self, pytester: pytest.Pytester, like: Path | None = None) -> None:
        self.pytester = pytester
        if like:
            shutil.copytree(like, pytester.path, dirs_exist_ok=True)
        else:
            write(pytester.path)

    def write(self, name: str, text: str) -> None:
        (self.pytester.path / name).write_text(textwrap.dedent(text), encoding="utf-8")

    def change(self, code: str) -> None:
        """Another version of the pipeline."""
        self.write("voice.py", VOICE.format(change=code))

    def limit_latency(self, limit: str) -> None:
        """Another limit of the suite's latency than one that no machine can miss."""
        self.write("pyproject.toml", SETTINGS.replace("300%", limit))

    def gate(self, *words: str) -> pytest.RunResult:
        return self.pytester.runpytest_inprocess("--tts-baseline", "-p", "no:cacheprovider", *words)

    @property
    def newest(self) -> Path:
        return newest(self.pytester.path)

    def verdicts(self) -> dict[tuple[str, str | None], dict]:
        return verdicts(self.pytester.path)


def newest(folder: Path) -> Path:
    return sorted(folder.glob(".tts-baseline/*/run.json"))[-1].parent


def verdicts(folder: Path) -> dict[tuple[str, str | None], dict]:
    page = json.loads((newest(folder) / "verdicts.json").read_text())
    return {(v["gate"], v["case"]): v for v in page["verdicts"]}


def write(folder: Path) -> None:
    for name, text in (("pyproject.toml", SETTINGS), ("cases.toml", CASES)):
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "voice.py").write_text(VOICE.format(change="pass"), encoding="utf-8")


@pytest.fixture
def project(pytester: pytest.Pytester) -> Project:
    """Nothing was measured yet."""
    return Project(pytester)


class Printed(NamedTuple):
    """A project that was measured, not to be changed, and what pytest said."""

    folder: Path
    lines: list[str]

    @property
    def outcomes(self) -> dict[str, int]:
        return pytest.RunResult.parse_summary_nouns(self.lines)

    def show(self, *patterns: str) -> None:
        """Fail unless these lines were printed, in this order."""
        pytest.LineMatcher(self.lines).fnmatch_lines(patterns)

    def verdicts(self) -> dict[tuple[str, str | None], dict]:
        return verdicts(self.folder)


def measured(folder: Path) -> list[str]:
    """What pytest prints."""
    words = ("-m", "pytest", "--tts-baseline", "-p", "no:cacheprovider", "-v")
    usual = {name: value for name, value in os.environ.items() if name != "CI"}
    done = subprocess.run(
        [sys.executable, *words], cwd=folder, env=usual, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


@pytest.fixture(scope="session")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> Printed:
    """The unchanged pipeline was measured, and recorded because nothing was accepted yet."""

    def make(folder: Path) -> list[str]:
        write(folder)
        return measured(folder)

    return Printed(*once(tmp_path_factory, "first", make))


@pytest.fixture(scope="session")
def second_run(first_run: Printed, tmp_path_factory: pytest.TempPathFactory) -> Printed:
    """The same pipeline was measured once more."""

    def make(folder: Path) -> list[str]:
        shutil.copytree(first_run.folder, folder, dirs_exist_ok=True)
        return measured(folder)

    return Printed(*once(tmp_path_factory, "second", make))


@pytest.fixture
def recorded(first_run: Printed, pytester: pytest.Pytester) -> Project:
    """A copy of the project that was recorded, to be measured again."""
    return Project(pytester, like=first_run.folder)
