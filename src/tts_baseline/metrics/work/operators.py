"""Operators that torch dispatches in one call, without views: what the host has to launch."""

from __future__ import annotations

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.metrics.pooling import over_operators

SPEC = MetricSpec(
    name="operators", unit="operators", better="lower", family="work", decide="exact", limit="0%"
)


def read(evidence: Evidence) -> Reading:
    """How many operators one call dispatches; views, which only relabel memory, are counted apart."""
    return over_operators(SPEC, evidence)
