"""Predicted opinion by UTMOSv2, of weights that the project brings."""

from __future__ import annotations

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.metrics.opinions import over_opinions
from tts_baseline.metrics.own_network import scores_of

SPEC = MetricSpec(
    name="utmos",
    unit="MOS",
    better="higher",
    family="quality",
    decide="median",
    limit=None,
    packages=("onnxruntime", "soxr"),
    needs="utmos",
)


def read(evidence: Evidence) -> Reading:
    """The mean over 8 crops of what the ONNX file in `ears.utmos` answers to samples (1, n) at 16 kHz.

    Baba et al. 2024. None for less than 1 s.
    """
    return over_opinions(SPEC, evidence, scores_of(evidence.ears, SPEC.needs))
