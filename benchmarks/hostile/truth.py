"""Kills, races and forgeries against the baselines: nothing false may be accepted, nothing half be left.

    python benchmarks/hostile/truth.py [--only crashes] [--write]

The section "truth" of results.json counts them; exit status 1 where anything was wrong.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

from tests.hostile.truth import crashes, crowds, forgeries  # noqa: E402

RESULTS = HERE / "results.json"
MACHINE = "AMD EPYC, AVX-512, 2 cores"
TRIES, ROUNDS = 200, 100  # of forgeries, of crowds
MOST = 30  # kills a command, at writes from its first to its last


def main() -> int:
    options = _options()
    parts = {"crashes": _crashes, "goldens": _goldens, "crowds": _crowds}
    wrong = 0
    for name in options.only or parts:
        begun = time.monotonic()
        page = parts[name]()
        page["seconds"] = round(time.monotonic() - begun)
        wrong += len(page["wrong"])
        print(name, json.dumps(page, indent=1, ensure_ascii=False), flush=True)
        if options.write:
            _keep(name, page)
    return int(wrong > 0)


def _crashes() -> dict[str, object]:
    made = []
    for name in crashes.SCENARIOS:
        with tempfile.TemporaryDirectory() as folder:
            made += list(crashes.crashes(name, Path(folder), most=MOST))
        print(f"{name}: {sum(crash.scenario == name for crash in made)} kills", flush=True)
    kills = Counter(crash.scenario for crash in made)
    return {"kills": len(made), "by command": kills, "wrong": [crash for crash in made if crash.wrong]}


def _goldens() -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        made = list(forgeries.tries(TRIES, Path(folder)))
    kinds = Counter(one.kind for one in made)
    refused = sum(one.refused for one in made)
    return {
        "tries": len(made), "by kind": kinds, "refused": refused, "wrong": [one for one in made if one.wrong],
    }  # fmt: skip


def _crowds() -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        made = list(crowds.rounds(ROUNDS, Path(folder)))
    return {
        "rounds": len(made), "accepts": sum(one.accepts for one in made),
        "wrong": [one for one in made if one.wrong],
    }  # fmt: skip


def _keep(name: str, page: dict[str, object]) -> None:
    every = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.strip()
    section = every.setdefault("truth", {})
    section |= {"command": "python benchmarks/hostile/truth.py --write", "machine": MACHINE}
    section[name] = {"commit": commit, **page}
    RESULTS.write_text(json.dumps(every, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", choices=("crashes", "goldens", "crowds"))
    parser.add_argument("--write", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
