"""What waiting for others of one's length brings, by how much of an answer's cost a batch shares.

    python benchmarks/batching/batching.py [--write]

A simulation: one worker, in which n requests of one length take `shared + (1 - shared) * n` of the time of
one answer, and other lengths another pass; before it the scheduler of the load measurement
(`measure/traffic/batching.py`). Seconds are those of one answer alone, whatever its length. `shared` is 0
where a processor is busy with one request already, and nearly 1 where one leaves it idle; below 0, a batch
costs more than its requests one by one (f5_spanish on a CPU, docs/speed.md).
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path
from statistics import geometric_mean

from tts_baseline.measure.traffic.arrivals import poisson
from tts_baseline.measure.traffic.batching import BatchPolicy, WaitingRequest, due, look_again

RESULTS = Path(__file__).parent / "results.json"
CLIENTS, REQUESTS, SEEDS = 8, 2000, 5
SHARED = (-0.18, 0.0, 0.4, 0.8)
WAITS: tuple[float | None, ...] = (None, 0.25, 1.0)
LENGTHS = (20, 24, 40, 48, 80, 96)  # bytes of text: three buckets


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--write", action="store_true", help=f"replace {RESULTS.name}")
    page = [
        {"shared": shared, "wait": wait, "closed": closed(shared, wait), "p95": p95(shared, wait)}
        for shared in SHARED
        for wait in WAITS
    ]
    print(json.dumps(page, indent=1))
    if parser.parse_args().write:
        RESULTS.write_text(json.dumps(page, indent=1) + "\n", encoding="utf-8")


def closed(shared: float, wait: float | None) -> float:
    """Answers in the time of one, with 8 clients that each ask again when they are answered."""
    return geometric_mean(_closed(shared, wait, seed) for seed in range(SEEDS))


def _closed(shared: float, wait: float | None, seed: int) -> float:
    dice = random.Random(seed)
    policy = BatchPolicy(CLIENTS, wait)
    waiting = [WaitingRequest(dice.choice(LENGTHS), 0.0) for _ in range(CLIENTS)]
    now, answered = 0.0, 0
    while answered < REQUESTS:
        chosen = due(waiting, now, policy)
        if not chosen:
            now = look_again(waiting, policy)
            continue
        now += cost([waiting[index] for index in chosen], shared)
        answered += len(chosen)
        waiting = [each for index, each in enumerate(waiting) if index not in chosen]
        waiting += [WaitingRequest(dice.choice(LENGTHS), now) for _ in chosen]
    return answered / now


def p95(shared: float, wait: float | None) -> float:
    """The 95th percentile of the latency at 70 % of what the worker does one by one, arriving at random."""
    return geometric_mean(_p95(shared, wait, seed) for seed in range(SEEDS))


def _p95(shared: float, wait: float | None, seed: int) -> float:
    dice = random.Random(seed)
    policy = BatchPolicy(CLIENTS, wait)
    coming = [WaitingRequest(dice.choice(LENGTHS), at) for at in poisson(0.7, REQUESTS, seed)]
    waiting: list[WaitingRequest] = []
    latencies: list[float] = []
    now = 0.0
    while coming or waiting:
        while coming and coming[0].since <= now:
            waiting.append(coming.pop(0))
        chosen = due(waiting, now, policy) if waiting else []
        if not chosen:
            moments = [look_again(waiting, policy)] if waiting else []
            now = min([*moments, *(each.since for each in coming[:1])])
            continue
        now += cost([waiting[index] for index in chosen], shared)
        latencies += [now - waiting[index].since for index in chosen]
        waiting = [each for index, each in enumerate(waiting) if index not in chosen]
    return sorted(latencies)[int(0.95 * len(latencies))]


def cost(batch: list[WaitingRequest], shared: float) -> float:
    """The seconds of a batch, in those of one answer: a pass for each bucket of lengths."""
    passes = len({LENGTHS.index(each.length) // 2 for each in batch})
    return shared * passes + (1 - shared) * len(batch)


if __name__ == "__main__":
    main()
