"""Bytes of new storage that torch's operators ask for in one call."""

from __future__ import annotations

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.metrics.pooling import over_operators

SPEC = MetricSpec(name="allocated", unit="B", better="lower", family="work", decide="exact", limit="0%")


def read(evidence: Evidence) -> Reading:
    """The sum of what one call's operators allocate, in bytes; freed memory is not taken off."""
    return over_operators(SPEC, evidence)
