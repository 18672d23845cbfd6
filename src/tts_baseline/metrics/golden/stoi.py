"""Short-time objective intelligibility against the golden, 0 to 1."""

from __future__ import annotations

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.intelligibility import intelligibility
from tts_baseline.metrics.pooling import Measured, against_golden

SPEC = MetricSpec(
    name="stoi",
    unit="1",
    better="higher",
    family="quality",
    decide="median",
    limit="0.01",
    gross=10.0,
    golden=True,
    identical=1.0,
    packages=("scipy", "soxr"),
)


def read(evidence: Evidence) -> Reading:
    """The STOI of Taal et al. 2011 at 10 kHz, of the sound laid over the golden; 1.0 for the golden itself.

    None where less than the 0.4 s that it needs remain once the golden's silent frames are left out.
    """
    return against_golden(SPEC, evidence, _stoi)


def _stoi(sound: Sound, golden: Sound) -> Measured:
    return intelligibility(sound, golden, extended=False)
