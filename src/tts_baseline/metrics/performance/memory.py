"""Peak resident memory of the worker, or of the program of pipeline `command`, while it speaks the case."""

from __future__ import annotations

import statistics

from tts_baseline.core import units
from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.metrics.pooling import no_value, over_replicates

SPEC = MetricSpec(
    name="memory",
    unit="B",
    better="lower",
    family="memory",
    decide="ratio",
    limit="10% + 4 MiB",
    prior={"cpu": 0.02, "cuda": 0.02},
)


def read(evidence: Evidence) -> Reading:
    """The geometric mean over replicates of the peak resident set size, in bytes.

    The note carries the mean unique set size: what the process would give back if it ended.
    """
    peaks = [calls.peak_rss for calls in evidence.calls if calls.peak_rss is not None]
    if len(peaks) < len(evidence.calls):
        return no_value(SPEC, evidence, "no peak of resident memory on this system")
    unique = [calls.uss for calls in evidence.calls if calls.uss is not None]
    note = f"unique set size {units.value(statistics.mean(unique), 'B')}" if unique else ""
    return over_replicates(SPEC, evidence, peaks, note)
