"""Where a sound is digital silence, which says nothing about its noise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tts_baseline.core.sounds import Sound, feature
from tts_baseline.metrics.spans import spans

if TYPE_CHECKING:
    from tts_baseline.metrics.spans import Mask

_SHORTEST_S = 0.010  # chosen: recordings of 16 bits have shorter runs of one value by chance


@feature
def digital_silence(sound: Sound) -> Mask:
    """True for the samples in runs of 10 ms or more of one value, whichever it is; shape (n,)."""
    import numpy as np

    silent = np.zeros(sound.samples.size, dtype=bool)
    for start, stop in spans(np.diff(sound.samples) == 0):
        if stop + 1 - start >= _SHORTEST_S * sound.rate:
            silent[start : stop + 1] = True
    return silent
