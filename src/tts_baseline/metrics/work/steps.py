"""Bytecode instructions of reading a text out: what the front end costs, without a clock."""

from __future__ import annotations

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.metrics.pooling import no_value, over_operators

# chosen: half of the 1 % that is to be seen; the count is the same in every process.
SPEC = MetricSpec(name="steps", unit="steps", better="lower", family="work", decide="exact", limit="0.5%")


def read(evidence: Evidence) -> Reading:
    """Python's instructions in `read_out(request)` once it is warm; what C does in one is not seen."""
    if any(calls.work and calls.work.steps for calls in evidence.calls):
        return over_operators(SPEC, evidence)
    return no_value(SPEC, evidence, "the pipeline has no read_out(request) whose steps can be counted")
