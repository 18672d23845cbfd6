"""What the plugin costs where it is installed and not used: paired runs of pytest in an empty folder.

    python benchmarks/idle_cost/idle_cost.py [--pairs 20] [--write]

Each pair runs `pytest --collect-only` with the plugin and with `-p no:tts-baseline`, in alternating order.
Other plugins of the development environment are switched off in both.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from tts_baseline.core import environment
from tts_baseline.stats.median import median_interval

RESULTS = Path(__file__).with_name("results.json")
WITHOUT = ("-p", "no:tts-baseline")
OTHERS = ("-p", "no:cacheprovider", "-p", "no:hypothesispytest", "-p", "no:pytest_cov")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--pairs", type=int, default=20)
    parser.add_argument("--write", action="store_true", help=f"replace {RESULTS.name}")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        collect(folder), collect(folder, *WITHOUT)
        pairs = [pair(folder, number) for number in range(options.pairs)]
    extra = [with_it - without for with_it, without in pairs]
    middle, low, high = median_interval(extra)
    base = median(without for _, without in pairs)
    print(f"{middle * 1e3:+.1f} ms [{low * 1e3:+.1f}, {high * 1e3:+.1f}] on top of {base * 1e3:.0f} ms")
    if options.write:
        page = {
            "machine": environment.read("cpu").hardware,
            "extra_s": {"median": middle, "interval_95": [low, high]},
            "pairs_s": pairs,
        }
        RESULTS.write_text(json.dumps(page, indent=1) + "\n", encoding="utf-8")


def pair(folder: str, number: int) -> tuple[float, float]:
    if number % 2:
        without = collect(folder, *WITHOUT)
        return collect(folder), without
    with_it = collect(folder)
    return with_it, collect(folder, *WITHOUT)


def collect(folder: str, *words: str) -> float:
    begun = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", *OTHERS, *words],
        cwd=folder,
        capture_output=True,
        check=False,
    )
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
