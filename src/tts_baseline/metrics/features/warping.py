"""Which moment of a sound says what another voice says at which moment: the same text, spoken twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tts_baseline.core.sounds import Sound, feature
from tts_baseline.metrics.features.cepstrum import STEP_S, cepstrum

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tts_baseline.core.sounds import Samples

_LOUD_DB = -35.0
_ENERGY_WEIGHT = 0.5
_DELTA = 2
_MOST_FRAMES = 2_000  # chosen: 20 s; what is longer goes beside the way through half as many frames
_BESIDE = 25  # chosen: frames of either sound around it, at last 0.25 s; wider ways end in the same places


@feature
def warping(sound: Sound, other: Sound) -> Samples:
    """For each 10 ms of `other`, the second of `sound` that says the same, rising; neither may be silent.

    Dynamic time warping (Sakoe & Chiba 1978) of mel cepstra and their slopes, each coefficient about its mean
    and by its deviation over the speech, so that voice and channel play no part. What is longer than 20 s is
    warped coarsely first, then beside what that found (FastDTW, Salvador & Chan 2007).
    """
    seconds: Samples = _columns(_normalized(other), _normalized(sound)).astype("f8") * STEP_S
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


def _columns(reference: Samples, other: Samples) -> NDArray[np.int64]:
    """For each frame of the reference, the first frame of the other on the cheapest way through both."""
    import numpy as np

    low, high = np.zeros(len(reference), int), np.full(len(reference), len(other))
    if max(len(reference), len(other)) > _MOST_FRAMES:
        coarse = 2 * _columns(_halved(reference), _halved(other))
        around = np.pad(coarse, (_BESIDE, _BESIDE + 1), constant_values=(0, len(other)))
        half = np.arange(len(reference)) // 2
        low = np.maximum(low, around[half] - _BESIDE)
        high = np.minimum(high, around[half + 2 * _BESIDE + 1] + _BESIDE)
    return _way(_costs(reference, other, low.tolist(), high.tolist()), low.tolist(), len(other) - 1)


def _halved(frames: Samples) -> Samples:
    """The mean of every two frames; an odd last one stays as it is."""
    import numpy as np

    even = np.concatenate([frames, frames[len(frames) - len(frames) % 2 :]])
    halved: Samples = (even[::2] + even[1::2]) / 2
    return halved


def _costs(reference: Samples, other: Samples, low: list[int], high: list[int]) -> list[Samples]:
    """For each frame of the reference, what the way costs to the others from `low` to `high`."""
    import numpy as np

    costs: list[Samples] = []
    for row, frame in enumerate(reference):
        distance = np.sqrt(((other[low[row] : high[row]] - frame) ** 2).sum(axis=1))
        along = np.cumsum(distance)
        if row:
            # from the left neighbour of the first column on; what was not reached costs all
            before = np.full(distance.size + 1, np.inf)
            shift = low[row] - low[row - 1] - 1
            known = costs[-1][max(shift, 0) :]
            before[max(-shift, 0) : known.size - min(shift, 0)] = known
            start = np.minimum(before[1:], before[:-1])
            # the best column at which the way comes from the row before, for all columns at once
            along = along + np.minimum.accumulate(start - along + distance)
        costs.append(along)
    return costs


def _way(costs: list[Samples], low: list[int], column: int) -> NDArray[np.int64]:
    """The first column of each row on the cheapest way back from the last row's `column`."""
    import numpy as np

    def cost(row: int, column: int) -> float:
        place = column - low[row]
        return float(costs[row][place]) if 0 <= place < costs[row].size else np.inf

    row = len(costs) - 1
    first = np.zeros(len(costs), int)
    while row:
        first[row] = column
        _, down, left = min(
            (cost(row - 1, column - 1), 1, 1), (cost(row - 1, column), 1, 0), (cost(row, column - 1), 0, 1)
        )
        row, column = row - down, column - left
    return first
