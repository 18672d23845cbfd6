"""How much higher or lower it ends than the golden does: a question that falls, a statement that rises."""

from __future__ import annotations

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.melody import ENOUGH, melody
from tts_baseline.metrics.pooling import Measured, against_golden

SPEC = MetricSpec(
    name="contour",
    unit="st",
    better="same",
    family="quality",
    decide="each",
    limit="2 st",  # 't Hart 1981: listeners hear movements apart that differ by 1.5 to 2 semitones
    golden=True,
    identical=0.0,
    packages=("scipy", "soxr"),
)

_LAST = 10  # frames of 10 ms
_SHORTEST = 2 * ENOUGH


def read(evidence: Evidence) -> Reading:
    """The difference in pitch from the golden at the end, about that of the whole, in semitones.

    Of what is voiced in both, and says the same or stands in its place: the median over its last 0.1 s less
    the median over all. 0 for the golden itself, and for a voice that is higher throughout. None with less
    than 0.2 s of voice in common. The note has the second in the golden at which the end begins.
    """
    return against_golden(SPEC, evidence, _contour)


def _contour(sound: Sound, golden: Sound) -> Measured:
    import numpy as np

    heard, accepted, times = melody(sound, golden, has_replaced=True)
    if heard.size < _SHORTEST:
        return Measured(None, "less than 0.2 s of voice in common with the golden")
    higher = heard - accepted
    change = float(np.median(higher[-_LAST:]) - np.median(higher))
    return Measured(change, f"{change:+.1f} st from {times[-_LAST]:.2f} s on" if change else "")
