"""Predicted opinion by NISQA, of weights that the project brings."""

from __future__ import annotations

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.metrics.opinions import over_opinions
from tts_baseline.metrics.own_network import scores_of

SPEC = MetricSpec(
    name="nisqa",
    unit="MOS",
    better="higher",
    family="quality",
    decide="median",
    limit=None,
    packages=("onnxruntime", "soxr"),
    needs="nisqa",
)


def read(evidence: Evidence) -> Reading:
    """The mean over 8 crops of what the ONNX file in `ears.nisqa` answers to samples (1, n) at 16 kHz.

    Mittag et al. 2021; the public weights are CC BY-NC-SA. None for less than 1 s.
    """
    return over_opinions(SPEC, evidence, scores_of(evidence.ears, SPEC.needs))
