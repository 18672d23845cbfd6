"""Judges a voice without a seed: the same sentences, rendered a little differently in each process.

    python benchmarks/sound_gate/unseeded.py --sounds FOLDER [--write]

A rendering is a human recording, its pitch and tempo moved by chance (15 cents, 0.6 %). A build hears three
renderings a sentence, as three restarts do; unchanged builds should pass, those with 1.5 dB more noise fail.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from statistics import median

import numpy as np
from faults import pitched, power_of_speech, slowed
from msgspec.structs import replace
from prompts import prompts

import sound_gate
from tts_baseline.core.records import Reading
from tts_baseline.gate import limits
from tts_baseline.gate.screen import quality
from tts_baseline.gate.verdicts import gating
from tts_baseline.metrics.signal import snr_vad

CENTS, TEMPO = 15.0, 0.006
RENDERINGS, RESTARTS = 12, 3
NOISIER_DB = 1.5
Spoken = dict[str, list[tuple[Reading, ...]]]


def main() -> int:
    options = sound_gate.options(builds=60, noisy=40)
    golden = prompts(options.sounds, options.count, options.seed)
    with ProcessPoolExecutor(options.jobs) as pool:
        renderings = {
            name: list(_renderings(wave, number)) for number, (name, wave) in enumerate(golden.items())
        }
        plain = _scored(pool, renderings, 0.0)
        noisy = _scored(pool, renderings, NOISIER_DB)
    accepted = {name: _heard([readings[k] for k in (1, 2)]) for name, readings in plain.items()}
    baseline = sound_gate.baseline(accepted)
    page = {}
    for what, spoken, builds in (
        ("unchanged", plain, options.builds),
        ("noise +1.5 dB", noisy, options.noisy),
    ):
        random = np.random.default_rng(options.seed)
        statuses = [_status(baseline, _build(spoken, random)) for _ in range(builds)]
        page[what] = dict(Counter(statuses))
        print(what, page[what], flush=True)
    sound_gate.save(options, "unseeded", page | {"cents": CENTS, "tempo": TEMPO, "sentences": len(golden)})
    return 0


def _renderings(wave: np.ndarray, number: int) -> Iterator[np.ndarray]:
    random = np.random.default_rng(number)
    for _ in range(RENDERINGS):
        moved = pitched(wave, random.normal(0, CENTS / 100), random)
        yield slowed(moved, random.normal(0, TEMPO), random)


def _scored(pool: ProcessPoolExecutor, renderings: dict[str, list[np.ndarray]], noisier_db: float) -> Spoken:
    """The readings of every rendering, against the first."""
    tasks = [
        (name, _noisier(wave, noisier_db, number), waves[0])
        for name, waves in renderings.items()
        for number, wave in enumerate(waves)
    ]
    spoken: Spoken = {}
    for name, readings in pool.map(sound_gate.scored, tasks):
        spoken.setdefault(name, []).append(readings)
    return spoken


def _noisier(wave: np.ndarray, by_db: float, seed: int) -> np.ndarray:
    if not by_db:
        return wave
    snr = snr_vad.read(sound_gate.evidence("noise", wave, wave)).value or 55.0
    power = power_of_speech(wave) / 10 ** (snr / 10) * (10 ** (by_db / 10) - 1)
    return wave + np.sqrt(power) * np.random.default_rng(seed).standard_normal(wave.size)


def _build(spoken: Spoken, random: np.random.Generator) -> sound_gate.Readings:
    """Three renderings a sentence, which the baseline has not heard."""
    return {
        name: _heard(
            [readings[k] for k in random.choice(range(RESTARTS, RENDERINGS), RESTARTS, replace=False)]
        )
        for name, readings in spoken.items()
    }


def _heard(renderings: Sequence[Sequence[Reading]]) -> tuple[Reading, ...]:
    """One reading a metric, of several utterances."""
    pooled = []
    for readings in zip(*renderings, strict=True):
        values = tuple(reading.value for reading in readings if reading.value is not None)
        most = len(values) > len(readings) / 2
        pooled.append(
            replace(readings[0], value=median(values), values=values, reason=None)
            if most
            else replace(readings[0], value=None, values=(), reason=readings[0].reason or "no value")
        )
    return tuple(pooled)


def _status(baseline: object, readings: sound_gate.Readings) -> str:
    run = sound_gate.run(readings)
    verdicts = [
        verdict
        for metric in sound_gate.sound_metrics()
        if metric.spec.limit is not None
        for verdict in gating(
            quality.verdicts(metric.spec, limits.parse(metric.spec.limit, metric.spec), run, baseline, ())
        )
    ]
    failing = sorted(
        {
            f"{v.gate}{'' if v.case is None else ' (one case)'}"
            for v in verdicts
            if v.status in ("regressed", "invalid")
        }
    )
    if failing:
        return "fails: " + ", ".join(failing)
    unsure = sorted({v.gate for v in verdicts if v.status == "undecided" and v.case is None})
    return "undecided: " + ", ".join(unsure) if unsure else "passes"


if __name__ == "__main__":
    sys.exit(main())
