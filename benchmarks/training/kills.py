"""How often a training run that is killed ends as one that nobody disturbed, bit for bit.

    python benchmarks/training/kills.py [--kills N] [--write]

A small run is killed (SIGKILL) at random moments until it ends, over and over until there were N kills; and
once at each step of writing a checkpoint: before, in the middle of, and after each write, flush, rename and
sync. Each is then resumed, and what it ends at compared with the undisturbed run.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from msgspec.structs import replace

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

from tests.support import training  # noqa: E402
from tts_baseline.core import environment, git  # noqa: E402
from tts_baseline.training import begin, checkpoints, dataset, run  # noqa: E402

# Kept after every update, and examined at every fourth: there is always something to be in the middle of.
RECIPE = replace(training.RECIPE, updates=12, check_every=4)
KILLS = 200


def train(data: Path, folder: Path) -> None:
    """The run, from where it was left to its end."""
    known, held = dataset.read(data), dataset.read(data, "held_out")
    network = begin.network(RECIPE, known.vocabulary, start=None, root=folder)
    run.run(network, known, RECIPE, folder, held_out=held)


def bits(folder: Path) -> dict[str, Any]:
    """All that the checkpoints of a run hold."""
    names = (checkpoints.LAST, checkpoints.BEST)
    return {name: training.bits(folder, name) for name in names if (folder / name).exists()}


def in_child(work: Callable[[], None], kill: Callable[[int], None] = lambda _: None) -> bool:
    """Whether a forked process came to the end of its work, or was killed. It starts no thread."""
    child = os.fork()
    if child == 0:
        try:
            torch.set_num_threads(1)
            work()
        except BaseException as error:  # noqa: BLE001 - the parent is told
            print(f"{error!r}", file=sys.stderr)
            os._exit(1)
        os._exit(0)
    kill(child)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise RuntimeError("the run failed by itself")
    return os.WIFEXITED(status)


def at_random(data: Path, folder: Path, dice: random.Random, *, most: int, longest_s: float) -> int:
    """How often the run was killed, at most so often, each time within `longest_s` of its start."""

    def kill(child: int) -> None:
        time.sleep(dice.uniform(0, longest_s))
        os.kill(child, signal.SIGKILL)

    kills = 0
    while kills < most and not in_child(lambda: train(data, folder), kill):
        kills += 1
    return kills


# What a checkpoint is written with, and when to die: before it, or after it; a write also half-way.
STEPS = tuple(
    (name, moment)
    for name in ("torch.save", "os.fsync", "Path.replace", "sync_folder")
    for moment in ("before", "half-way", "after")
    if moment != "half-way" or name == "torch.save"
)


def at_step(data: Path, folder: Path, step: tuple[str, str], turn: int) -> bool:
    """Whether the run died in this step of its `turn`-th checkpoint: False where it makes no so many."""
    return not in_child(lambda: _dying(data, folder, step, turn))


def _dying(data: Path, folder: Path, step: tuple[str, str], turn: int) -> None:
    name, moment = step
    owner, attribute = {
        "torch.save": (torch, "save"),
        "os.fsync": (checkpoints.os, "fsync"),
        "Path.replace": (Path, "replace"),
        "sync_folder": (checkpoints, "sync_folder"),
    }[name]
    real, calls = getattr(owner, attribute), iter(range(turn + 1))

    def die() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def wrapped(*given: Any, **named: Any) -> Any:
        is_now = next(calls, -1) == turn
        if is_now and moment == "before":
            die()
        if is_now and moment == "half-way":
            import io

            whole = io.BytesIO()
            real(given[0], whole)
            given[1].write(whole.getvalue()[: len(whole.getvalue()) // 2])
            given[1].flush()
            die()
        result = real(*given, **named)
        if is_now:
            die()
        return result

    setattr(owner, attribute, wrapped)
    train(data, folder)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--kills", type=int, default=KILLS, help=f"at random moments (default: {KILLS})")
    options.add_argument("--steps", type=int, default=len(STEPS), help="of writing one (default: all)")
    options.add_argument("--turns", type=int, default=4, help="checkpoints to die in (default: 4)")
    options.add_argument("--write", action="store_true", help="write kills.json beside this file")
    asked = options.parse_args()
    torch.set_num_threads(1)
    dice, began = random.Random(0), time.process_time()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = training.made(folder / "data")
        since = time.monotonic()
        in_child(lambda: train(data, folder / "whole"))
        longest_s = time.monotonic() - since
        whole = bits(folder / "whole")
        kills = runs = same = 0
        while kills < asked.kills:
            own = folder / f"random {runs}"
            kills += at_random(data, own, dice, most=asked.kills - kills, longest_s=longest_s)
            in_child(lambda own=own: train(data, own))
            runs, same = runs + 1, same + (bits(own) == whole)
        steps = {}
        for step in STEPS[: asked.steps]:
            ended = []
            for turn in range(asked.turns):
                own = folder / f"{step} {turn}"
                died = at_step(data, own, step, turn)
                in_child(lambda own=own: train(data, own))
                ended.append(died and bits(own) == whole)
            steps[" ".join(step)] = f"{sum(ended)} of {len(ended)}"
    results = {
        "command": f"python benchmarks/training/kills.py --kills {asked.kills} --turns {asked.turns} --write",
        "commit": git.commit(ROOT)[0],
        "processor": environment.read("cpu").key,
        "kills at random moments": kills,
        "runs that were killed": runs,
        "runs that ended bit for bit as the undisturbed one": same,
        "killed at each step of a checkpoint, and ended so": steps,
        "cpu_s": round(time.process_time() - began + sum(os.times()[2:4]), 1),
    }
    page = json.dumps(results, indent=1)
    print(page)
    if asked.write:
        (HERE / "kills.json").write_text(page + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
