"""Plants faults in human recordings; counts what the gate of sound fails, what it names, and its alarms.

    python benchmarks/sound_gate/sound_gate.py --sounds FOLDER [--write]

FOLDER keeps the prompts (fetched by apt-get, decoded by ffmpeg). Nothing is spoken: recordings are scored and
judged as those of a run are, by the same functions.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import zlib
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from faults import FAULTS, HARMLESS, Plant
from prompts import PACKAGE, RATE, prompts

from tts_baseline.core import environment
from tts_baseline.core.protocols import Evidence
from tts_baseline.core.records import (
    Acceptance,
    Audio,
    Baseline,
    Case,
    Quality,
    QualityCase,
    Reading,
    Replicate,
    Run,
    Score,
    Utterance,
)
from tts_baseline.core.registry import metrics
from tts_baseline.core.verdict import FAILING
from tts_baseline.gate import limits
from tts_baseline.gate.screen import quality
from tts_baseline.gate.verdicts import gating

_NOW = "2026-01-01T00:00:00+00:00"
RESULTS = Path(__file__).with_name("results.json")
SHARES = {"all": 1.0, "a quarter": 0.25, "one": 0.0}
Readings = Mapping[str, tuple[Reading, ...]]


def main() -> int:
    asked = options()
    golden = prompts(asked.sounds, asked.count, asked.seed)
    with ProcessPoolExecutor(asked.jobs) as pool:
        accepted = dict(pool.map(scored, [(name, wave, wave) for name, wave in golden.items()]))
        known = baseline(accepted)
        rows = []
        for fault, (strengths, plant, gates) in FAULTS.items():
            for strength in strengths:
                heard = _planted(pool, golden, fault, plant, strength)
                for share in SHARES:
                    failing = _failing(known, accepted, heard, SHARES[share], asked.draws)
                    caught = sum(map(bool, failing))
                    named = sum(bool(gates & found) for found in failing)
                    rows.append([fault, strength, share, len(failing), caught, named])
                print(*rows[-3:], sep="\n", flush=True)
        harmless = []
        for change, (strength, plant) in HARMLESS.items():
            heard = _planted(pool, golden, change, plant, strength)
            alarms = _failing(known, accepted, heard, 1.0, 1)
            alone = [_failing(known, accepted, {name: heard[name]}, 0.0, 1)[0] for name in heard]
            harmless.append([change, 1 + len(alone), sum(map(bool, [*alarms, *alone]))])
            print(harmless[-1], sorted(set().union(*alarms, *alone)), flush=True)
    save(asked, "planted", {"sentences": len(golden), "faults": rows, "harmless": harmless})
    return 0


def save(asked: argparse.Namespace, section: str, page: object) -> None:
    """Replace one section of the results, where that was asked for."""
    if asked.write:
        known = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
        known |= {"machine": environment.read("cpu").hardware, "package": PACKAGE, section: page}
        RESULTS.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")


def options(**counts: int) -> argparse.Namespace:
    """The options of both studies, and how many builds to judge."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sounds", type=Path, required=True, help="the folder of the prompts")
    parser.add_argument("--count", type=int, default=16, help="how many sentences the suite has")
    parser.add_argument("--draws", type=int, default=8, help="how often sentences are drawn for a share")
    parser.add_argument("--seed", type=int, default=15)
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--write", action="store_true")
    for name, count in counts.items():
        parser.add_argument(f"--{name}", type=int, default=count)
    return parser.parse_args()


def _planted(
    pool: ProcessPoolExecutor, golden: Mapping[str, np.ndarray], what: str, plant: Plant, strength: float
) -> Readings:
    tasks = []
    for name, wave in golden.items():
        random = np.random.default_rng(zlib.crc32(f"{name} {what} {strength}".encode()))
        changed = plant(wave, strength, random)
        tasks.append((name, changed / max(1.0, np.abs(changed).max()), wave))
    return dict(pool.map(scored, tasks))


def scored(task: tuple[str, np.ndarray, np.ndarray]) -> tuple[str, tuple[Reading, ...]]:
    """The name of a sentence, and its readings of quality against the golden."""
    name, wave, golden = task
    return name, tuple(metric.read(evidence(name, wave, golden)) for metric in sound_metrics())


def evidence(name: str, wave: np.ndarray, golden: np.ndarray) -> Evidence:
    """What metrics read of a sentence."""
    heard, accepted = (Utterance(samples=w.astype(np.float32), sample_rate=RATE) for w in (wave, golden))
    return Evidence(case=Case(id=name, text=name), utterances=(heard,), golden=accepted)


def sound_metrics() -> list:
    return [metric for metric in metrics().values() if metric.spec.family == "quality"]


def _failing(
    known: Baseline, accepted: Readings, heard: Readings, share: float, draws: int
) -> list[set[str]]:
    """The gates that fail, for each draw of the sentences that have the fault."""
    names = sorted(heard)
    count = max(1, round(share * len(names)))
    drawn: Iterable[Sequence[str]]
    if count in (1, len(names)):
        drawn = [names] if count == len(names) else [[name] for name in names]
    else:
        random = np.random.default_rng(0)
        drawn = [random.choice(names, count, replace=False) for _ in range(draws)]
    return [_gates(known, {**accepted, **{name: heard[name] for name in chosen}}) for chosen in drawn]


def _gates(known: Baseline, readings: Readings) -> set[str]:
    heard = run(readings)
    found = set()
    for metric in sound_metrics():
        spec = metric.spec
        if spec.limit is None:
            continue
        judged = quality.verdicts(spec, limits.parse(spec.limit, spec), heard, known, ())
        if any(verdict.status in FAILING for verdict in gating(judged)):
            found.add(spec.key)
    return found


def baseline(accepted: Readings) -> Baseline:
    nothing = "0" * 64
    cases = {
        case.id: QualityCase(
            request=case.request,
            audio=Audio(sha256=nothing, sample_rate=RATE, samples=1),
            recording=nothing,
            run="golden",
            scores={r.metric: _score(r) for r in accepted[case.id]},
        )
        for case in _cases(accepted)
    }
    acceptance = Acceptance(reason="study", author="study", at=_NOW, commit=None)
    quality = Quality(
        pipeline="prompts", variant="cpu", acceptance=acceptance, software={}, provenance={}, cases=cases
    )
    return Baseline(quality=quality)


def _score(reading: Reading) -> Score:
    return Score(value=reading.value, reason=reading.reason, values=reading.values[1:] and reading.values)


def run(readings: Readings) -> Run:
    return Run(
        id="heard",
        created=_NOW,
        pipeline="prompts",
        variant="cpu",
        suite="prompts",
        commit=None,
        dirty=False,
        environment=environment.read("cpu"),
        provenance={},
        cases=_cases(readings),
        replicates=(Replicate(cold_start=None, calls={}),),
        audio={},
        readings=tuple(reading for case in readings.values() for reading in case),
    )


def _cases(readings: Readings) -> tuple[Case, ...]:
    return tuple(Case(id=name, text=name) for name in readings)


if __name__ == "__main__":
    sys.exit(main())
