"""A change of what is configured is gated like code, and named as the cause: real workers and revisions."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.git_folder import Answer, Folder, new

VOICE = """
import time

import numpy as np


class Voice:
    def __init__(self, steps=16):
        self.steps = steps

    def synthesize(self, request):
        from tts_baseline import Utterance

        time.sleep(0.002 * self.steps)
        samples = np.sin(np.arange(8000) / (10 + len(request.text))).astype("f4") * (1 - self.steps / 100)
        return Utterance(samples=samples, sample_rate=16000)
"""

PROJECT = """
[tool.tts-baseline]
pipeline = "voice:Voice"
suite = "cases.toml"
limits = {{ latency = "60%", cold_start = "100000%", memory = "100000%" }}

[tool.tts-baseline.pipelines."voice:Voice"]
steps = {steps}
"""

SUITE = """
[[case]]
id = "hola"
text = "Hola."
"""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """A baseline under 5 steps is accepted and committed; never changed."""
    folder = new(tmp_path_factory.mktemp("recorded"), PROJECT.format(steps=5), SUITE)
    (folder.root / "voice.py").write_text(VOICE)
    folder.commit("one")
    first = folder.call("run", "--missing", "record")
    assert first.status == 0, first.out + first.err
    folder.commit("its baseline")
    return folder


@pytest.fixture
def folder(recorded: Folder, tmp_path: Path) -> Folder:
    """A copy of it, where there are 50 steps now."""
    shutil.copytree(recorded.root, tmp_path, dirs_exist_ok=True)
    (tmp_path / "pyproject.toml").write_text(PROJECT.format(steps=50))
    return Folder(tmp_path)


def suites(answer: Answer) -> Iterator[dict[str, object]]:
    return (v for v in json.loads(answer.out)["verdicts"] if v["case"] is None)


def test_the_screen_names_the_setting_that_changed(folder: Folder) -> None:
    answer = folder.call("run", "--against", "none")
    assert answer.status == 1
    shown = " ".join(answer.out.split())
    assert shown.count("because steps 5 -> 50") >= 2  # in the summary, and in the story of the level
    report = max(folder.root.glob(".tts-baseline/*/report.md")).read_text()
    assert "because steps 5 -> 50" in report
    known = {v["gate"]: v for v in suites(folder.call("compare", "last", "--json"))}
    steps = [{"name": "steps", "before": "5", "now": "50"}]
    assert (known["latency"]["status"], known["latency"]["changed"]) == ("regressed", steps)
    assert (known["level"]["status"], known["level"]["changed"]) == ("regressed", steps)
    assert (known["memory"]["status"], known["memory"]["changed"]) == ("ok", [])


def test_each_revision_runs_with_its_own_and_the_judge_names_them(folder: Folder) -> None:
    answer = folder.call("run")
    assert answer.status == 1
    assert "judge: this tree" in answer.out
    newest = max(folder.root.glob(".tts-baseline/*/verdicts.json"))
    latency = next(
        v for v in json.loads(newest.read_text())["verdicts"] if (v["gate"], v["case"]) == ("latency", None)
    )
    assert (latency["status"], latency["decided_by"]) == ("regressed", "judge")
    assert latency["because"] == "steps 5 -> 50"
    kept = json.loads(newest.with_name("judge.json").read_text())
    assert kept["against"]["changed"] == [{"name": "steps", "before": "5", "now": "50"}]


def test_a_name_keeps_two_settings_side_by_side(folder: Folder) -> None:
    answer = folder.call("run", "--variant", "studio", "--missing", "record")
    assert answer.status == 0
    assert {path.name for path in folder.root.glob("baselines/voice-voice~*/*")} == {"cpu", "cpu.studio"}
    report = max(folder.root.glob(".tts-baseline/*/report.md")).read_text()
    assert "voice:Voice @ cpu.studio, suite cases" in report
