"""Peak CUDA memory of the worker process while it speaks the case."""

from __future__ import annotations

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.metrics.pooling import no_value, over_replicates

SPEC = MetricSpec(
    name="cuda_memory",
    unit="B",
    better="lower",
    family="memory",
    decide="ratio",
    limit="10% + 4 MiB",
    prior={"cpu": 0.02, "cuda": 0.02},
)


def read(evidence: Evidence) -> Reading:
    """The geometric mean over replicates of the peak of allocated CUDA memory, in bytes."""
    peaks = [calls.peak_cuda for calls in evidence.calls if calls.peak_cuda is not None]
    if len(peaks) < len(evidence.calls):
        return no_value(SPEC, evidence, "no CUDA in this run")
    return over_replicates(SPEC, evidence, peaks)
