"""How often loud sound is as loud as the loudest: what clipping leaves, whatever was done to it later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.pooling import Measured, over_utterances

if TYPE_CHECKING:
    from tts_baseline.core.sounds import Samples

# chosen on the prompts that benchmarks/sound_gate fetches: human recordings read 0.01 to 0.08, clipped at
# half of their peak 0.12 to 0.75; what is harmless moves none by more than 0.02.
SPEC = MetricSpec(
    name="clipping",
    unit="1",
    better="lower",
    family="quality",
    decide="median",
    limit="0.05",
    gross=2.0,
    packages=("scipy",),
)

_AROUND_S, _STEP_S = 0.005, 0.001  # a period of a high voice has one highest sample
_LOUD_DB, _AT_THE_TOP_DB = -12.0, -1.0
_TOP = 99.5  # percent: a single click is not the top


def read(evidence: Evidence) -> Reading:
    """The share of the loud moments whose peak, within 2.5 ms, is within 1 dB of the top, from 0 to 1.

    The top is the 99.5th percentile of all peaks, of either sign apart, and the sign with more counts; loud
    is what is within 12 dB of it. Peaks that were cut off keep one height when they are resampled or encoded,
    so it sees clipping that `structure` cannot count any more.
    """
    return over_utterances(SPEC, evidence, _clipping)


def _clipping(sound: Sound) -> Measured:
    if sound.samples.size < sound.rate * _AROUND_S:
        return Measured(None, "shorter than 5 ms")
    return Measured(max(_at_the_top(sound.samples, sound.rate), _at_the_top(-sound.samples, sound.rate)))


def _at_the_top(samples: Samples, rate: int) -> float:
    import numpy as np
    from scipy.ndimage import maximum_filter1d

    peaks = maximum_filter1d(samples, round(_AROUND_S * rate))[:: max(1, round(_STEP_S * rate))]
    top = np.percentile(peaks, _TOP)
    if top <= 0:
        return 0.0
    at_least = top * 10 ** (np.array([_LOUD_DB, _AT_THE_TOP_DB]) / 20)
    loud, highest = ((peaks >= level).sum() for level in at_least)
    return float(highest / loud)
