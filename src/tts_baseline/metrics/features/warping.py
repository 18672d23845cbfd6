"""Which moment of a sound says what another voice says at which moment: the same text, spoken twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tts_baseline.core.sounds import Sound, feature
from tts_baseline.metrics.features.cepstrum import STEP_S, cepstrum

if TYPE_CHECKING:
    from tts_baseline.core.sounds import Samples

_LOUD_DB = -35.0
_ENERGY_WEIGHT = 0.5
_DELTA = 2
_MOST_FRAMES = 2_000  # chosen: 20 s; longer sounds are warped in coarser steps, for the table is n * m


@feature
def warping(sound: Sound, other: Sound) -> Samples:
    """For each 10 ms of `other`, the second of `sound` that says the same, rising; neither may be silent.

    Dynamic time warping (Sakoe & Chiba 1978) of mel cepstra and their slopes, each coefficient about its mean
    and by its deviation over the speech, so that voice and channel play no part.
    """
    import numpy as np

    ours, theirs = _normalized(sound), _normalized(other)
    stride = -(-max(len(ours), len(theirs)) // _MOST_FRAMES)
    rows = _rows(theirs[::stride], ours[::stride])
    every = np.arange(len(theirs))
    seconds: Samples = np.interp(every, np.arange(len(rows)) * stride, rows * stride) * STEP_S
    return seconds


def _normalized(sound: Sound) -> Samples:
    """Coefficients and slopes, shape (frames, 26)."""
    import numpy as np

    given = cepstrum(sound)
    coefficients = given.coefficients
    padded = np.pad(coefficients, ((_DELTA, _DELTA), (0, 0)), mode="edge")
    slopes = padded[2 * _DELTA :] - padded[: -2 * _DELTA]
    both = np.concatenate([coefficients, slopes], axis=1)
    speech = both[given.level_db > _LOUD_DB]
    normal: Samples = (both - speech.mean(axis=0)) / (speech.std(axis=0) + 1e-9)
    normal[:, 0] *= _ENERGY_WEIGHT
    return normal


def _rows(reference: Samples, other: Samples) -> Samples:
    """For each frame of the reference, the first frame of the other on the cheapest way through both."""
    import numpy as np

    costs = np.empty((len(reference), len(other)))
    for row, frame in enumerate(reference):
        distance = np.sqrt(((other - frame) ** 2).sum(axis=1))
        along = np.cumsum(distance)
        if row:
            before = costs[row - 1]
            start = np.minimum(before, np.concatenate(([np.inf], before[:-1])))
            # the best column at which the way comes from the row before, for all columns at once
            costs[row] = along + np.minimum.accumulate(start - along + distance)
        else:
            costs[row] = along
    row, column = len(reference) - 1, len(other) - 1
    first = np.empty(len(reference))
    while row or column:
        first[row] = column
        ways = (
            (costs[row - 1, column - 1] if row and column else np.inf, 1, 1),
            (costs[row - 1, column] if row else np.inf, 1, 0),
            (costs[row, column - 1] if column else np.inf, 0, 1),
        )
        _, down, left = min(ways)
        row, column = row - down, column - left
    first[0] = 0.0
    return first
