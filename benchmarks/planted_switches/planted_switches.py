"""Draws what `optimize` finds on a pipeline whose switches have planted gains and planted damage.

    python benchmarks/planted_switches/planted_switches.py

Writes docs/planted_switches.svg; the project, in a temporary folder, is that of tests/cli/test_optimize.py.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from tests.cli.test_optimize import PROJECT, SUITE, VOICE
from tests.support.git_folder import new

OUT = Path(__file__).parents[2] / "docs" / "planted_switches.svg"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        project = new(Path(folder), PROJECT, SUITE)
        (project.root / "voice.py").write_text(VOICE, encoding="utf-8")
        project.commit("it speaks")
        answer = project.call("optimize")
        print(answer.out or answer.err)
        (plot,) = project.root.glob(".tts-baseline/optimize-*/pareto.svg")
        shutil.copy(plot, OUT)


if __name__ == "__main__":
    main()
