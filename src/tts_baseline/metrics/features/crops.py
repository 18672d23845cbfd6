"""The sound with a little of its beginning cut off, eight times: what a network's score must not hang on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tts_baseline.core.sounds import Sound, feature
from tts_baseline.metrics.features.resampled import resampled

if TYPE_CHECKING:
    from tts_baseline.core.sounds import Samples

RATE = 16_000  # of the networks
_CROPS, _LONGEST_S = 8, 0.02  # research/quality.md 0.6: over 0 to 20 ms DNSMOS's overall score varies by 0.14


@feature
def crops(sound: Sound) -> tuple[Samples, ...]:
    """Eight arrays of samples at 16 kHz, within full scale: without the first 0 to 20 ms, in equal steps."""
    import numpy as np

    samples = np.clip(resampled(sound, RATE), -1.0, 1.0)
    step = _LONGEST_S * RATE / (_CROPS - 1)
    return tuple(samples[round(step * number) :] for number in range(_CROPS))
