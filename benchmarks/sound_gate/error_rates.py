"""How often the gate of sound errs, by simulation: at exactly the limit, and where nothing has changed.

    python benchmarks/sound_gate/error_rates.py [--builds 2000] [--write]

A voice is made of numbers: how much its sentences differ in what a change does to them, and how far chance
moves one utterance. What is decided is decided by the gate's own functions, look by look.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import NamedTuple

import numpy as np

import sound_gate
from tts_baseline.core.protocols import MetricSpec
from tts_baseline.core.records import Reading, Score
from tts_baseline.core.registry import metrics
from tts_baseline.core.verdict import Verdict
from tts_baseline.gate import limits
from tts_baseline.gate.quality import decide
from tts_baseline.gate.quality.pairs import apart, sampled, side_by_side
from tts_baseline.stats.sequential import LOOKS, next_look, part_of

# What a voice may well read; all others 1.
_THEN = {"level": -20.0, "snr_vad": 30.0, "pesq_wb": 3.0, "stoi": 0.9, "duration": 3.0, "bandwidth": 7_000.0}
_DIRECTION = {"lower": 1.0, "higher": -1.0, "same": 1.0}


# One of each kind: a change to either side, to one side, as a share, from a golden, a count of faults.
METRICS = ("level", "snr_vad", "duration", "pesq_wb", "words")


class Voice(NamedTuple):
    """How many sentences, and in limits of the metric: their spread, and what chance does to an utterance."""

    sentences: int
    between: float
    chance: float


VOICES = {
    "seeded, 16 sentences": Voice(16, 0.5, 0.0),
    "seeded, 49 sentences": Voice(49, 0.5, 0.0),
    "little chance": Voice(16, 0.3, 0.2),
    "chance as large as the limit": Voice(16, 0.3, 1.0),
    "much chance": Voice(16, 0.3, 3.0),
    "6 sentences": Voice(6, 0.3, 0.5),
}


class Outcome(NamedTuple):
    """One build: the suite's verdict, whether any case failed, and how many utterances a case it took."""

    suite: str
    has_ruined: bool
    utterances: int


def screened(spec: MetricSpec, voice: Voice, shift: float, random: np.random.Generator) -> Outcome:
    """A build that is worse by so many limits, against what was accepted of other utterances."""
    limit, then, size = _scales(spec)
    true = then + size * _DIRECTION[spec.better] * _changes(spec, voice, shift, random)
    accepted = then + size * voice.chance * random.standard_normal((voice.sentences, _first(voice)))
    now = true[:, None] + size * voice.chance * random.standard_normal((voice.sentences, LOOKS[-1]))
    scores = [Score(value=float(np.median(row)), values=tuple(map(float, row))) for row in accepted]

    def decided(count: int) -> list[Verdict]:
        readings = [_reading(spec, case, row[:count]) for case, row in enumerate(now)]
        pairs = [
            apart(spec, limit, str(case), scores[case], reading, is_single=False)
            for case, reading in enumerate(readings)
        ]
        sample = sampled(spec, limit, pairs, accepted=scores, part=part_of(count))
        return decide.verdicts(sample, [], range(voice.sentences), readings)

    return _looked(decided, _first(voice))


def judged(spec: MetricSpec, voice: Voice, shift: float, random: np.random.Generator) -> Outcome:
    """A revision that is worse by so many limits, beside the one before it, pair by pair."""
    limit, then, size = _scales(spec)
    base = then + size * random.standard_normal((voice.sentences, LOOKS[-1]))  # of each seed
    change = size * _DIRECTION[spec.better] * _changes(spec, voice, shift, random)
    head = base + change[:, None] + size * voice.chance * random.standard_normal(base.shape)

    def decided(count: int) -> list[Verdict]:
        pairs = [
            side_by_side(
                spec,
                limit,
                _reading(spec, case, base[case, :count]),
                _reading(spec, case, head[case, :count]),
            )
            for case in range(voice.sentences)
        ]
        sample = sampled(spec, limit, pairs, part=part_of(count))
        return decide.verdicts(sample, [], range(voice.sentences), [])

    return _looked(decided, _first(voice))


def _looked(decided: Callable[[int], list[Verdict]], count: int) -> Outcome:
    while True:
        verdicts = decided(count)
        following = next_look(count) if count > 1 and decide.is_open(verdicts) else 0
        if not following:
            ruined = any(verdict.case and verdict.status == "regressed" for verdict in verdicts)
            return Outcome(verdicts[0].status, ruined, count)
        count = following


def _scales(spec: MetricSpec) -> tuple[limits.Limit, float, float]:
    limit, then = limits.parse(spec.limit or "", spec), _THEN.get(spec.name, 1.0)
    return limit, then, limit.share_of(abs(then)) * abs(then) if limit.is_relative else limit.absolute


def _first(voice: Voice) -> int:
    return LOOKS[0] if voice.chance else 1


def _changes(spec: MetricSpec, voice: Voice, shift: float, random: np.random.Generator) -> np.ndarray:
    """What a change does to each sentence, in limits.

    Of a voice that chance moves it is about these very sentences, whose median is `shift`, and nothing where
    that is 0. Of another one the sentences are drawn: an unchanged one sounds different, and no worse. Where
    every case counts they are all the same.
    """
    if spec.decide == "each" or (voice.chance and not shift):
        return np.full(voice.sentences, shift)
    spread = voice.between * random.standard_normal(voice.sentences)
    return shift + (spread - np.median(spread) if voice.chance else spread)


def _reading(spec: MetricSpec, case: int, row: Sequence[float]) -> Reading:
    values = tuple(map(float, row))
    return Reading(metric=spec.name, case=str(case), value=float(np.median(values)), values=values)


def rates(outcomes: Sequence[Outcome]) -> Mapping[str, float]:
    """Shares of all builds, and utterances a case on average."""
    count = len(outcomes)
    return {
        "builds": count,
        "suite fails": sum(o.suite == "regressed" for o in outcomes) / count,
        "anything fails": sum(o.suite == "regressed" or o.has_ruined for o in outcomes) / count,
        "undecided": sum(o.suite == "undecided" for o in outcomes) / count,
        "utterances": sum(o.utterances for o in outcomes) / count,
    }


def many(metric: str, voice: str, by: str, shift: float, builds: int) -> Mapping[str, float]:
    """The rates of so many builds, the same for the same numbers."""
    random = np.random.default_rng([builds, round(100 * shift), *map(ord, metric + voice + by)])
    build = {"screen": screened, "judge": judged}[by]
    spec = metrics()[metric].spec
    return rates([build(spec, VOICES[voice], shift, random) for _ in range(builds)])


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--builds", type=int, default=2_000, help="of each kind")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    kinds = [
        (metric, voice, by, shift)
        for shift in (1.0, 0.0)
        for by in ("screen", "judge")
        for voice in VOICES
        for metric in METRICS
        if VOICES[voice].chance or metrics()[metric].spec.decide == "median"
    ]
    with ProcessPoolExecutor(asked.jobs) as pool:
        found = pool.map(many, *zip(*kinds, strict=True), [asked.builds] * len(kinds))
        rows = [
            dict(zip(("metric", "voice", "by", "limits"), kind, strict=True)) | dict(shares)
            for kind, shares in zip(kinds, found, strict=True)
        ]
    for row in rows:
        print(*row.values(), sep="\t")
    sound_gate.save(asked.write, "error rates", "simulated", {"rows": rows})
    return 0


if __name__ == "__main__":
    sys.exit(main())
