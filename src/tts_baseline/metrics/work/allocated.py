"""Bytes of new storage that torch's operators ask for in one call."""

from __future__ import annotations

from tts_baseline.core.protocols import Evidence
from tts_baseline.core.records import Reading
from tts_baseline.metrics.work import _counters

SPEC = _counters.declared("allocated", unit="B")


def read(evidence: Evidence) -> Reading:
    """The sum of what one call's operators allocate, in bytes; freed memory is not taken off."""
    return _counters.reading(SPEC, evidence)
