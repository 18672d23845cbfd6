"""Eight requests at once on a CPU: what batches cost, and what a worker for each core can bring.

    OMP_WAIT_POLICY=PASSIVE python benchmarks/pipeline_vs_upstream/layouts.py [--rounds 3] [--write]

Eight cases of the suite `es` on the embedded voice under `equal` (docs/speed.md): CPU seconds of their steps,
arms in turn within a round.

    one by one      one thread
    in twos, ...    `batched`, one thread, so many requests at once, of nearly the same length
    two threads     one by one, torch dividing each operator between two threads

Of two threads the first does what cannot be divided and its part of the rest: a request takes no less than
its seconds, however many cores there are. Two workers of one thread each answer twice in the seconds of one
by one. They are `2 * first / one by one` times as fast as one worker of two threads, less what they take
from each other's memory, which one core does not show. A thread that waits has to sleep, hence the variable.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

import torch

from pipeline_vs_upstream import EQUAL
from tts_baseline.core import environment
from tts_baseline.pipelines.f5_spanish import create
from tts_baseline.suites.reader import read

RESULTS = Path(__file__).with_suffix(".json")
REQUESTS = 8
BATCHES = {"in twos": 2, "in fours": 4, "all at once": 8}
ALONE, THREADS = "one by one", "two threads"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=2, help="of each request")
    parser.add_argument("--write", action="store_true", help=f"replace {RESULTS.name}")
    options = parser.parse_args()
    for seconds, first in measured(options.rounds, options.steps):
        found = page(seconds, first)
        print(json.dumps(found), flush=True)
        if options.write:
            RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def measured(rounds: int, steps: int) -> Iterator[tuple[dict[str, list[float]], list[float]]]:
    """CPU seconds of every arm, and those of the first of two threads: all rounds so far, after each."""
    alone, jobs = voice(EQUAL, steps)
    batched, _ = voice(("batched", *EQUAL), steps)
    jobs = sorted(jobs, key=lambda job: job.frames)
    seconds: dict[str, list[float]] = {name: [] for name in (ALONE, THREADS, *BATCHES)}
    first: list[float] = []
    for number in range(-1, rounds):  # in the round before the first, libraries choose their kernels
        for name in list(seconds)[:: 1 if number % 2 else -1]:
            torch.set_num_threads(2 if name == THREADS else 1)
            size = BATCHES.get(name, 1)
            parts = batched if name in BATCHES else alone
            begun, mine = time.process_time(), time.thread_time()
            for start in range(0, len(jobs), size):
                parts.solver.mels(parts.network, jobs[start : start + size])
            if number >= 0:
                seconds[name].append(time.process_time() - begun)
                if name == THREADS:
                    first.append(time.thread_time() - mine)
        if number >= 0:
            yield seconds, first


def page(seconds: dict[str, list[float]], first: list[float]) -> dict[str, Any]:
    """What the rounds say."""
    alone = seconds[ALONE]
    workers = [2 * mine / one for mine, one in zip(first, alone, strict=True)]
    return {
        "machine": environment.read("cpu").hardware,
        "rounds": len(first),
        "arms": {name: {"seconds": median(taken), **of(taken, alone)} for name, taken in seconds.items()},
        "first of two threads": median(first),
        "two workers to two threads": {"median": median(workers), "rounds": [min(workers), max(workers)]},
    }


def voice(switches: tuple[str, ...], steps: int) -> tuple[Any, list[Any]]:
    """The voice's parts in so many steps, and the jobs of the first eight short sentences."""
    pipeline = create(settings={"weights": "embedded", "steps": steps}, optimize=switches)
    pipeline.load()
    cases = [case for case in read("es", Path.cwd()) if "short" in case.tags][:REQUESTS]
    jobs = [pipeline.jobs(case.request, pipeline.plan(case.request))[0] for case in cases]
    return pipeline.engine.parts, jobs


def of(taken: list[float], alone: list[float]) -> dict[str, Any]:
    """The share of one by one: its median, least and most of the rounds."""
    shares = [a / b for a, b in zip(taken, alone, strict=True)]
    return {"of one by one": median(shares), "rounds": [min(shares), max(shares)]}


if __name__ == "__main__":
    main()
