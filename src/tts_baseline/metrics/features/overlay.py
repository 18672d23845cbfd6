"""The sound laid over its golden: what it says, when the golden says it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tts_baseline.core.sounds import Sound, feature
from tts_baseline.metrics.features.alignment import alignment
from tts_baseline.metrics.features.cepstrum import STEP_S
from tts_baseline.metrics.features.differences import correspondence
from tts_baseline.metrics.features.resampled import resampled

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tts_baseline.core.sounds import Samples

# Frames of 10 ms. chosen: half a second moves as a whole, so that a single sound is not sought elsewhere.
_SMOOTHED = 51
# A frame and a half on either side: what frames cannot tell.
_REACH_S = 0.015
_AT_ONCE = 2**20  # samples. chosen: what is shorter than 40 s or so is one part, of 100 MB


@feature
def overlay(sound: Sound, golden: Sound) -> Sound:
    """The sound with the golden's rate and length, each stretch at the moment at which the golden has it.

    A stretch is what is earlier or later by one lag: to the frame by the correspondence of both, to the
    sample by their cross-correlation; polarity plays no part. Where one lag for the whole makes both more
    alike, as in much noise, it is that. What the golden has not is left out, and in place of what the sound
    lacks stands what it has there. Neither may be silent.
    """
    heard, reference = resampled(sound, golden.rate), golden.samples
    lag = round(alignment(sound, golden).lag * golden.rate / sound.rate)
    whole = _taken(heard, reference, lag, 0)
    stretches = _stretches(heard, golden, _lags(sound, golden))
    return Sound(max(whole, stretches, key=lambda laid: _likeness(laid, reference)), golden.rate)


def _lags(sound: Sound, golden: Sound) -> NDArray[np.int64]:
    """By how many frames the sound is later than the golden, at each frame of the golden."""
    import numpy as np
    from scipy.ndimage import median_filter

    lags = [0]
    for edit in correspondence(sound, golden):
        lag = edit.other_start - edit.start if edit.kind == "match" else lags[-1]
        lags += [lag] * (edit.stop - edit.start)
    smooth: NDArray[np.int64] = median_filter(np.array(lags[1:]), _SMOOTHED, mode="nearest")
    return smooth


def _stretches(heard: Samples, golden: Sound, lags: NDArray[np.int64]) -> Samples:
    """What is heard with each stretch of equal lags at its place."""
    import numpy as np

    step, reach = STEP_S * golden.rate, round(_REACH_S * golden.rate)
    frames = [0, *(np.flatnonzero(np.diff(lags)) + 1).tolist()]
    # A frame is around its moment, so a stretch begins half a frame before.
    edges = [0, *(round((frame - 0.5) * step) for frame in frames[1:]), golden.samples.size]
    return np.concatenate(
        [
            _taken(heard, golden.samples[start:stop], start + round(lags[frame] * step), reach)
            for frame, start, stop in zip(frames, edges, edges[1:], strict=False)
        ]
    )


def _taken(heard: Samples, like: Samples, start: int, reach: int) -> Samples:
    """As many samples as `like` has, from within `reach` of `start`, where they are most like it."""
    import numpy as np
    from scipy.signal import correlate

    first, last = start - reach, start + like.size + reach
    around = np.zeros(last - first)
    inside = heard[max(first, 0) : max(last, 0)]
    around[max(-first, 0) : max(-first, 0) + inside.size] = inside
    if not reach:
        return around
    parts = range(0, like.size, _AT_ONCE)
    spans = ((slice(at, at + _AT_ONCE + 2 * reach), slice(at, at + _AT_ONCE)) for at in parts)
    likeness = np.abs(sum(correlate(around[a], like[b], mode="valid", method="fft") for a, b in spans))
    place = int(likeness.argmax()) if likeness.any() else reach
    return around[place : place + like.size]


def _likeness(laid: Samples, reference: Samples) -> float:
    """The size of the correlation of both, 0 where nothing was laid."""
    import numpy as np

    return float(abs(laid @ reference)) / max(float(np.linalg.norm(laid)), 1e-12)
