"""`pytest --tts-baseline --tts-pipeline f5_spanish` as a user runs it, on a small random model."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support import small
from tts_baseline.suites import reader

PROJECT = """
[tool.tts-baseline]
restarts = 3

[tool.tts-baseline.pipelines.f5_spanish]
checkpoint = "model/small_v0.safetensors"
vocoder = "model/vocos"
steps = 2

[[tool.tts-baseline.pipelines.f5_spanish.references]]
audio = "model/reference.wav"
text = "{transcript}"
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    small.make(folder / "model")
    (folder / "pyproject.toml").write_text(PROJECT.format(transcript=small.TRANSCRIPT))
    return folder


def gate(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--tts-baseline",
         "--tts-pipeline", "f5_spanish", "--tts-device", "cpu", *words],
        cwd=project, capture_output=True, text=True, check=False, timeout=900,
        env={**os.environ, "CI": "", "OMP_NUM_THREADS": "1"},
    )  # fmt: skip


def recorded(project: Path) -> dict[str, Any]:
    run = max((project / ".tts-baseline").glob("2*/run.json"))
    return dict(json.loads(run.read_text()))


def test_the_whole_suite_is_measured_in_every_respect_and_then_gated(project: Path) -> None:
    first = gate(project, "--tts-missing", "record")
    assert first.returncode == 0, first.stdout + first.stderr
    run = recorded(project)
    cases = {case.id for case in reader.read("es", project)}
    assert len(cases) == 49
    assert run["failures"] == []
    assert {each["id"] for each in run["cases"]} == cases
    for replicate in run["replicates"]:
        assert replicate["calls"].keys() == cases
        cold = replicate["cold_start"]
        assert all(cold[phase] > 0 for phase in ("spawn_s", "import_s", "load_s", "first_request_s"))
        # torch is imported with the pipeline, and not by the load or the first request.
        assert cold["import_s"] > cold["load_s"]
        for calls in replicate["calls"].values():
            assert calls["stages"].keys() == {"text", "model", "vocoder", "post", "enhance"}
            seconds = [sum(stage) for stage in zip(*calls["stages"].values(), strict=True)]
            assert all(
                0.5 * wall < sum_s <= wall for sum_s, wall in zip(seconds, calls["wall_s"], strict=True)
            )
            assert calls["peak_rss"] > calls["audio_s"] > 0
    work = {id: calls["work"] for id, calls in run["replicates"][0]["calls"].items()}
    assert all(sum(each["flops"].values()) > 0 for each in work.values())
    readings = {(each["metric"], each["case"]): each["value"] for each in run["readings"] if "case" in each}
    for metric in ("operators", "flops", "syncs", "allocated", "latency", "rtf", "level", "structure"):
        assert all(readings[metric, id] is not None for id in cases), metric
    longer = max(cases, key=lambda case: readings["duration", case])
    shorter = min(cases, key=lambda case: readings["duration", case])
    assert readings["flops", longer] > readings["flops", shorter]
    assert run["provenance"]["arch"] == "v0"
    assert run["provenance"]["preset"] == "roadmap"

    again = gate(project, "--tts-cases", "hello,thanks")
    assert re.search(r"ok +pesq_wb +4\.64 +4\.64", again.stdout), again.stdout
    for counter in ("operators", "flops", "syncs", "allocated"):
        assert re.search(rf"^ok +{counter} ", again.stdout, re.MULTILINE), again.stdout
    assert recorded(project)["audio"]["hello"]["sha256"] == run["audio"]["hello"]["sha256"]


def test_another_seed_of_the_weights_is_another_voice_and_fails(project: Path) -> None:
    small.make(project / "model", seed=9)
    changed = gate(project, "--tts-cases", "hello,thanks")
    assert changed.returncode == 1
    assert "pesq_wb" in changed.stdout
    assert re.search(r"^ok +operators ", changed.stdout, re.MULTILINE)  # the same work, another voice


def test_one_step_more_is_more_work_and_named(project: Path) -> None:
    small.make(project / "model")
    settings = project / "pyproject.toml"
    settings.write_text(settings.read_text().replace("steps = 2", "steps = 3"))
    longer = gate(project, "--tts-cases", "hello", "-k", "work")
    settings.write_text(settings.read_text().replace("steps = 3", "steps = 2"))
    assert longer.returncode == 1
    assert re.search(r"es: operators regressed, \+\d+ \(limit 0\)", longer.stdout), longer.stdout
    shown = " ".join(longer.stdout.split())
    assert re.search(r"operators regressed: aten\.\w+ \+\d+ \(\d+ -> \d+\)", shown), longer.stdout
    assert re.search(r"changed around it: steps 2 -> 3 Next", shown), longer.stdout


def test_a_checkpoint_whose_architecture_nobody_states_is_refused(project: Path) -> None:
    small.make(project / "model")
    (project / "model" / "small_v0.safetensors.json").unlink()
    refused = gate(project, "--tts-cases", "hello")
    assert refused.returncode != 0
    assert "nobody states the architecture" in refused.stdout + refused.stderr
    assert 'arch = "v0"' in refused.stdout + refused.stderr
