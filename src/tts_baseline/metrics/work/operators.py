"""Operators that torch dispatches in one call, without views: what the host has to launch."""

from __future__ import annotations

from tts_baseline.core.protocols import Evidence
from tts_baseline.core.records import Reading
from tts_baseline.metrics.work import _counters

SPEC = _counters.declared("operators", unit="operators")


def read(evidence: Evidence) -> Reading:
    """How many operators one call dispatches; views, which only relabel memory, are counted apart."""
    return _counters.reading(SPEC, evidence)
