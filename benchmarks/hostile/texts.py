"""Sends every text of tests/hostile/texts through every command, and counts what acts, breaks or leaks.

    python benchmarks/hostile/texts.py [--write]

All texts are cases, provenance and errors of one project, which is measured twice; then each is an argument,
a reason and a name of every command, in one of four encodings in turn.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from kept import keep

REPOSITORY = Path(__file__).parents[2]
sys.path.insert(0, str(REPOSITORY))

from tests.hostile.texts.outputs import ENCODINGS, commands, complaints, leaks, measured, texts  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--write", action="store_true", help="keep the section 'texts' of results.json")
    options = parser.parse_args()
    every = texts()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"SPEECH_TOKEN": "hunter2hunter2", "TMPDIR": folder}
        os.environ.pop("CI", None)
        project = Path(folder, "project")
        project.mkdir()
        os.chdir(project)
        wrong, calls = measured(project, every, every["clipboard"]), 2
        for number, say in enumerate(every.values()):
            for asked in commands(say):
                wrong += complaints(asked, ENCODINGS[number % len(ENCODINGS)])
                calls += 1
        wrong += leaks(project)
        os.chdir(REPOSITORY)
    print(*wrong, f"{len(every)} texts, {calls} commands, {len(wrong)} complaints", sep="\n")
    if options.write:
        page = {"command": "python benchmarks/hostile/texts.py", "texts": len(every), "commands": calls}
        keep("texts", page | {"encodings": list(ENCODINGS), "complaints": wrong})


if __name__ == "__main__":
    main()
