"""Runs the fuzz targets again and again, each time with another seed, until the time is up or one fails.

    python tests/fuzz/run.py SECONDS [SEED]

Seeds are drawn, or follow each other from SEED on: so CI tries the same each time, and fails for a change. A
failure prints its example, and the seed that finds it again: pytest --hypothesis-seed=N.
"""

from __future__ import annotations

import secrets
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
PYTEST = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "python_files=fuzz_*.py")


def main() -> int:
    seconds = float(sys.argv[1])
    first = int(sys.argv[2]) if sys.argv[2:] else secrets.randbelow(2**32)
    until = time.monotonic() + seconds
    rounds = 0
    while not rounds or time.monotonic() < until:
        number = first + rounds
        words = (*PYTEST, "--hypothesis-profile=steady", f"--hypothesis-seed={number}", "tests/fuzz")
        done = subprocess.run([sys.executable, *words], cwd=ROOT, check=False)
        if done.returncode:
            print(f"failed with --hypothesis-seed={number}, in round {rounds + 1}")
            return 1
        rounds += 1
    print(f"{rounds} rounds in {seconds:.0f} s: no fault")
    return 0


if __name__ == "__main__":
    sys.exit(main())
