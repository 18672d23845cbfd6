"""Extended short-time objective intelligibility against the golden, up to 1."""

from __future__ import annotations

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.intelligibility import intelligibility
from tts_baseline.metrics.pooling import Measured, against_golden

SPEC = MetricSpec(
    name="estoi",
    unit="1",
    better="higher",
    family="quality",
    decide="median",
    limit=None,
    golden=True,
    identical=1.0,
    packages=("scipy", "soxr"),
)


def read(evidence: Evidence) -> Reading:
    """The ESTOI of Jensen & Taal 2016 at 10 kHz, laid over the golden; 1.0 for the golden itself.

    None where less than the 0.4 s that it needs remain once the golden's silent frames are left out.
    """
    return against_golden(SPEC, evidence, _estoi)


def _estoi(sound: Sound, golden: Sound) -> Measured:
    return intelligibility(sound, golden, extended=True)
