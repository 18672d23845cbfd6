"""Seconds from starting a process to its first utterance: spawn, import, load, first request."""

from __future__ import annotations

import statistics

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.core.units import seconds
from tts_baseline.metrics.pooling import no_value, over_replicates

SPEC = MetricSpec(
    name="cold_start",
    unit="s",
    better="lower",
    family="latency",
    decide="ratio",
    limit="25%",
    scope="run",
    timed=True,
    prior={"cpu": 0.15, "cuda": 0.05},
)

_PHASES = {
    "spawn": "spawn_s",
    "import": "import_s",
    "load": "load_s",
    "first request": "first_request_s",
}


def read(evidence: Evidence) -> Reading:
    """The geometric mean over fresh processes of the whole cold start, in seconds.

    The note carries the mean of each phase.
    """
    starts = evidence.cold_starts
    if not starts:
        return no_value(SPEC, evidence, "no cold starts")
    means = {
        phase: statistics.mean(getattr(start, field) for start in starts) for phase, field in _PHASES.items()
    }
    note = ", ".join(f"{phase} {seconds(mean)}" for phase, mean in means.items())
    return over_replicates(SPEC, evidence, [start.total_s for start in starts], note)
