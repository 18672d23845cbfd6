"""How loud it is heard, in LUFS; `level`, which is gated, is the power of the waveform."""

from __future__ import annotations

import math

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.pooling import Measured, over_utterances

SPEC = MetricSpec(
    name="loudness",
    unit="LUFS",
    better="same",
    family="quality",
    decide="median",
    limit=None,
    packages=("pyloudnorm", "scipy"),
)

_BLOCK_S = 0.4


def read(evidence: Evidence) -> Reading:
    """The integrated loudness of ITU-R BS.1770-4 in LUFS: weighted by frequency, without pauses.

    The mean of blocks of 0.4 s that are louder than -70 LUFS and than 10 LU below the mean of those. A sine
    of 997 Hz and full scale reads -3.01. Not gated: a change of the level is one of `level`.
    """
    return over_utterances(SPEC, evidence, _loudness)


def _loudness(sound: Sound) -> Measured:
    if sound.samples.size < _BLOCK_S * sound.rate:
        return Measured(None, "shorter than a block of 0.4 s")
    from pyloudnorm import Meter

    loudness = float(Meter(sound.rate).integrated_loudness(sound.samples))
    if math.isinf(loudness):
        return Measured(None, "nowhere louder than -70 LUFS")
    return Measured(loudness)
