"""How much higher or lower than the golden it speaks: another pitch, another voice."""

from __future__ import annotations

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.melody import ENOUGH, SEMITONES, melody
from tts_baseline.metrics.pooling import Measured, against_golden

SPEC = MetricSpec(
    name="f0",
    unit="st",
    better="same",
    family="quality",
    decide="median",
    limit="1 st",
    gross=1.5,  # chosen: what is harmless moves a sentence by 0.014 st at most, +2 st reads 2.00 to 2.02
    golden=True,
    identical=0.0,
    packages=("scipy", "soxr"),
)


def read(evidence: Evidence) -> Reading:
    """The median difference in pitch, in semitones, of what says the same and is voiced in both.

    0 for the golden itself, 12·log2(k) for a voice at k times the golden's frequency. None with less than
    0.1 s of voice in common. The note has both pitches.
    """
    return against_golden(SPEC, evidence, _f0)


def _f0(sound: Sound, golden: Sound) -> Measured:
    import numpy as np

    heard, accepted, _ = melody(sound, golden)
    if heard.size < ENOUGH:
        return Measured(None, "less than 0.1 s of voice in common with the golden")
    change = float(np.median(heard - accepted))
    before, after = (2 ** (float(np.median(pitch)) / SEMITONES) for pitch in (accepted, heard))
    return Measured(change, f"{before:.0f} -> {after:.0f} Hz" if change else "")
