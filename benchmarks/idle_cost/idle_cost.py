"""What the plugin costs where it is installed and not used: paired runs of pytest in an empty folder.

    python benchmarks/idle_cost/idle_cost.py [--pairs 40] [--write]

Each pair runs `pytest --collect-only` with the plugin and with `-p no:tts-baseline`, in alternating order.
What counts is the ratio of the CPU times of these processes, which others on the machine disturb least.
Other plugins of the development environment are switched off in both.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from tts_baseline.core import environment
from tts_baseline.stats.median import median_interval

RESULTS = Path(__file__).with_name("results.json")
WITHOUT = ("-p", "no:tts-baseline")
OTHERS = ("cacheprovider", "hypothesispytest", "pytest_cov", "benchmark", "xdist", "xdist.looponfail")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--pairs", type=int, default=40)
    parser.add_argument("--write", action="store_true", help=f"replace {RESULTS.name}")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        collect(folder), collect(folder, *WITHOUT)
        pairs = [pair(folder, number) for number in range(options.pairs)]
    extra = median_interval([with_it - without for with_it, without in pairs])
    share = median_interval([with_it / without - 1 for with_it, without in pairs])
    base = median(without for _, without in pairs)
    print("{:+.1%} [{:+.1%}, {:+.1%}] of CPU time,".format(*share), end=" ")
    print("{:+.1f} ms [{:+.1f}, {:+.1f}]".format(*(1e3 * seconds for seconds in extra)), end=" ")
    print(f"on top of {base * 1e3:.0f} ms")
    if options.write:
        page = {
            "machine": environment.read("cpu").hardware,
            "clock": "CPU time of the whole process",
            "extra_s": {"median": extra[0], "interval_95": extra[1:]},
            "share": {"median": share[0], "interval_95": share[1:]},
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
    """CPU seconds, user and system, of one process of pytest."""
    off = [word for name in OTHERS for word in ("-p", f"no:{name}")]
    child = subprocess.Popen(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", *off, *words],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
