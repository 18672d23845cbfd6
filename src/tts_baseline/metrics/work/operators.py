"""Operators that torch dispatches in one call, without views: what the host has to launch."""

from __future__ import annotations

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.metrics.work import _counters

SPEC = MetricSpec(
    name="operators",
    unit="operators",
    better="lower",
    family="work",
    decide="ratio",
    limit=None,
    prior={"cpu": 0.0, "cuda": 0.0},
)


def read(evidence: Evidence) -> Reading:
    """How many operators one call dispatches; views, which only relabel memory, are counted apart."""
    return _counters.reading(SPEC, evidence, lambda work: work.operators)
