"""Bytes that the process holds more after each request of a soak."""

from __future__ import annotations

from tts_baseline.core import units
from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.metrics.pooling import no_value
from tts_baseline.stats.slope import slope

SPEC = MetricSpec(
    name="leak",
    unit="B",
    better="lower",
    family="memory",
    decide="slope",
    # chosen: 5 MB over 300 requests; below it, allocators round and keep
    limit="16 KiB",
    scope="soak",
)
FEWEST = 50  # chosen: warm requests; fewer show no slope beside what allocators do


def read(evidence: Evidence) -> Reading:
    """The robust slope of the unique set size over warm requests, in bytes a request (docs/memory.md)."""
    soak = evidence.soak
    if soak is None:
        return no_value(SPEC, evidence, "no soak")
    warm = soak.held[soak.warm :]
    if not soak.held:
        return no_value(SPEC, evidence, "a program outside speaks, or the system does not tell")
    if len(warm) < FEWEST:
        return no_value(SPEC, evidence, f"{len(warm)} warm requests; {FEWEST} are needed")
    found = slope(warm)
    lines = ", ".join(f"{line.where} ({units.size(line.bytes)})" for line in soak.lines)
    note = units.joined(
        f"a request, over {len(warm)} warm ones",
        f"at most {units.value(soak.peak, 'B')} resident",
        lines and f"kept by {lines}",
    )
    case = evidence.case.id if evidence.case else None
    return Reading(metric=SPEC.name, case=case, value=found.value, values=(found.value,), note=note)
