"""Predicted opinion of the quality, by DNSMOS's network for P.808: the steadiest of its scores."""

from __future__ import annotations

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.metrics.features.dnsmos import dnsmos
from tts_baseline.metrics.opinions import ONLY_WARNS, over_opinions

SPEC = MetricSpec(
    name="dnsmos_p808",
    unit="MOS",
    better="higher",
    family="quality",
    decide="median",
    limit=ONLY_WARNS.format(0.15),
    packages=("librosa", "onnxruntime", "soxr", "speechmos"),
    needs="dnsmos",
)


def read(evidence: Evidence) -> Reading:
    """The mean over 8 crops of the score, 1 to 5 (Reddy et al. 2021, 2022), for noise suppressors.

    The network hears 9.01 s, as which shorter sound is repeated. None for less than 1 s.
    """
    return over_opinions(SPEC, evidence, lambda sound: dnsmos(sound).p808)
