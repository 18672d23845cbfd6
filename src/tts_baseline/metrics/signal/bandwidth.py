"""The frequency up to which the sound reaches: no other metric without a golden notices a low-pass."""

from __future__ import annotations

from tts_baseline.core.protocols import Evidence, MetricSpec
from tts_baseline.core.records import Reading
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.pooling import Measured, over_utterances

SPEC = MetricSpec(
    name="bandwidth", unit="Hz", better="same", family="quality", decide="median", limit="5%", gross=4.0
)

_SHARE = 0.99
_AT_ONCE = 2**21  # samples. chosen: a minute and a half at 22 kHz is one transform; half an hour takes 5 GB


def read(evidence: Evidence) -> Reading:
    """The frequency in Hz below which 99 % of the power lies once it is weighted by 6 dB an octave.

    The spectral roll-off (Scheirer & Slaney 1997) of the sound's first difference, because nearly all power
    of speech lies below 1 kHz. White noise up to f reads 0.99 ** (1/3) · f for f well below half the rate.
    """
    return over_utterances(SPEC, evidence, _bandwidth)


def _bandwidth(sound: Sound) -> Measured:
    import numpy as np

    if sound.samples.size < sound.rate / 100:
        return Measured(None, "shorter than 10 ms")
    changes = np.diff(sound.samples)
    size = min(changes.size, _AT_ONCE)
    parts = (np.fft.rfft(changes[start : start + size], size) for start in range(0, changes.size, size))
    power = np.cumsum(sum(np.abs(part) ** 2 for part in parts))
    if not power[-1]:
        return Measured(None, "a constant")
    place = int(np.searchsorted(power, _SHARE * power[-1]))
    return Measured(float(place * sound.rate / size))
