"""How often the host waits for the device in one call; on a CPU, how often it would."""

from __future__ import annotations

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.metrics.work import _counters

SPEC = MetricSpec(
    name="syncs",
    unit="syncs",
    better="lower",
    family="work",
    decide="ratio",
    limit=None,
    prior={"cpu": 0.0, "cuda": 0.0},
)


def read(evidence: Evidence) -> Reading:
    """How many operators of one call need a value from the device before the host can go on."""
    return _counters.reading(SPEC, evidence, lambda work: work.syncs)
