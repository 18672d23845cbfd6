"""How often the host waits for the device in one call; on a CPU, how often it would."""

from __future__ import annotations

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.metrics.pooling import over_operators

SPEC = MetricSpec(name="syncs", unit="syncs", better="lower", family="work", decide="exact", limit="0%")


def read(evidence: Evidence) -> Reading:
    """How many operators of one call need a value from the device before the host can go on."""
    return over_operators(SPEC, evidence)
