"""Distance of the long-term average spectrum from the golden's: muffled, thin or coloured sound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.long_term_spectrum import long_term_spectrum
from tts_baseline.metrics.pooling import Measured, against_golden

if TYPE_CHECKING:
    from tts_baseline.core.sounds import Samples

SPEC = MetricSpec(
    name="ltas",
    unit="dB",
    better="lower",
    family="quality",
    decide="median",
    limit="1 dB",
    gross=3.0,
    golden=True,
    identical=0.0,
    packages=("scipy",),
)

_HALF = 0.5


def read(evidence: Evidence) -> Reading:
    """The root mean square, over thirds of an octave, of the difference in level, in dB.

    0 for the golden itself. Each spectrum (Byrne et al. 1994) is that of the frames that speak; the median
    difference, which is level, is taken off. The note names the band that differs most.
    """
    return against_golden(SPEC, evidence, _ltas)


def _ltas(sound: Sound, golden: Sound) -> Measured:
    import numpy as np

    highest = min(sound.rate, golden.rate) * _HALF
    ours, theirs = long_term_spectrum(sound, highest), long_term_spectrum(golden, highest)
    if not ours.hz.size:
        return Measured(None, f"a rate of {min(sound.rate, golden.rate)} Hz has no band of speech")
    difference = ours.level_db - theirs.level_db
    difference -= np.median(difference)
    value = float(np.sqrt((difference**2).mean()))
    return Measured(value, _most(difference, ours.hz) if value else "")


def _most(difference: Samples, hz: Samples) -> str:
    worst = int(abs(difference).argmax())
    return f"{difference[worst]:+.1f} dB at {hz[worst]:.0f} Hz"
