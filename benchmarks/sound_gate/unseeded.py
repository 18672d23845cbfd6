"""Judges a voice without a seed: the same sentences, rendered a little differently in each process.

    python benchmarks/sound_gate/unseeded.py --sounds FOLDER [--voice mexican] [--write]

A rendering is a recording whose pitch and tempo are moved by chance (15 cents, 0.6 %). A build hears three
renderings a sentence, as three restarts do, and more while a verdict is open, as a run does; unchanged builds
should pass, those with 1.5 dB more noise fail.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import median
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace
from voices import VOICES

import sound_gate
from tts_baseline.core import environment
from tts_baseline.core.protocols import Evidence
from tts_baseline.core.records import Case, Reading, Run, Utterance
from tts_baseline.core.registry import metrics
from tts_baseline.core.verdict import FAILING
from tts_baseline.faults.hearing import speech_power
from tts_baseline.faults.melody import paced, pitched
from tts_baseline.gate import limits
from tts_baseline.gate.screen import quality
from tts_baseline.gate.verdicts import gating, verdicts
from tts_baseline.metrics.signal import snr_vad
from tts_baseline.session.planting import GoldenCase, PlantedSuite, Readings, suite_of
from tts_baseline.session.scoring_pool import in_processes

CENTS, TEMPO = 15.0, 0.006
RENDERINGS, RESTARTS = 12, 3
NOISIER_DB = 1.5
_QUIET_DB = 55.0  # of a recording without a pause


class Rendering(NamedTuple):
    """One rendering of a sentence, to be scored against the first."""

    golden: GoldenCase
    number: int
    noisier_db: float


Scored = dict[str, list[Readings]]


def main() -> int:
    asked = sound_gate.options(builds=60, noisy=40)
    goldens = VOICES[asked.voice](asked.sounds, asked.count, asked.seed)
    cases = [GoldenCase(Case(id=name, text=name), first, None) for name, first in goldens.items()]
    plain, noisy = (_scored(cases, by_db, asked.jobs) for by_db in (0.0, NOISIER_DB))
    accepted = {name: _heard(readings[1:RESTARTS]) for name, readings in plain.items()}
    suite = suite_of(
        sound_gate.quality(asked.voice, cases, accepted),
        asked.voice,
        environment.read("cpu"),
        limits.chosen({}),
        [golden.case for golden in cases],
        accepted,
    )
    page: dict[str, object] = {}
    for what, scored, builds in (("unchanged", plain, asked.builds), ("noise +1.5 dB", noisy, asked.noisy)):
        dice = np.random.default_rng(asked.seed)
        judged = [_judged(suite, scored, dice) for _ in range(builds)]
        page[what] = dict(Counter(status for status, _ in judged))
        page[f"{what}, renderings"] = dict(sorted(Counter(count for _, count in judged).items()))
        print(what, page[what], flush=True)
    page |= {"cents": CENTS, "tempo": TEMPO, "sentences": len(goldens)}
    sound_gate.save(asked.write, "unseeded", asked.voice, page)
    return 0


def _scored(cases: Sequence[GoldenCase], noisier_db: float, jobs: int) -> Scored:
    """The readings of every rendering by case, against the first."""
    tasks = (Rendering(golden, number, noisier_db) for golden in cases for number in range(RENDERINGS))
    scored: Scored = {}
    for name, readings in in_processes(score, tasks, jobs):
        scored.setdefault(name, []).append(readings)
    return scored


def score(task: Rendering) -> tuple[str, Readings]:
    """The case of a rendering, and its readings of quality."""
    golden, rate = task.golden.golden, task.golden.golden.sample_rate
    samples = golden.samples.astype(np.float64)
    waves = _rendered(samples, rate, task, 0), _noisy(_rendered(samples, rate, task, task.number), rate, task)
    first, said = (Utterance(samples=wave.astype(np.float32), sample_rate=rate) for wave in waves)
    evidence = Evidence(case=task.golden.case, utterances=(said,), golden=first)
    heard = (metric.read(evidence) for metric in metrics().values() if metric.spec.family == "quality")
    return task.golden.case.id, tuple(heard)


def _rendered(wave: np.ndarray, rate: int, task: Rendering, number: int) -> np.ndarray:
    dice = np.random.default_rng([sum(task.golden.case.id.encode()), number])
    return paced(pitched(wave, rate, dice.normal(0, CENTS / 100)), rate, dice.normal(0, TEMPO))


def _noisy(wave: np.ndarray, rate: int, task: Rendering) -> np.ndarray:
    """The wave with so much noise that its ratio to the speech is so many decibels worse."""
    if not task.noisier_db:
        return wave
    plain = Utterance(samples=wave.astype(np.float32), sample_rate=rate)
    snr = snr_vad.read(Evidence(utterances=(plain,))).value or _QUIET_DB
    power = speech_power(wave, rate) / 10 ** (snr / 10) * (10 ** (task.noisier_db / 10) - 1)
    return wave + np.sqrt(power) * np.random.default_rng(task.number).standard_normal(wave.size)


def _judged(
    suite: PlantedSuite, scored: Mapping[str, Sequence[Readings]], dice: np.random.Generator
) -> tuple[str, int]:
    """What is said of a build, and after how many renderings a sentence, none of which was accepted."""
    fresh = {name: dice.permutation(np.arange(RESTARTS, RENDERINGS)) for name in scored}
    count = RESTARTS
    while True:
        heard = [_heard([scored[name][k] for k in fresh[name][:count]]) for name in scored]
        run = replace(suite.run, readings=tuple(reading for case in heard for reading in case))
        more = quality.wanted(run, suite.baseline, suite.limits)
        if not more:
            return _status(suite, run), count
        count += more


def _heard(renderings: Sequence[Readings]) -> Readings:
    """One reading a metric, of several utterances."""
    pooled: list[Reading] = []
    for readings in zip(*renderings, strict=True):
        values = tuple(reading.value for reading in readings if reading.value is not None)
        most = len(values) > len(readings) / 2
        pooled.append(
            replace(readings[0], value=median(values), values=values, reason=None)
            if most
            else replace(readings[0], value=None, values=(), reason=readings[0].reason or "no value")
        )
    return tuple(pooled)


def _status(suite: PlantedSuite, run: Run) -> str:
    decided = gating(verdicts(run, suite.baseline, None, suite.limits).combined)
    failing = sorted(
        {
            f"{verdict.gate}{'' if verdict.case is None else ' (one case)'}"
            for verdict in decided
            if verdict.status in FAILING
        }
    )
    if failing:
        return "fails: " + ", ".join(failing)
    unsure = sorted({verdict.gate for verdict in decided if verdict.status == "undecided"})
    return "undecided: " + ", ".join(unsure) if unsure else "passes"


if __name__ == "__main__":
    import unseeded  # processes that score know functions by their module

    sys.exit(unseeded.main())
