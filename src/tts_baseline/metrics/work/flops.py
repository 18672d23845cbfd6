"""Floating-point operations of one call's matrix products, convolutions and attention."""

from __future__ import annotations

from tts_baseline.core.protocols import Evidence
from tts_baseline.core.records import Reading
from tts_baseline.metrics.work import _counters

SPEC = _counters.declared("flops", unit="FLOP")


def read(evidence: Evidence) -> Reading:
    """The floating-point operations that torch's own formulas find in one call; other operators have none."""
    return _counters.reading(SPEC, evidence)
