"""Real-time factor: seconds of computing for each second of audio; below 1 is faster than speech."""

from __future__ import annotations

import statistics

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.metrics.pooling import no_value, over_replicates

# No limit: for a text that is spoken equally long it is latency by another name, and of equivalent
# quantities one is gated.
SPEC = MetricSpec(
    name="rtf",
    unit="1",
    better="lower",
    family="latency",
    decide="ratio",
    limit=None,
    timed=True,
    prior={"cpu": 0.06, "cuda": 0.015},
)


def read(evidence: Evidence) -> Reading:
    """The geometric mean over replicates of median wall time divided by the audio's duration."""
    measured = [calls for calls in evidence.calls if calls.wall_s]
    if any(calls.audio_s <= 0 for calls in measured):
        return no_value(SPEC, evidence, "empty audio")
    factors = [statistics.median(calls.wall_s) / calls.audio_s for calls in measured]
    return over_replicates(SPEC, evidence, factors)
