"""Runs, sounds and reasons made up for the tests of the baselines; nothing is measured."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from tts_baseline.baseline import files, pending
from tts_baseline.core.errors import BaselineError
from tts_baseline.core.outcome import Outcome
from tts_baseline.core.records import (
    Acceptance,
    Audio,
    Baseline,
    Calls,
    Case,
    ColdStart,
    Environment,
    Failure,
    Reading,
    Replicate,
    Run,
    Utterance,
)
from tts_baseline.core.registry import gates
from tts_baseline.core.verdict import Grounds, Status, Verdict, Verdicts

KEY = "box-2c-0123abcd"
RATE = 16_000
TEXTS = {"hola": "Hola.", "adios": "Adiós, amigo."}


def tone(pitch: float = 200.0, *, level: float = 0.5, length: int = 800) -> Utterance:
    samples = level * np.sin(2 * np.pi * pitch / RATE * np.arange(length))
    return Utterance(samples=samples.astype(np.float32), sample_rate=RATE)


def audio(sound: Utterance) -> Audio:
    return Audio(
        sha256=hashlib.sha256(sound.samples.tobytes()).hexdigest(),
        sample_rate=sound.sample_rate,
        samples=len(sound.samples),
        gain=files.gain_of(sound),
    )


def sounds(pitch: float = 200.0) -> dict[str, Utterance]:
    return {case: tone(pitch + 100 * number) for number, case in enumerate(TEXTS)}


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
) -> Run:
    spoken = sounds() if spoken is None else spoken
    heard = [case for case in spoken if case not in failed]
    if readings is None:
        readings = [reading("latency", case, seconds) for case in heard]
        readings += [reading("duration", case, 0.05) for case in heard]
    calls = Calls(
        wall_s=(seconds,) * 2, cpu_s=(seconds,) * 2, reference_s=(0.001,) * 2, audio_s=0.05, sha256="0" * 64
    )
    start = ColdStart(spawn_s=0.1, import_s=0.2, load_s=0.3, first_request_s=0.4)
    return Run(
        id=name,
        created="2026-01-01T00:00:00+00:00",
        pipeline="voice:synthesize",
        variant="cpu",
        suite="cases",
        commit="c0ffee" * 6 + "c0ff",
        dirty=False,
        environment=Environment(key=key, device="cpu", hardware={"cpu": "box"}, software={"numpy": "2.0"}),
        provenance={"voice": "tone"},
        cases=tuple(Case(id=case, text=texts[case]) for case in spoken),
        replicates=(Replicate(cold_start=start, calls=dict.fromkeys(heard, calls)),) * 3,
        audio={case: audio(spoken[case]) for case in heard},
        readings=tuple(readings),
        own_readings=tuple(own),
        failures=tuple(Failure(case=case, kind="error", message="no such phoneme") for case in failed),
        acceptance=acceptance,
    )


def verdict(
    gate: str = "latency", status: Status = "ok", case: str | None = None, *, message: str = "", **more
) -> Verdict:
    """A verdict of a gate; with a message, that of a metric without a value."""
    spec = gates()[gate]
    known = {"unit": spec.unit, "relative": spec.decide == "ratio"} | more
    if message:
        known |= {"cause": "no value", "grounds": Grounds(message=message)}
    return Verdict(gate=gate, metric=spec.name, family=spec.family, case=case, status=status, **known)


def outcome(one: Run, verdicts: Sequence[Verdict] = (), *, pair: Sequence[Verdict] = (), **more) -> Outcome:
    """What a run came to, against no baseline; `pair` are the judge's own verdicts."""
    known = {"folder": Path("report") / one.id, "baseline": Baseline()} | more
    decided = Verdicts(screen=(), pair=tuple(pair), combined=tuple(verdicts))
    return Outcome(run=one, decided=decided, **known)


def accepted(
    second: int = 0, *, epoch: int = 1, anchor: bool = False, reason: str = "listened to it"
) -> Acceptance:
    at = f"2026-01-01T00:{second // 60:02}:{second % 60:02}+00:00"
    return Acceptance(reason=reason, author="Eva", at=at, commit=None, epoch=epoch, anchor=anchor)


def left_pending(report: Path, name: str, pitch: float = 200.0, **more) -> Path:
    """A pending folder of a run whose cases sound at this pitch."""
    spoken = sounds(pitch)
    return pending.save(report, run(name, spoken, **more), spoken)


def complaint(action: Callable[..., object], *arguments: object) -> BaselineError | None:
    """The BaselineError that an action ends with, if it does."""
    try:
        action(*arguments)
    except BaselineError as error:
        return error
    return None
