"""Level of the whole utterance in dBFS: no other metric notices audio that became louder or softer."""

from __future__ import annotations

import math

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.pooling import Measured, over_utterances

SPEC = MetricSpec(
    name="level",
    unit="dB",
    better="same",
    family="quality",
    decide="median",
    limit="1 dB",
    gross=3.0,
    equivalent=0.1,  # chosen: a tenth of the limit
)


def read(evidence: Evidence) -> Reading:
    """10·log10 of the mean square of all samples, in dB re full scale (a full-scale sine reads -3.01)."""
    return over_utterances(SPEC, evidence, _level)


def _level(sound: Sound) -> Measured:
    return Measured(10 * math.log10(float((sound.samples**2).mean())))
