"""How long commands take over a suite of thousands of cases, and how that grows: each in a fresh process.

    python benchmarks/hostile/cases.py [--cases 5000] [--write]

The runs are made of numbers, in a project of their own: three processes, ten timed calls of every case, the
readings of every metric that is installed; four runs are accepted, and a fifth is pending. What counts is the
wall time of each command (the best of three), its CPU time and largest resident memory, and the ratio of CPU
times to a suite of a fifth of the size. Other processes lengthen the wall time: the load is kept, too.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import multiprocessing
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from kept import keep

from tts_baseline.baseline import files, pending
from tts_baseline.core.records import (
    Audio,
    Calls,
    Case,
    ColdStart,
    Environment,
    Reading,
    Replicate,
    Run,
    Utterance,
    Work,
)
from tts_baseline.core.registry import metrics
from tts_baseline.session.accept import accept_run
from tts_baseline.session.project import open_project

COMMANDS = (("compare", "last"), ("report", "last"), ("report",), ("review",))
ACCEPTED = 4
PROCESSES, PASSES = 3, 10
HARDWARE = Environment(key="made-up", device="cpu", hardware={}, software={"numpy": "2"})
WORK = Work(operators={"mm": 2}, flops={"mm": 2}, syncs={"mm": 2}, allocated={"mm": 2})
TRIES = 3
SMALLER = 5  # the other suite's size, as a part of the first

SETTINGS = """[tool.tts-baseline]
pipeline = "voice:synthesize"
suite = "cases.toml"
"""
VOICE = "def synthesize(text):\n    raise NotImplementedError\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--cases", type=int, default=5_000)
    parser.add_argument("--write", action="store_true", help="keep the section 'cases' of results.json")
    options = parser.parse_args()
    large, small = (measured(size) for size in (options.cases, options.cases // SMALLER))
    page = {
        "command": f"python benchmarks/hostile/cases.py --cases {options.cases}",
        "cases": options.cases,
        "load": round(os.getloadavg()[0], 1),
        "commands": {
            name: {
                "seconds": round(took.seconds, 2),
                "cpu_seconds": round(took.cpu_seconds, 2),
                "peak_mib": round(took.peak / 2**20),
                "cpu_times_a_fifth": round(took.cpu_seconds / small[name].cpu_seconds, 1),
            }
            for name, took in large.items()
        },
    }
    for name, row in page["commands"].items():
        print(f"{name:<14} {row}")
    if options.write:
        keep("cases", page)


class Took(NamedTuple):
    """What a command took: seconds by the clock, of CPU time, and bytes of memory."""

    seconds: float
    cpu_seconds: float
    peak: int


def measured(cases: int) -> dict[str, Took]:
    """By command, what it took over so many cases: the quickest of three."""
    with tempfile.TemporaryDirectory() as folder:
        # In a process of its own: a child that a large one starts has that one's memory as its largest.
        making = multiprocessing.get_context("spawn").Process(target=unsynced_project, args=(folder, cases))
        making.start()
        making.join()
        return {" ".join(words): min(timed(words, Path(folder)) for _ in range(TRIES)) for words in COMMANDS}


@contextlib.contextmanager
def unsynced() -> Iterator[None]:
    """A block in which no file waits for the disk: a project that is thrown away may be lost."""
    fsync, os.fsync = os.fsync, lambda _: None
    try:
        yield
    finally:
        os.fsync = fsync


def unsynced_project(folder: str, cases: int) -> None:
    """As `project`, in a folder that is thrown away."""
    with unsynced():
        project(Path(folder), cases)


def timed(words: tuple[str, ...], folder: Path) -> Took:
    """What one command takes in a fresh process."""
    code = f"import sys; from tts_baseline.cli import main; sys.exit(main({list(words)!r}))"
    # As when it is installed, its bytecode is there: the first of the three tries writes it.
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    begun = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, "-c", code], cwd=folder, env=variables, stdout=subprocess.DEVNULL
    )
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in (0, 1):
        raise SystemExit(f"{' '.join(words)} ended with {child.returncode}")
    return Took(time.perf_counter() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)


def project(folder: Path, cases: int, accepted: int = ACCEPTED) -> None:
    """A project in `folder` with accepted runs, and a pending one, of so many cases."""
    (folder / "voice.py").write_text(VOICE)
    (folder / "pyproject.toml").write_text(SETTINGS)
    asked = tuple(Case(id=f"c{number:05}", text=f"Frase número {number}.") for number in range(cases))
    tables = (f'[[case]]\nid = "{case.id}"\ntext = "{case.text}"\n' for case in asked)
    (folder / "cases.toml").write_text("".join(tables))
    opened = open_project(folder, {})
    said = Utterance(samples=np.linspace(-0.5, 0.5, 800, dtype=np.float32), sample_rate=16_000)
    for number in range(accepted + 1):
        run = made(asked, number, said, slower=number == accepted)
        pending.save(opened.report, run, dict.fromkeys(run.audio, said))
        if number < accepted:
            accept_run(opened, run.id, reason="made of numbers")


def made(cases: tuple[Case, ...], number: int, said: Utterance, *, slower: bool) -> Run:
    """A run of these cases, whose numbers are drawn anew for each `number`; of `slower`, every second is."""
    dice = random.Random(number)
    audio = Audio(
        sha256=hashlib.sha256(said.samples.tobytes()).hexdigest(),
        sample_rate=said.sample_rate,
        samples=len(said.samples),
    )
    golden = hashlib.sha256(files.encode_flac(said)).hexdigest()
    readings = tuple(_readings(cases, dice, slower=slower))
    return Run(
        id=f"20260101-00000{number}-aaaa",
        created=f"2026-01-01T00:00:0{number}+00:00",
        pipeline="voice:synthesize",
        variant="cpu",
        suite="cases",
        commit=None,
        dirty=False,
        environment=HARDWARE,
        provenance={},
        cases=cases,
        replicates=tuple(process(cases, dice, counts=not index) for index in range(PROCESSES)),
        audio={case.id: audio for case in cases},
        goldens={case.id: golden for case in cases} if number else {},
        readings=readings,
        own_readings=tuple(r for r in readings if metrics()[r.metric].spec.golden),
    )


def process(cases: tuple[Case, ...], dice: random.Random, *, counts: bool) -> Replicate:
    """One fresh process that said each of these cases `PASSES` times."""
    start = ColdStart(case=cases[0].id, spawn_s=0.1, import_s=0.2, load_s=0.3, first_request_s=0.1)
    return Replicate(cold_start=start, calls={case.id: _calls(dice, counts=counts) for case in cases})


def _calls(dice: random.Random, *, counts: bool) -> Calls:
    walls = tuple(round(dice.gauss(0.1, 0.003), 7) for _ in range(PASSES))
    return Calls(
        wall_s=walls,
        cpu_s=walls,
        reference_s=tuple(round(dice.gauss(0.001, 0.00003), 7) for _ in range(PASSES)),
        stages={"text": (0.01,) * PASSES, "model": (0.08,) * PASSES},
        audio_s=0.05,
        sha256="0" * 64,
        peak_rss=100_000_000,
        uss=80_000_000,
        work=WORK if counts else None,
    )


def _readings(cases: tuple[Case, ...], dice: random.Random, *, slower: bool) -> Iterator[Reading]:
    for name, metric in metrics().items():
        scope, decide = metric.spec.scope, metric.spec.decide
        for case in [None] if scope != "case" else [case.id for case in cases]:
            is_slower = slower and case is not None and int(case[1:]) % 2
            if decide == "exact":
                value = 2.0 + bool(is_slower)
            elif decide == "ratio":
                value = round(dice.gauss(0.2 if is_slower else 0.1, 0.003), 6)
            else:
                value = round(dice.gauss(4, 0.1), 3)
            # All processes say the same, so that one utterance is scored.
            count = 1 if metric.spec.family == "quality" else PROCESSES
            yield Reading(metric=name, case=case, value=value, values=(value,) * count)


if __name__ == "__main__":
    main()
