"""Records timings of a pipeline against itself, slowed down by known amounts: what every gate is tried on.

    python benchmarks/gate_vs_peers/record.py espeak-idle --sessions 100

One session is eight restarts of two fresh processes, measured as the judge measures: quads ABBA or BAAB of
each case. In each pass a case has one quad for every level of slowdown, in an order drawn anew. The
slowdown is executed in the head's call (`tts_baseline.measure.extra`).

A session is added to the rig's archive when it is complete, so recording can be stopped and resumed;
sessions never overlap. The rigs called busy run beside a co-tenant. On the idle ones a restart is measured
anew, whatever its times, where the machine was not idle: other processes used more than a tenth of the cores'
time, or the host took away more than a twentieth of it.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np
import recordings
from msgspec.structs import replace
from numpy.typing import NDArray

from tts_baseline.core import environment
from tts_baseline.core.records import Case
from tts_baseline.core.table import find_root
from tts_baseline.measure import host
from tts_baseline.measure.client import Worker
from tts_baseline.measure.lock import measuring
from tts_baseline.measure.pair import (
    QUADS,
    WARM_UPS,
    Arm,
    Side,
    Voice,
    passes,
    place_alike,
    quad,
    shuffled_cores,
)
from tts_baseline.session.project import open_project

HERE = Path(__file__).resolve().parent
RECORDINGS = HERE / "recordings"


class Plan(NamedTuple):
    """A pipeline, the quads of a case in each restart and level, and the slowdowns that are executed."""

    pipeline: str
    quads: int
    levels: tuple[float, ...]


# Threads that wait for each other are disturbed more, so torch has more quads where power is asked for
# (idle), and fewer levels, which make up for the time.
PLANS = {
    "espeak-idle": Plan("espeak", 5, (0.0, 0.05, 0.07, 0.10)),
    "espeak-busy": Plan("espeak", 5, (0.0, 0.05, 0.07, 0.10)),
    "torch-idle": Plan("torch_voice:Voice", 7, (0.0, 0.07, 0.10)),
    "torch-busy": Plan("torch_voice:Voice", 4, (0.0, 0.10)),
}
CASES = "hello,thanks,where-station,is-lucia-coming,short-date,timetable,agreement,race"
RESTARTS = 8
UNIT_S = 1e-7
OTHERS = 0.1
STOLEN = 0.05
PAUSE_S = 5.0
SIDES: tuple[Side, Side] = ("base", "head")
# The co-tenant comes and goes: it computes on one core and rests in turn, each for a time that it draws.
# It ends when its recorder does, even where that is killed.
CO_TENANT = """
import os, random, sys, time
dice = random.Random(int(time.time()))
recorder = int(sys.argv[1])
while os.getppid() == recorder:
    busy_s = dice.uniform(0.0, 1.5)
    end = time.perf_counter() + busy_s
    while time.perf_counter() < end:
        sum(i * i for i in range(2000))
    time.sleep(dice.uniform(0.0, 1.5))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("rig", choices=PLANS)
    parser.add_argument("--sessions", type=int, default=100, help="how many there are to be in the end")
    parser.add_argument(
        "--minutes", type=float, default=float("inf"), help="begin no session after this time"
    )
    parser.add_argument("--out", type=Path, default=RECORDINGS)
    options = parser.parse_args()
    plan = PLANS[options.rig]
    archive = recordings.archive_of(options.out, options.rig)
    until = time.monotonic() + 60 * options.minutes
    project = open_project(find_root(Path.cwd()), {"pipeline": plan.pipeline, "suite": "es", "cases": CASES})
    spec = project.worker
    arm = Arm(name=options.rig, spec=replace(spec, paths=(*spec.paths, str(HERE))))
    missing = sorted(set(range(options.sessions)).difference(recordings.numbers(archive)))
    while missing and time.monotonic() < until:
        number = missing.pop(0)
        begun = time.monotonic()
        with measuring(print), co_tenant() if options.rig.endswith("busy") else contextlib.nullcontext():
            recording = session(arm, project.chosen, options.rig, number, plan)
        recordings.add(archive, number, recording)
        print(f"{options.rig} {number:04d} {time.monotonic() - begun:.1f} s", flush=True)
    print(f"{len(missing)} sessions to go")


