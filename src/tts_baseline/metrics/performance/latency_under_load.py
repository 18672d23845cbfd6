"""Seconds from intended start to answer that 95 of 100 requests do not exceed, at 70 % of the throughput."""

from __future__ import annotations

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.core.units import seconds
from tts_baseline.metrics.pooling import no_value, over_replicates
from tts_baseline.metrics.under_load import fault

SHARE = 0.7

SPEC = MetricSpec(
    name="latency_under_load",
    unit="s",
    better="lower",
    family="latency",
    decide="ratio",
    limit="5%",
    scope="load",
    timed=True,
    prior={"cpu": 0.12, "cuda": 0.05},
)


def read(evidence: Evidence) -> Reading:
    """The 95th percentile of an open loop whose requests arrive at 70 % of the knee's rate (docs/load.md).

    The note has the median, the 99th percentile and the goodput.
    """
    traffic = evidence.traffic
    if traffic is None:
        return no_value(SPEC, evidence, "not measured under load")
    level = next((level for level in traffic.levels if level.share == SHARE), None)
    if broken := fault(traffic, [level] if level else traffic.levels):
        return no_value(SPEC, evidence, broken)
    if level is None or level.p95_s is None:
        return no_value(SPEC, evidence, "fewer than 20 answers")
    shown = {"p50": level.p50_s, "p99": level.p99_s}
    parts = [f"{name} {seconds(value)}" for name, value in shown.items() if value is not None]
    note = f"{', '.join(parts)} at {level.offered:.2f} req/s; {level.goodput:.2f} of them in time"
    return over_replicates(SPEC, evidence, [level.p95_s], note)
