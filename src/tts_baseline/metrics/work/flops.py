"""Floating-point operations of one call's matrix products, convolutions and attention."""

from __future__ import annotations

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.metrics.pooling import over_operators

SPEC = MetricSpec(name="flops", unit="FLOP", better="lower", family="work", decide="exact", limit="0%")


def read(evidence: Evidence) -> Reading:
    """The floating-point operations that torch's own formulas find in one call; other operators have none."""
    return over_operators(SPEC, evidence)
