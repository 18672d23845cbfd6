"""Where a sound and its golden say the same at the same time, up to one constant lag."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tts_baseline.core.sounds import Sound, feature
from tts_baseline.metrics.features.resampled import resampled

if TYPE_CHECKING:
    from tts_baseline.core.sounds import Samples


class Alignment(NamedTuple):
    """By how many samples a sound is later than its golden, and what overlaps once that is taken out.

    `heard` and `golden` have one shape, (n,), and the sound's rate.
    """

    lag: int
    heard: Samples
    golden: Samples


@feature
def alignment(sound: Sound, golden: Sound) -> Alignment:
    """The alignment at the peak of the absolute cross-correlation, over all lags; polarity plays no part."""
    import numpy as np
    from scipy.signal import correlate

    heard, reference = sound.samples, resampled(golden, sound.rate)
    correlation = np.abs(correlate(heard, reference, mode="full", method="fft"))
    lag = int(correlation.argmax()) - (reference.size - 1)
    heard, reference = heard[max(lag, 0) :], reference[max(-lag, 0) :]
    length = min(heard.size, reference.size)
    return Alignment(lag, heard[:length], reference[:length])
