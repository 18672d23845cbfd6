"""By how much its pitch moves up and down more than the golden's: a monotonous or an excited voice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.melody import ENOUGH, melody
from tts_baseline.metrics.pooling import Measured, against_golden

if TYPE_CHECKING:
    from tts_baseline.core.sounds import Samples

SPEC = MetricSpec(
    name="f0_range",
    unit="st",
    better="same",
    family="quality",
    decide="median",
    limit="1.5 st",
    gross=3.0,
    golden=True,
    identical=0.0,
    packages=("scipy", "soxr"),
)

_PERCENT = (10, 90)  # so that a tracker that is wrong one time in ten changes nothing


def read(evidence: Evidence) -> Reading:
    """The difference of both ranges of pitch, in semitones, over what says the same and is voiced in both.

    A range is from the 10th to the 90th percentile. 0 for the golden itself, and for a voice that is higher
    throughout. None with less than 0.1 s of voice in common. The note has both ranges.
    """
    return against_golden(SPEC, evidence, _range)


def _range(sound: Sound, golden: Sound) -> Measured:
    heard, accepted, _ = melody(sound, golden)
    if heard.size < ENOUGH:
        return Measured(None, "less than 0.1 s of voice in common with the golden")
    before, after = _spread(accepted), _spread(heard)
    return Measured(after - before, f"{before:.1f} -> {after:.1f} st" if after != before else "")


def _spread(semitones: Samples) -> float:
    import numpy as np

    low, high = np.percentile(semitones, _PERCENT)
    return float(high - low)
