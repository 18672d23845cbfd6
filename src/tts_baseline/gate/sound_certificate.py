"""What builds with planted faults add up to, and whether that still holds."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from typing import TypeVar

from tts_baseline.core.records import Baseline, Quality, Run
from tts_baseline.core.registry import gates
from tts_baseline.core.sound_certificate import Alarms, Catches, Extent, SoundCertificate
from tts_baseline.core.verdict import FAILING
from tts_baseline.faults.fault import Fault
from tts_baseline.gate.limits import Limit
from tts_baseline.gate.verdicts import gating, verdicts

DISTRIBUTION = "pytest-tts-baseline"
AnyLimit = TypeVar("AnyLimit", Limit, str)
Gates = frozenset[str]
# chosen: a fault counts as caught where nine builds in ten fail
CAUGHT = 0.9


def failing(run: Run, baseline: Baseline, limits: Mapping[str, Limit]) -> Gates:
    """The gates that fail a build, by the very functions that judge any run."""
    decided = verdicts(run, baseline, None, limits).combined
    return frozenset(verdict.gate for verdict in gating(decided) if verdict.status in FAILING)


def of_sound(limits: Mapping[str, AnyLimit]) -> dict[str, AnyLimit]:
    """The limits of sound alone, read or as people write them."""
    return {gate: limit for gate, limit in limits.items() if gates()[gate].family == "quality"}


def catches(
    fault: Fault, strength: float, extent: Extent, sentences: int, builds: Sequence[Gates]
) -> Catches:
    """The builds of one fault of one strength, counted."""
    return Catches(
        fault=fault.name,
        strength=strength,
        shown=fault.at(strength),
        extent=extent,
        sentences=sentences,
        builds=len(builds),
        caught=sum(map(bool, builds)),
        named=sum(bool(fault.gates & found) for found in builds),
        gates=_counted(builds),
    )


def alarms(change: str, builds: Sequence[Gates]) -> Alarms:
    """The builds of one harmless change, counted."""
    return Alarms(change=change, builds=len(builds), alarms=sum(map(bool, builds)), gates=_counted(builds))


def _counted(builds: Iterable[Gates]) -> dict[str, int]:
    return dict(Counter(gate for found in builds for gate in sorted(found)).most_common())


def at(rows: Iterable[Catches], fault: Fault, strength: float, extent: Extent) -> Catches | None:
    """The row of a fault; None where no sentence had a place for it."""
    wanted = (fault.name, strength, extent)
    return next((row for row in rows if (row.fault, row.strength, row.extent) == wanted), None)


def is_caught(row: Catches) -> bool:
    """True where nine builds in ten failed."""
    return row.caught >= CAUGHT * row.builds


def caught_from(rows: Sequence[Catches], fault: Fault, extent: Extent) -> float | None:
    """The faintest strength from which on a fault is caught, wherever it has a place; None without any."""
    faintest = None
    for strength in reversed(fault.strengths):
        row = at(rows, fault, strength, extent)
        if row is None:
            continue
        if not is_caught(row):
            break
        faintest = strength
    return faintest


def fingerprint(quality: Quality, cases: Iterable[str]) -> str:
    """One hash of the goldens of these cases; of those that are accepted."""
    known = (f"{case} {quality.cases[case].recording}\n" for case in sorted(cases) if case in quality.cases)
    return hashlib.sha256("".join(known).encode()).hexdigest()


def outdated(certificate: SoundCertificate, quality: Quality, limits: Mapping[str, str]) -> str:
    """What has changed since a certificate was made; empty where it still holds."""
    if certificate.goldens != fingerprint(quality, certificate.cases):
        return "other goldens"
    moved = sorted(
        gate for gate in certificate.limits.keys() | limits.keys()
        if certificate.limits.get(gate) != limits.get(gate)
    )  # fmt: skip
    if moved:
        return f"another limit of {', '.join(moved)}"
    return "" if certificate.tool == version(DISTRIBUTION) else f"version {certificate.tool}"
