"""How much it is the golden's speaker, by Resemblyzer: 1 for the very same voice."""

from __future__ import annotations

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.voiceprint import voiceprint
from tts_baseline.metrics.pooling import Measured, against_golden
from tts_baseline.metrics.speakers import cosine, untellable

SPEC = MetricSpec(
    name="speaker",
    unit="1",
    better="higher",
    family="quality",
    decide="median",
    limit="0.05",
    gross=4.0,
    golden=True,
    identical=1.0,
    packages=("Resemblyzer", "librosa", "soxr", "torch"),
    needs="speaker",
)


def read(evidence: Evidence) -> Reading:
    """The cosine between the vectors of the utterance and of the golden.

    None where either is shorter than 3 s, or has noise less than 25 dB below its speech: both lower it.
    """
    return against_golden(SPEC, evidence, _alike)


def _alike(sound: Sound, golden: Sound) -> Measured:
    if reason := untellable(sound) or untellable(golden):
        return Measured(None, reason)
    return Measured(cosine(voiceprint(sound), voiceprint(golden)))
