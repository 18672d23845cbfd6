"""Answers a second under load, at the knee: the fewest clients that bring the most."""

from __future__ import annotations

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.metrics.pooling import no_value, over_replicates
from tts_baseline.metrics.under_load import fault, named

SPEC = MetricSpec(
    name="throughput",
    unit="req/s",
    better="higher",
    family="latency",
    decide="ratio",
    limit="5%",
    scope="load",
    timed=True,
    prior={"cpu": 0.06, "cuda": 0.02},
)


def read(evidence: Evidence) -> Reading:
    """The geometric mean over passes at the knee of a closed loop of answers a second (docs/load.md).

    The note says at how many clients, and how many seconds of audio come in a second.
    """
    traffic = evidence.traffic
    if traffic is None:
        return no_value(SPEC, evidence, "not measured under load")
    closed = [level for level in traffic.levels if level.clients]
    if broken := fault(traffic, [level for level in closed if level.is_knee] or closed):
        return no_value(SPEC, evidence, broken)
    knee = next((level for level in closed if level.is_knee), None)
    if knee is None:
        return no_value(SPEC, evidence, "no request was answered")
    note = f"at {named(knee)}, {traffic.way}; {knee.audio:.1f} s of audio a second"
    return over_replicates(SPEC, evidence, traffic.knees, note)
