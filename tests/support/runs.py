"""Runs and baselines made of numbers, so that every verdict can be worked out by hand."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from tts_baseline.core.records import (
    Acceptance,
    Audio,
    Baseline,
    Calls,
    Case,
    ColdStart,
    Environment,
    Failure,
    Quality,
    QualityCase,
    Reading,
    Replicate,
    Run,
    Score,
)

CASES = tuple(f"c{number}" for number in range(6))
PASSES = 5


class Maker:
    """Makes runs: latency in seconds a case, the machine's speed, scores a metric and case."""

    def __init__(self) -> None:
        self.count = 0

    def run(
        self,
        latency: float | Mapping[str, float] = 0.1,
        *,
        speed: float = 1.0,
        waiting: bool = False,
        wobble: float = 0.1,
        memory: float = 100e6,
        scores: Mapping[str, float | None] | None = None,
        case_scores: Mapping[tuple[str, str], float | None] | None = None,
        cases: Sequence[str] = CASES,
        text: str = "hola",
        failures: Sequence[str] = (),
        restarts: int = 3,
        device: str = "cpu",
        stages: Mapping[str, float] | None = None,
        epoch: int = 1,
        anchor: bool = False,
    ) -> Run:
        """`speed` > 1: the machine is that much slower; `waiting`: the pipeline does not feel it.

        Within a run the machine's speed wobbles.
        """
        self.count += 1
        dice = np.random.default_rng(self.count)
        replicates = []
        for _ in range(restarts):
            slow = speed * np.exp(dice.normal(0, wobble, PASSES))
            calls = {}
            for case in cases:
                base = latency[case] if isinstance(latency, Mapping) else latency
                felt = np.ones(PASSES) if waiting else slow
                calls[case] = Calls(
                    wall_s=tuple(base * felt),
                    cpu_s=tuple(base * felt * (0.01 if waiting else 1.0)),
                    reference_s=tuple(0.001 * slow),
                    stages={n: (s,) * PASSES for n, s in (stages or {}).items()},
                    audio_s=2.0,
                    sha256="0" * 64,
                    peak_rss=int(memory),
                )
            start = ColdStart(case=cases[0], spawn_s=0.1, import_s=0.1, load_s=0.1, first_request_s=0.1)
            replicates.append(Replicate(cold_start=start, calls=calls))
        readings = [
            *self._times(replicates, cases, memory),
            *(
                Reading(metric=metric, case=case, value=(case_scores or {}).get((metric, case), value))
                for metric, value in (scores or {}).items()
                for case in cases
            ),
        ]
        return Run(
            id=f"r{self.count:03}",
            created="2026-11-22T00:00:00+00:00",
            pipeline="tone",
            variant="cpu",
            suite="es",
            commit="abc1234",
            dirty=False,
            environment=Environment(key="here", device=device, hardware={}, software={"numpy": "2"}),
            provenance={},
            cases=tuple(Case(id=case, text=f"{text} {case}") for case in cases),
            replicates=tuple(replicates),
            audio={case: Audio(sha256="0" * 64, sample_rate=16000, samples=32000) for case in cases},
            readings=tuple(readings),
            failures=tuple(Failure(case=case, kind="crash", message="signal 11") for case in failures),
            acceptance=Acceptance(
                reason="test", author="t", at=f"{self.count:04}", commit=None, epoch=epoch, anchor=anchor
            ),
        )

    def _times(self, replicates: Sequence[Replicate], cases: Sequence[str], memory: float) -> list[Reading]:
        found = []
        for case in cases:
            medians = tuple(float(np.median(r.calls[case].wall_s)) for r in replicates)
            middle = math.exp(float(np.mean(np.log(medians))))
            found.append(Reading(metric="latency", case=case, value=middle, values=medians))
            found.append(
                Reading(metric="memory", case=case, value=memory, values=(memory,) * len(replicates))
            )
        starts = tuple(r.cold_start.total_s for r in replicates)
        return [*found, Reading(metric="cold_start", value=starts[0], values=starts)]

    def quality(
        self,
        scores: Mapping[str, float | None],
        *,
        cases: Sequence[str] = CASES,
        text: str = "hola",
    ) -> Quality:
        return Quality(
            pipeline="tone",
            variant="cpu",
            acceptance=Acceptance(reason="test", author="t", at="2026-11-01", commit=None),
            software={},
            provenance={},
            cases={
                case: QualityCase(
                    request=Case(id=case, text=f"{text} {case}").request,
                    audio=Audio(sha256="0" * 64, sample_rate=16000, samples=32000),
                    recording="0" * 64,
                    run="r000",
                    scores={metric: Score(value=value) for metric, value in scores.items()},
                )
                for case in cases
            },
        )

    def baseline(self, runs: Sequence[Run], **fields: object) -> Baseline:
        return Baseline(runs=tuple(runs), **fields)
