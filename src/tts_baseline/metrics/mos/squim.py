"""Predicted opinion by SQUIM, of weights that the project brings."""

from __future__ import annotations

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.metrics.opinions import over_opinions
from tts_baseline.metrics.own_network import scores_of

SPEC = MetricSpec(
    name="squim",
    unit="MOS",
    better="higher",
    family="quality",
    decide="median",
    limit=None,
    packages=("onnxruntime", "soxr"),
    needs="squim",
)


def read(evidence: Evidence) -> Reading:
    """The mean over 8 crops of what the ONNX file in `ears.squim` answers to samples (1, n) at 16 kHz.

    Kumar et al. 2023. None for less than 1 s.
    """
    return over_opinions(SPEC, evidence, scores_of(evidence.ears, SPEC.needs))
