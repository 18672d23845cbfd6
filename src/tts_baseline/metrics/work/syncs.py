"""How often the host waits for the device in one call; on a CPU, how often it would."""

from __future__ import annotations

from tts_baseline.core.protocols import Evidence
from tts_baseline.core.records import Reading
from tts_baseline.metrics.work import _counters

SPEC = _counters.declared("syncs", unit="syncs")


def read(evidence: Evidence) -> Reading:
    """How many operators of one call need a value from the device before the host can go on."""
    return _counters.reading(SPEC, evidence)
