"""By how much the sound falls silent later than the golden: a room that was not there."""

from __future__ import annotations

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.decay import decay
from tts_baseline.metrics.pooling import Measured, against_golden

SPEC = MetricSpec(
    name="reverb",
    unit="s",
    better="lower",
    family="quality",
    decide="median",
    limit="0.04 s",
    gross=2.0,
    golden=True,
    identical=0.0,
    packages=("scipy",),
)


def read(evidence: Evidence) -> Reading:
    """The difference of both decay times (T60 of the faster falls), in seconds; 0 for the golden itself.

    A room with a reverberation time of 0.3 s and reverberation 6 dB below the voice adds about 0.1 s. None
    where either hardly ever falls by 20 dB. The note has both times.
    """
    return against_golden(SPEC, evidence, _reverb)


def _reverb(sound: Sound, golden: Sound) -> Measured:
    ours, theirs = decay(sound), decay(golden)
    if ours is None or theirs is None:
        return Measured(None, "too little of it falls silent")
    return Measured(ours - theirs, f"{theirs:.2f} -> {ours:.2f} s" if ours != theirs else "")
