"""Predicted opinion by DistillMOS, a small network that was taught by a large one."""

from __future__ import annotations

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.metrics.features.distillmos import distillmos
from tts_baseline.metrics.opinions import ONLY_WARNS, over_opinions

SPEC = MetricSpec(
    name="distillmos",
    unit="MOS",
    better="higher",
    family="quality",
    decide="median",
    limit=ONLY_WARNS.format(0.25),
    packages=("distillmos", "soxr", "torch"),
    needs="distillmos",
)


def read(evidence: Evidence) -> Reading:
    """The mean over 8 crops of the score, 1 to 5 (Stahl & Gamper 2025); gain plays no part.

    None for less than 1 s.
    """
    return over_opinions(SPEC, evidence, distillmos)
