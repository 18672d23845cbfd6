"""Calls and fresh processes made of numbers; nothing is measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tts_baseline.core.records import Calls, ColdStart, Replicate


def calls(
    wall_s: Sequence[float], cpu_s: float | Sequence[float] = 1.0, *, audio_s: float = 1.0, **columns: object
) -> Calls:
    """Calls that take so long; `cpu_s` is the CPU time of each, or the cores that all of them computed on."""
    if not isinstance(cpu_s, Sequence):
        cpu_s = [wall * cpu_s for wall in wall_s]
    usual = {"reference_s": (0.001,) * len(wall_s), "sha256": "0" * 64}
    return Calls(wall_s=tuple(wall_s), cpu_s=tuple(cpu_s), audio_s=audio_s, **(usual | columns))


def cold_start(total_s: float = 0.4, case: str = "") -> ColdStart:
    """One, two, three and four tenths of it in its phases: no two look alike."""
    part = total_s / 10
    return ColdStart(case=case, spawn_s=part, import_s=2 * part, load_s=3 * part, first_request_s=4 * part)


def replicate(calls: Mapping[str, Calls], start_s: float | None = 0.4) -> Replicate:
    """A fresh process that made these calls, and started in so many seconds."""
    start = None if start_s is None else cold_start(start_s, next(iter(calls), ""))
    return Replicate(cold_start=start, calls=dict(calls))
