"""Runs made of numbers, so that every verdict can be worked out by hand; nothing is measured."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import fmean, median

import numpy as np
from msgspec.structs import replace

from tests.support.calls import calls, replicate
from tests.support.tones import TEXTS, audio, sounds
from tts_baseline.core.records import (
    Acceptance,
    Audio,
    Case,
    Environment,
    Failure,
    Reading,
    Replicate,
    Run,
    Utterance,
)

KEY = "box-2c-0123abcd"
HEARD = Audio(sha256="0" * 64, sample_rate=16000, samples=32000)
CASES = tuple(f"c{number}" for number in range(6))
PASSES = 5


def environment(key: str = KEY, *, device: str = "cpu", **software: str) -> Environment:
    return Environment(key=key, device=device, hardware={"cpu": "box"}, software=software or {"numpy": "2.0"})


def accepted(
    second: int = 0, *, epoch: int = 1, anchor: bool = False, reason: str = "listened to it"
) -> Acceptance:
    at = f"2026-01-01T00:{second // 60:02}:{second % 60:02}+00:00"
    return Acceptance(reason=reason, author="Eva", at=at, commit=None, epoch=epoch, anchor=anchor)


def reading(metric: str, case: str | None, value: float | None, reason: str | None = None) -> Reading:
    return Reading(
        metric=metric, case=case, value=value, values=() if value is None else (value,), reason=reason
    )


def run(
    name: str = "20260101-000000-aaaa",
    spoken: Mapping[str, Utterance] | None = None,
    *,
    key: str = KEY,
    texts: Mapping[str, str] = TEXTS,
    readings: Sequence[Reading] | None = None,
    own: Sequence[Reading] = (),
    failed: Sequence[str] = (),
    seconds: float = 0.25,
    acceptance: Acceptance | None = None,
    goldens: Mapping[str, str] | None = None,
) -> Run:
    """A run that takes so many seconds in every case, and sounds like this."""
    spoken = sounds() if spoken is None else spoken
    heard = [case for case in spoken if case not in failed]
    if readings is None:
        readings = [reading("latency", case, seconds) for case in heard]
        readings += [reading("duration", case, 0.05) for case in heard]
    process = replicate(dict.fromkeys(heard, calls([seconds] * 2, audio_s=0.05)), start_s=1.0)
    return Run(
        id=name,
        created="2026-01-01T00:00:00+00:00",
        pipeline="voice:synthesize",
        variant="cpu",
        suite="cases",
        commit="c0ffee" * 6 + "c0ff",
        dirty=False,
        environment=environment(key),
        provenance={"voice": "tone"},
        cases=tuple(Case(id=case, text=texts[case]) for case in spoken),
        replicates=(process,) * 3,
        audio={case: audio(spoken[case]) for case in heard},
        goldens=dict(goldens or {}),
        readings=tuple(map(_in_each_process, readings)),
        own_readings=tuple(own),
        failures=tuple(Failure(case=case, kind="error", message="no such phoneme") for case in failed),
        acceptance=acceptance,
    )


def _in_each_process(reading: Reading) -> Reading:
    return replace(reading, values=reading.values * 3) if len(reading.values) == 1 else reading


class Maker:
    """Makes runs whose calls differ: latency in seconds a case, the machine's speed, scores."""

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
        seconds = latency if isinstance(latency, Mapping) else dict.fromkeys(cases, latency)
        columns = {
            "stages": {name: (stage_s,) * PASSES for name, stage_s in (stages or {}).items()},
            "peak_rss": int(memory),
            "audio_s": 2.0,
        }
        replicates = []
        for _ in range(restarts):
            slow = speed * np.exp(dice.normal(0, wobble, PASSES))
            felt = np.ones(PASSES) if waiting else slow
            reference_s = tuple(0.001 * slow)
            made = {
                case: calls(
                    seconds[case] * felt, 0.01 if waiting else 1.0, reference_s=reference_s, **columns
                )
                for case in cases
            }
            replicates.append(replicate(made))
        readings = [
            *self._times(replicates, cases, memory),
            *(
                Reading(metric=metric, case=case, value=(case_scores or {}).get((metric, case), value))
                for metric, value in (scores or {}).items()
                for case in cases
            ),
        ]
        return replace(
            run(f"r{self.count:03}", {}),
            created="2026-11-22T00:00:00+00:00",
            suite="es",
            commit="abc1234",
            environment=environment("here", device=device, numpy="2"),
            provenance={},
            cases=tuple(Case(id=case, text=f"{text} {case}") for case in cases),
            replicates=tuple(replicates),
            audio=dict.fromkeys(cases, HEARD),
            readings=tuple(readings),
            failures=tuple(Failure(case=case, kind="crash", message="signal 11") for case in failures),
            acceptance=accepted(self.count, epoch=epoch, anchor=anchor),
        )

    def _times(self, replicates: Sequence[Replicate], cases: Sequence[str], memory: float) -> list[Reading]:
        times = []
        for case in cases:
            medians = tuple(float(median(process.calls[case].wall_s)) for process in replicates)
            middle = math.exp(fmean(map(math.log, medians)))
            times.append(Reading(metric="latency", case=case, value=middle, values=medians))
            times.append(
                Reading(metric="memory", case=case, value=memory, values=(memory,) * len(replicates))
            )
        starts = tuple(process.cold_start.total_s for process in replicates)
        return [*times, Reading(metric="cold_start", value=starts[0], values=starts)]
