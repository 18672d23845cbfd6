"""The example of a project on the embedded voice: with a small voice of one's own it runs as it stands."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import REPOSITORY, small

EXAMPLE = REPOSITORY / "examples" / "f5_project"
CASE = "where-station"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of it that speaks with a small random voice, at two steps."""
    here = shutil.ignore_patterns(".tts-baseline")  # the runs of `make gate-f5`
    folder = shutil.copytree(EXAMPLE, tmp_path_factory.mktemp("example") / "project", ignore=here)
    small.make_voice(folder / "voices" / "ana")
    settings = folder / "pyproject.toml"
    text = settings.read_text(encoding="utf-8")
    own = text.replace('weights = "embedded"', 'weights = "voices/ana"\nsteps = 2')
    assert own != text
    settings.write_text(own, encoding="utf-8")
    return folder


def run(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words],
        cwd=project, capture_output=True, text=True, check=False, timeout=900,
        env={**os.environ, "CI": "", "OMP_NUM_THREADS": "1"},
    )  # fmt: skip


def command(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    main = "import sys, tts_baseline.cli; sys.exit(tts_baseline.cli.main(sys.argv[1:]))"
    return run(project, "-c", main, *words)


def test_it_is_measured_then_gated_on_the_same_sound_with_tests_of_its_own(project: Path) -> None:
    first = command(project, "run", "--cases", CASE)
    assert first.returncode == 0, first.stdout + first.stderr
    page = json.loads(next(project.glob(".tts-baseline/2*/run.json")).read_text())
    assert page["failures"] == []
    assert page["provenance"]["weights"] == "voices/ana"
    assert page["provenance"]["checkpoint"].startswith("voices/ana/small_v1.safetensors ")
    words = ("--tts-baseline", "-p", "no:cacheprovider", "-rA", "--tts-cases", CASE)
    again = run(project, "-m", "pytest", *words, "-k", "quality or question or hour")
    assert again.returncode == 0, again.stdout + again.stderr
    for name in (f"spoken_whole[{CASE}]", "read_out_in_words[mexican]", "read_out_in_words[castilian]"):
        assert re.search(rf"^PASSED test_voice\.py::\w*{re.escape(name)}", again.stdout, re.MULTILINE), name
    assert re.search(r"^ok +pesq_wb +4\.64 +4\.64", again.stdout, re.MULTILINE), again.stdout