def session(arm: Arm, cases: Sequence[Case], rig: str, number: int, plan: Plan) -> bytes:
    """The file of one session."""
    began = datetime.now(UTC).isoformat(timespec="seconds")
    restarts, around = [], []
    disturbed = 0
    while len(restarts) < RESTARTS:
        dice = random.Random(f"{rig} {number} {len(restarts)} {disturbed}")
        before = usage()
        taken = restart(arm, cases, plan, dice)
        now = usage().since(before)
        if rig.endswith("idle") and (now.others > OTHERS or now.steal > STOLEN):
            disturbed += 1
            print(
                f"{number:04d}, restart {len(restarts) + 1} once more: "
                f"other processes used {now.others:.0%} of the cores, the host {now.steal:.0%}",
                flush=True,
            )
            time.sleep(PAUSE_S)
            continue
        restarts.append(taken)
        around.append(now)
    here = environment.read("cpu")
    meta = {
        "rig": rig,
        "session": number,
        "began": began,
        "cases": [case.id for case in cases],
        "machine": here.hardware,
        "software": here.software,
        "others_cpu": [round(share.others, 3) for share in around],
        "steal": [round(share.steal, 3) for share in around],
        "disturbed": disturbed,
    }
    columns = {name: np.stack([taken[name] for taken in restarts]) for name in restarts[0]}
    buffer = io.BytesIO()
    np.savez_compressed(buffer, levels=np.array(plan.levels), meta=np.array(json.dumps(meta)), **columns)
    return buffer.getvalue()


def restart(
    arm: Arm, cases: Sequence[Case], plan: Plan, dice: random.Random
) -> dict[str, NDArray[np.int32] | NDArray[np.bool_]]:
    """Times of two fresh processes: by case, level and quad, the four calls', and whether base began."""
    levels = plan.levels
    shape = (len(cases), len(levels), plan.quads)
    columns = {name: np.zeros((*shape, 4), np.int32) for name in ("wall", "cpu", "reference")}
    first = np.zeros(shape, bool)
    with voices_of(arm, cases) as voices:
        for case in passes(cases, WARM_UPS, dice):
            for side in dice.sample(SIDES, 2):
                voices[side].warm_up(case)
        place_alike(list(voices.values()), shuffled_cores(dice))
        for turn in range(plan.quads):
            for case in passes(cases, 1, dice):
                for level in dice.sample(range(len(levels)), len(levels)):
                    order = dice.choice(QUADS)
                    calls = quad(voices, case, order, extra_s=levels[level] * voices["base"].usual_s(case))
                    at = (cases.index(case), level, turn)
                    first[at] = order[0] == "base"
                    for name, column in columns.items():
                        column[at] = [round(getattr(call, f"{name}_s") / UNIT_S) for call in calls]
    return {**columns, "first": first}


class Usage(NamedTuple):
    """Seconds of the clock, of CPU time of other processes, and of time that the host took away."""

    clock: float
    others: float
    steal: float

    def since(self, before: Usage) -> Usage:
        """The shares of all cores' time since then."""
        available = (self.clock - before.clock) * (os.cpu_count() or 1)
        return Usage(1.0, (self.others - before.others) / available, (self.steal - before.steal) / available)


def usage() -> Usage:
    """Usage so far; this process and its children that have ended are not among the others."""
    machine, ours = host.cpu_time(), os.times()
    return Usage(time.monotonic(), machine.worked - sum(ours[:4]), machine.stolen)


@contextlib.contextmanager
def voices_of(arm: Arm, cases: Sequence[Case]) -> Iterator[dict[Side, Voice]]:
    """Two fresh processes, loaded at the same time."""
    with ThreadPoolExecutor(len(SIDES)) as pool, contextlib.ExitStack() as stack:
        # The pool outlives the workers: a worker dies with the thread that started it.
        loading = [pool.submit(Worker, arm.spec, load_timeout=120) for _ in SIDES]
        workers = [stack.enter_context(future.result()) for future in loading]
        yield {
            side: Voice(arm, worker, cases, timeout=60) for side, worker in zip(SIDES, workers, strict=True)
        }


@contextlib.contextmanager
def co_tenant() -> Iterator[int]:
    """A process beside, whose id is given, that computes on one core for part of the time."""
    process = subprocess.Popen([sys.executable, "-c", CO_TENANT, str(os.getpid())])
    try:
        yield process.pid
    finally:
        process.kill()
        process.wait()


if __name__ == "__main__":
    main()
