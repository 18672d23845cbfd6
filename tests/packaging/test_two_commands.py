"""`make gate` on a machine that nobody has seen: what it records there stays out of the checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import REPOSITORY
from tts_baseline.core import environment
from tts_baseline.report.formats import performance

VENV = Path(sys.executable).parents[1]
# One case for each regression test of tests/regression, so that a run takes seconds.
CASES = ("hello", "did-not-expect", "library")
# Beside other tests, times may be anything.
LIMITS = '\n[tool.tts-baseline.limits]\nlatency = "1000%"\ncold_start = "1000%"\nmemory = "1000%"\n'


def git(*words: object, cwd: Path) -> str:
    who = ("-c", "user.name=nobody", "-c", "user.email=nobody@localhost")
    done = subprocess.run(
        ["git", *who, *map(str, words)], cwd=cwd, check=True, capture_output=True, text=True
    )
    return done.stdout


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone whose suite is a few cases of the built-in one, with their committed goldens."""
    folder = tmp_path / "clone"
    git("clone", "--quiet", REPOSITORY, folder, cwd=tmp_path)
    cases = (folder / "src/tts_baseline/suites/es.toml").read_text(encoding="utf-8").split("[[case]]")
    few = [case for case in cases if any(f'id = "{name}"' in case for name in CASES)]
    (folder / "few.toml").write_text("".join(f"[[case]]{case}" for case in few), encoding="utf-8")
    settings = folder / "pyproject.toml"
    text = settings.read_text(encoding="utf-8").replace('suite = "es"', 'suite = "few.toml"')
    settings.write_text(text + LIMITS, encoding="utf-8")
    git("add", "--all", cwd=folder)
    git("commit", "--quiet", "--message", "A few cases", cwd=folder)
    return folder


def make_gate(clone: Path, cores: set[int]) -> dict[str, str]:
    """Each gate's verdict on the suite, after `make gate` on these cores, with what is installed here."""
    done = subprocess.run(
        ["make", f"VENV={VENV}", f"--old-file={VENV / 'gate.done'}", "gate"],
        cwd=clone,
        # A temporary folder of its own: no run outside this test holds its measuring lock.
        env=os.environ | {"PYTHONPATH": str(clone / "src"), "TMPDIR": str(clone.parent)},
        preexec_fn=lambda: os.sched_setaffinity(0, cores),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert git("status", "--porcelain", cwd=clone) == ""
    last = max(clone.glob(".tts-baseline/*/verdicts.json"))
    verdicts = json.loads(last.read_text(encoding="utf-8"))["verdicts"]
    return {verdict["gate"]: verdict["status"] for verdict in verdicts if verdict["case"] is None}


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="a core left out makes it another machine")
def test_a_new_machine_is_recorded_beside_the_checkout_and_gated_the_next_time(clone: Path) -> None:
    cores = set(sorted(os.sched_getaffinity(0))[:-1])
    first = make_gate(clone, cores)
    assert (first["latency"], first["memory"]) == ("not comparable", "not comparable")
    assert (first["pesq_wb"], first["level"]) == ("ok", "ok")

    second = make_gate(clone, cores)
    assert not {"not comparable", "no baseline"} & set(second.values())
    local, committed = (clone / name / "espeak/cpu/machines" for name in (".tts-baseline-local", "baselines"))
    (new,) = {path.name for path in local.iterdir()} - {path.name for path in committed.iterdir()}
    assert new != environment.read("cpu").key
    assert len(list((local / new).iterdir())) == 1

    page = (clone / "PERFORMANCE_BASELINE.md").read_text(encoding="utf-8")
    assert page == performance.render(clone / "baselines")
