"""The samples at another rate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tts_baseline.core.sounds import Sound, feature

if TYPE_CHECKING:
    from tts_baseline.core.sounds import Samples


@feature
def resampled(sound: Sound, rate: int) -> Samples:
    """The samples at `rate` Hz, shape (n·rate/sound.rate,); the sound's own where it has that rate.

    By soxr at its quality HQ: band-limited, the level kept.
    """
    if sound.rate == rate:
        return sound.samples
    import numpy as np
    import soxr

    return np.asarray(soxr.resample(sound.samples, sound.rate, rate, quality="HQ"), dtype=np.float64)
