"""Seconds of audio: a text that is suddenly spoken longer or shorter lost or gained something."""

from __future__ import annotations

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.pooling import Measured, over_utterances

SPEC = MetricSpec(
    name="duration", unit="s", better="same", family="quality", decide="median", limit="5%", gross=3.0
)


def read(evidence: Evidence) -> Reading:
    """The number of samples divided by the sample rate, in seconds."""
    return over_utterances(SPEC, evidence, _duration)


def _duration(sound: Sound) -> Measured:
    return Measured(sound.samples.size / sound.rate)
