"""Plants every regression after three accepted runs, then runs the unchanged project again and again.

    python benchmarks/planted/planted.py [--unchanged 20] [--write]

Exit status 1 if a planted regression passed or was not named, or an unchanged run failed.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from scratch import PLANTS, Plant, Scratch

from tts_baseline.core import environment

RESULTS = Path(__file__).with_name("results.json")


def main() -> int:
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        project = Scratch(Path(folder))
        project.accept_runs(3)
        rows = [_planted(project, name, plant, options.repeat) for name, plant in PLANTS.items()]
        project.plant(Plant("pass", ""))
        unchanged = [_unchanged(project, number) for number in range(options.unchanged)]
    caught = sum(row["caught"] for row in rows)
    tried = sum(row["tried"] for row in rows)
    good = sum(run["exit"] == 0 for run in unchanged)
    print(f"{caught} of {tried} planted regressions failed and were named")
    print(f"{good} of {len(unchanged)} unchanged runs passed")
    if options.write:
        here = environment.read("cpu")
        page = {"machine": here.hardware, "software": here.software, "planted": rows, "unchanged": unchanged}
        RESULTS.write_text(json.dumps(page, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return int(caught < tried or good < len(unchanged))


def _planted(project: Scratch, name: str, plant: Plant, repeat: int) -> dict[str, object]:
    project.plant(plant)
    caught = 0
    for _ in range(repeat):
        done = project.gate()
        hit = done.returncode == 1 and plant.named in done.stdout
        caught += hit
        if not hit:
            print(done.stdout[-3000:])
    change = {str(v["gate"]): v["change"] for v in project.verdicts()}
    print(f"{name:<22} caught {caught} of {repeat}   named: {plant.named}", flush=True)
    return {"plant": name, "named": plant.named, "tried": repeat, "caught": caught, "change": change}


def _unchanged(project: Scratch, number: int) -> dict[str, object]:
    done = project.gate()
    statuses = {str(v["gate"]): v["status"] for v in project.verdicts()}
    change = next(v["change"] for v in project.verdicts() if v["gate"] == "latency")
    print(
        f"unchanged {number + 1}: exit {done.returncode}  latency {change:+.1%} {statuses['latency']}",
        flush=True,
    )
    if done.returncode:
        print(done.stdout[-3000:])
    return {"exit": done.returncode, "verdicts": statuses, "latency_change": change}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--unchanged", type=int, default=20, help="how often the unchanged project is run")
    parser.add_argument("--repeat", type=int, default=1, help="how often each planted regression is run")
    parser.add_argument("--write", action="store_true", help=f"replace {RESULTS.name}")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
