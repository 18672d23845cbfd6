"""`make gate` on a machine that nobody has seen: what it records there stays out of the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import REPOSITORY
from tts_baseline.core import environment
from tts_baseline.report import performance_page

VENV = Path(sys.executable).parents[1]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    subprocess.run(["git", "clone", "--quiet", str(REPOSITORY), str(tmp_path / "clone")], check=True)
    return tmp_path / "clone"


def make(clone: Path, *goals: str, cores: set[int]) -> subprocess.CompletedProcess[str]:
    """`make` with the tests' own environment, which it does not install again, on these cores alone."""
    done = (VENV / "gate.done", VENV / "test.done")
    installed = [word for path in done for word in ("--old-file", str(path))]
    return subprocess.run(
        ["make", f"VENV={VENV}", *installed, *goals],
        cwd=clone,
        env=os.environ | {"PYTHONPATH": str(clone / "src"), "TTS_BASELINE_BUDGET": "30"},
        preexec_fn=lambda: os.sched_setaffinity(0, cores),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.skipif(
    len(os.sched_getaffinity(0)) < 2,
    reason="a core left out makes it another machine",
)
def test_a_new_machine_is_recorded_beside_the_checkout(clone: Path) -> None:
    cores = set(sorted(os.sched_getaffinity(0))[:-1])
    done = make(clone, "gate", cores=cores)
    assert done.returncode == 0, done.stdout + done.stderr
    status = subprocess.run(["git", "status", "--porcelain"], cwd=clone, capture_output=True, check=True)
    assert status.stdout == b""
    recorded = {path.name for path in (clone / ".tts-baseline-local/espeak/cpu/machines").iterdir()}
    committed = {path.name for path in (clone / "baselines/espeak/cpu/machines").iterdir()}
    (new,) = recorded - committed
    assert new != environment.read("cpu").key
    page = (clone / "PERFORMANCE_BASELINE.md").read_text(encoding="utf-8")
    assert page == performance_page.render(clone / "baselines")
