"""How the pitch moves at the end, about the golden: a question that falls, a statement that rises."""

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
    name="contour",
    unit="st",
    better="same",
    family="quality",
    decide="each",
    limit="3 st",  # listeners notice movements that differ by more ('t Hart 1981)
    golden=True,
    identical=0.0,
    packages=("scipy", "soxr"),
)

_LAST = 30  # frames of 10 ms


def read(evidence: Evidence) -> Reading:
    """The difference of both final movements of the pitch, in semitones: positive where it rises more.

    The movement is the slope of the last 300 ms that say the same and are voiced in both, by the median of
    all slopes between two of their frames (Theil 1950), times how long they last. 0 for the golden itself,
    and for a voice that is higher throughout. None with less than 0.1 s of them. The note has both movements,
    and the second in the golden at which they begin.
    """
    return against_golden(SPEC, evidence, _contour)


def _contour(sound: Sound, golden: Sound) -> Measured:
    heard, accepted, times = (part[-_LAST:] for part in melody(sound, golden))
    if heard.size < ENOUGH:
        return Measured(None, "less than 0.1 s of voice in common with the golden")
    change = _movement(heard - accepted, times)
    before, after = _movement(accepted, times), _movement(heard, times)
    return Measured(change, f"{before:+.1f} -> {after:+.1f} st from {times[0]:.2f} s on" if change else "")


def _movement(semitones: Samples, times_s: Samples) -> float:
    import numpy as np

    first, second = np.triu_indices(times_s.size, 1)
    slopes = (semitones[second] - semitones[first]) / (times_s[second] - times_s[first])
    return float(np.median(slopes) * (times_s[-1] - times_s[0]))
