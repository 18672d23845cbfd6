"""Verdicts made up, and those that are decided, asked for in one line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tts_baseline.core.outcome import Outcome
from tts_baseline.core.records import Baseline, Run
from tts_baseline.core.registry import gates
from tts_baseline.core.verdict import Grounds, Status, Verdict, Verdicts
from tts_baseline.gate.limits import chosen
from tts_baseline.gate.verdicts import verdicts


def verdict(
    gate: str = "latency", status: Status = "ok", case: str | None = None, *, message: str = "", **fields
) -> Verdict:
    """A verdict of a gate; with a message, that of a metric without a value."""
    spec = gates()[gate]
    known = {"unit": spec.unit, "relative": spec.decide == "ratio"} | fields
    if message:
        known |= {"cause": "no value", "grounds": Grounds(message=message)}
    return Verdict(gate=gate, metric=spec.name, family=spec.family, case=case, status=status, **known)


def outcome(run: Run, verdicts: Sequence[Verdict] = (), *, pair: Sequence[Verdict] = (), **fields) -> Outcome:
    """What a run came to, against no baseline; `pair` are the judge's own verdicts."""
    known = {"folder": Path("report") / run.id, "baseline": Baseline()} | fields
    decided = Verdicts(screen=(), pair=tuple(pair), combined=tuple(verdicts))
    return Outcome(run=run, decided=decided, **known)


def screened(run: Run, baseline: Baseline, **limits: str) -> tuple[Verdict, ...]:
    """What the screen says, under the usual limits or others."""
    return verdicts(run, baseline, None, chosen(limits)).screen
