"""Eight pieces of a sound for networks to score: all but a little of its beginning; of a long one, parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tts_baseline.core.sounds import Sound, feature
from tts_baseline.metrics.features.resampled import resampled

if TYPE_CHECKING:
    from tts_baseline.core.sounds import Samples

RATE = 16_000  # of the networks
_CROPS, _CUT_S = 8, 0.02  # research/quality.md 0.6: over 0 to 20 ms DNSMOS's overall score varies by 0.14
# chosen: DNSMOS scores each second of what is longer than 9 s, at 3 CPU s each: of half an hour, ten hours
_LONGEST_S, _PIECE_S = 60, 10


@feature
def crops(sound: Sound) -> tuple[Samples, ...]:
    """Eight arrays of samples at 16 kHz, within full scale: without the first 0 to 20 ms, in equal steps.

    Of more than a minute, eight pieces of 10 s, from its start to its end.
    """
    import numpy as np

    samples = np.clip(resampled(sound, RATE), -1.0, 1.0)
    if samples.size <= _LONGEST_S * RATE:
        step = _CUT_S * RATE / (_CROPS - 1)
        return tuple(samples[round(step * number) :] for number in range(_CROPS))
    size = _PIECE_S * RATE
    starts = np.linspace(0, samples.size - size, _CROPS).astype(int)
    return tuple(samples[start : start + size] for start in starts)
