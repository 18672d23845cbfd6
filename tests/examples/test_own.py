"""A metric and a pipeline of one's own, each in a project of its own: measured, shown, gated, checked."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest

from tests.support import REPOSITORY
from tests.support.sounds import RATE, clip, heard
from tts_baseline.core import registry

EXAMPLES = REPOSITORY / "examples"
MAIN = "import sys, tts_baseline.cli; sys.exit(tts_baseline.cli.main(sys.argv[1:]))"
CASES = ("--cases", "hello,thanks")


class Example:
    """A copy of an example's folder, installed: its modules and entry points are found."""

    def __init__(self, name: str, tmp_path: Path) -> None:
        self.folder = shutil.copytree(EXAMPLES / name, tmp_path / name)
        project = tomllib.loads((self.folder / "pyproject.toml").read_text()).get("project", {})
        self.install(project.get("entry-points", {}), tmp_path / "site")

    def install(self, groups: dict[str, dict[str, str]], site: Path) -> None:
        """What pip leaves behind."""
        record = site / "own-1.0.dist-info"
        record.mkdir(parents=True, exist_ok=True)
        (record / "METADATA").write_text("Metadata-Version: 2.1\nName: own\nVersion: 1.0\n")
        lines = (
            line
            for group, points in groups.items()
            for line in (f"[{group}]", *map(" = ".join, points.items()))
        )
        (record / "entry_points.txt").write_text("\n".join(lines) + "\n")
        paths = map(str, (self.folder, site))
        self.environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}

    def python(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, *words]
        return subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )

    def run(self, *words: str) -> dict:
        """What `tts-baseline run` says in JSON."""
        done = self.python("-c", MAIN, "run", *CASES, "--json", *words)
        assert done.returncode in (0, 1), done.stderr
        return json.loads(done.stdout)


def lines_of(folder: Path) -> int:
    return sum(len(path.read_text(encoding="utf-8").splitlines()) for path in folder.glob("*.py"))


@pytest.mark.parametrize("name", ["own_metric", "own_pipeline"])
def test_it_is_under_40_lines_and_its_own_test_passes(name: str, tmp_path: Path) -> None:
    assert lines_of(EXAMPLES / name) < 40
    done = Example(name, tmp_path).python("-m", "pytest", "-q", "-p", "no:cacheprovider")
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout


def test_the_metric_is_measured_shown_and_gated(tmp_path: Path) -> None:
    example = Example("own_metric", tmp_path)
    page = example.run()
    assert page["metrics"]["brightness"]["limit"] == "2 dB"
    first = {r["case"]: r["value"] for r in page["readings"] if r["metric"] == "brightness"}
    assert first.keys() == {"hello", "thanks"}
    assert all(-60 < value < 0 for value in first.values())
    scores = json.loads(next(example.folder.glob("baselines/espeak/*/quality.json")).read_text())["cases"]
    assert scores["hello"]["scores"]["brightness"]["value"] == first["hello"]

    again = next(v for v in example.run()["verdicts"] if v["gate"] == "brightness" and v["case"] is None)
    assert (again["status"], again["change"]) == ("ok", 0.0)

    source = example.folder / "brightness.py"
    source.write_text(
        source.read_text().replace("sound)  # computed", "sound, 0.064)  # computed").replace("4000", "2000")
    )
    worse = next(v for v in example.run()["verdicts"] if v["gate"] == "brightness" and v["case"] is None)
    assert worse["status"] == "regressed"


def test_the_metric_reads_the_known_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two sines of equal power, one above 4 kHz; and, of speech, what a filter leaves."""
    monkeypatch.syspath_prepend(EXAMPLES / "own_metric")
    import brightness

    time = np.arange(2 * RATE) / RATE
    both = 0.2 * np.sin(2 * np.pi * 500 * time) + 0.2 * np.sin(2 * np.pi * 6_000 * time)
    assert brightness.read(heard(both)).value == pytest.approx(-3.01, abs=0.05)
    low = np.fft.rfft(clip())
    low[np.fft.rfftfreq(clip().size, 1 / RATE) > 4_000] = 0
    dull = brightness.read(heard(np.fft.irfft(low, clip().size))).value
    assert dull < brightness.read(heard(clip())).value - 20


def test_the_pipeline_is_measured_with_its_settings_and_packages(tmp_path: Path) -> None:
    example = Example("own_pipeline", tmp_path)
    source = example.folder / "notes.py"
    source.write_text(source.read_text().replace('PACKAGES = ("numpy",)', 'PACKAGES = ("numpy", "pluggy")'))
    example.run()
    run = json.loads(next(example.folder.glob(".tts-baseline/[!.]*/run.json")).read_text())
    assert run["pipeline"] == "notes:Notes"
    assert run["provenance"] == {"pitch": "110 Hz", "device": "cpu"}
    assert run["environment"]["software"]["pluggy"] == version("pluggy")
    assert {audio["reproducible"] for audio in run["audio"].values()} == {True}


def test_the_pipeline_may_have_a_name_of_its_own(tmp_path: Path) -> None:
    example = Example("own_pipeline", tmp_path)
    example.install({registry.PIPELINES: {"notes": "notes:Notes"}}, tmp_path / "site")
    example.run("--pipeline", "notes")
    run = json.loads(next(example.folder.glob(".tts-baseline/[!.]*/run.json")).read_text())
    assert (run["pipeline"], run["provenance"]["pitch"]) == ("notes", "220 Hz")
