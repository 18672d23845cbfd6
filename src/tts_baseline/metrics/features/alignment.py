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
    from scipy import fft  # importing scipy.signal takes as long as all else of a comparison

    heard, reference = sound.samples, resampled(golden, sound.rate)
    size = fft.next_fast_len(heard.size + reference.size - 1, real=True)
    spectrum = np.conj(fft.rfft(reference, size))
    spectrum *= fft.rfft(heard, size)  # in place, for half an hour has 40 million lags
    circular = fft.irfft(spectrum, size)  # lags from 0 on, and from the end backwards those below 0
    later = int(np.abs(circular, out=circular).argmax())
    lag = later if later < heard.size else later - size
    heard, reference = heard[max(lag, 0) :], reference[max(-lag, 0) :]
    length = min(heard.size, reference.size)
    return Alignment(lag, heard[:length], reference[:length])
