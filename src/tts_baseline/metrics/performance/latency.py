"""Seconds from request to finished utterance, warm: the median call of each replicate."""

from __future__ import annotations

import statistics

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.metrics import _replicates

SPEC = MetricSpec(
    name="latency",
    unit="s",
    better="lower",
    family="latency",
    decide="ratio",
    limit="5%",
    timed=True,
    prior={"cpu": 0.06, "cuda": 0.015},
)


def read(evidence: Evidence) -> Reading:
    """The geometric mean over replicates of the median wall time of a call, in seconds.

    The median within a replicate, because single calls are disturbed; the mean over replicates,
    because the replicate is the unit that statistics count (docs/method.md).
    """
    medians = [statistics.median(calls.wall_s) for calls in evidence.calls if calls.wall_s]
    return _replicates.reading(SPEC, evidence, medians)
