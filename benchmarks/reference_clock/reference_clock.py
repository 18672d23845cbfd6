"""How much of the drift between sessions the reference computation takes out, on this machine.

    python benchmarks/reference_clock/reference_clock.py [--sessions 24] [--write]

Measures the same unchanged pipeline again and again, each session three fresh processes, and compares
the spread of the suite's latency between sessions by the wall clock with the spread relative to the
reference computation. Both clocks read the very same calls.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
from pathlib import Path
from statistics import fmean, stdev

import numpy as np

from tts_baseline.core import environment
from tts_baseline.core.records import Run
from tts_baseline.core.table import find_root
from tts_baseline.gate.screen.machine_speed import UNADJUSTED, Adjustment, calibrate
from tts_baseline.session.measurement.progress import silent
from tts_baseline.session.measurement.suite import take
from tts_baseline.session.project import open_project

RESULTS = Path(__file__).with_name("results.json")
CASES = "hello,thanks,timetable,appointment,agreement,rioplatense-rain,storm,project"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sessions", type=int, default=24)
    parser.add_argument("--write", action="store_true", help=f"replace {RESULTS.name}")
    options = parser.parse_args()
    project = open_project(find_root(Path.cwd()), {"pipeline": "espeak", "suite": "es", "cases": CASES})
    runs = []
    for number in range(options.sessions):
        runs.append(take(project, project.chosen, silent())[0])
        print(f"session {number + 1} of {options.sessions}", end="\r", flush=True)
    clock = calibrate(runs)
    table = {"wall clock": study(runs, UNADJUSTED), "relative to the reference": study(runs, clock)}
    plain, fair = (np.array(row["sessions"]) for row in table.values())
    ratio = float(np.std(plain, ddof=1) / np.std(fair, ddof=1))
    low, high = bootstrap_ratio(plain, fair)
    for name, row in table.items():
        print(f"{name:<28} session sd {row['sd']:6.1%}   pairs over 5 % apart {row['apart']:6.1%}")
    print(f"computing share {clock.share:.2f}; spread {ratio:.1f} times smaller [{low:.1f}, {high:.1f}]")
    if options.write:
        here = environment.read("cpu")
        page = {
            "machine": here.hardware,
            "software": here.software,
            "computing_share": clock.share,
            "ratio_of_spreads": ratio,
            "interval_95": [low, high],
            "clocks": table,
        }
        RESULTS.write_text(json.dumps(page, indent=1) + "\n", encoding="utf-8")


def study(runs: list[Run], adjustment: Adjustment) -> dict[str, object]:
    """Session values (mean log latency), their spread, and how often two of them are over 5 % apart."""
    values = [session(run, adjustment) for run in runs]
    pairs = list(itertools.combinations(values, 2))
    apart = fmean(abs(a - b) > math.log(1.05) for a, b in pairs)
    return {"sd": stdev(values), "apart": apart, "sessions": [v - fmean(values) for v in values]}


def session(run: Run, adjustment: Adjustment) -> float:
    readings = [r for r in run.readings if r.metric == "latency"]
    return fmean(math.log(value) for r in readings for value in r.values) - adjustment.of(run.replicates)


def bootstrap_ratio(plain: np.ndarray, fair: np.ndarray) -> tuple[float, float]:
    """95 % interval of the ratio of spreads; sessions are drawn in blocks of 4, as neighbours are alike."""
    dice = np.random.default_rng(0)
    blocks = len(plain) // 4
    ratios = []
    for _ in range(4000):
        starts = dice.integers(0, len(plain) - 3, blocks)
        picked = (starts[:, None] + np.arange(4)).ravel()
        ratios.append(np.std(plain[picked]) / np.std(fair[picked]))
    low, high = np.quantile(ratios, [0.025, 0.975])
    return float(low), float(high)


if __name__ == "__main__":
    main()
