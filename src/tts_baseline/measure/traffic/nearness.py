"""Which text a sound says, for a pipeline that says each text differently every time.

Two rules, both measured on the takes made alone: how far the durations of a text spread, and how much nearer
the takes of one text are to each other than to those of any other.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

import numpy as np

from tts_baseline.measure.traffic.prints import HOP_S, Print

Bands = np.ndarray[Any, np.dtype[np.float32]]

_ALPHA = 1e-7  # chosen: of a million honest answers a tenth is refused
_LEAST_SPREAD = 0.05  # chosen: in the logarithm of a duration; a pause may always be 5 % longer
_MOST_SPREAD = math.log(2.0)  # chosen: half and double are no way to say a text, however few takes there are
_COARSE = 2  # chosen: frames of 40 ms, which are a quarter of the cells
_MARGIN = 1.15  # chosen: as far beyond the worst of the takes as one more take might be


class Nearness:
    """What takes made alone tell of a sound: if its length fits a text, and which text it is nearest to."""

    def __init__(self, alone: Mapping[str, Sequence[Print]]) -> None:
        self._takes = {case: [_coarse(take) for take in takes] for case, takes in alone.items()}
        logs = {case: [math.log(max(t.seconds, HOP_S)) for t in takes] for case, takes in alone.items()}
        self._middle = {case: fmean(values) for case, values in logs.items()}
        self._allowed = _allowed(list(logs.values()))
        self._worst = {case: self._worst_of(case) for case in alone}

    def fits(self, case: str, seconds: float) -> bool:
        """Whether a text may be this long."""
        return abs(math.log(max(seconds, HOP_S)) - self._middle[case]) <= self._allowed

    def is_told(self, case: str) -> bool:
        """Whether the takes of a text are nearer to each other than to any other text's of their length."""
        return self._worst[case] < 1.0

    def ratio(self, case: str, sound: Print, other: str) -> float:
        """How much farther a sound is from one text than from another; above 1 it is nearer to the other."""
        here = _coarse(sound)
        return self._distance(here, case) / max(self._distance(here, other), 1e-9)

    def nearer(self, case: str, sound: Print) -> str | None:
        """Another text that a sound says rather than its own; None where it says its own, or nobody can tell.

        Farther from its own than any take made alone was, by a margin, counts; and only among texts that may
        be as long.
        """
        if not self.is_told(case):
            return None
        bound = max(1.0, _MARGIN * self._worst[case])
        others = [other for other in self._takes if other != case and self.fits(other, sound.seconds)]
        ratios = {other: self.ratio(case, sound, other) for other in others}
        farthest = max(ratios, key=ratios.__getitem__, default=None)
        return farthest if farthest is not None and ratios[farthest] > bound else None

    def _worst_of(self, case: str) -> float:
        """The largest ratio of a take of this text: to the others of it, and to those of any other text."""
        takes = self._takes[case]
        if len(takes) < 2:
            return math.inf
        others = [other for other in self._takes if other != case and self.fits(other, self._seconds(case))]
        worst = 0.0
        for number, take in enumerate(takes):
            own = min(_warped(take, other) for at, other in enumerate(takes) if at != number)
            worst = max([worst, *(own / max(self._distance(take, other), 1e-9) for other in others)])
        return worst

    def _seconds(self, case: str) -> float:
        return math.exp(self._middle[case])

    def _distance(self, sound: Bands, case: str) -> float:
        return min(_warped(sound, take) for take in self._takes[case])


def _allowed(logs: Sequence[Sequence[float]]) -> float:
    """How far the log of a duration may be from the mean of its text's takes, by their pooled spread."""
    from scipy.stats import t

    freedom = sum(len(values) - 1 for values in logs)
    if not freedom:
        return _MOST_SPREAD
    squares = sum((value - fmean(values)) ** 2 for values in logs for value in values)
    fewest = min(len(values) for values in logs)
    spread = math.sqrt(squares / freedom * (1 + 1 / fewest))
    allowed = float(t.isf(_ALPHA / 2, freedom)) * spread
    return min(max(_LEAST_SPREAD, allowed), _MOST_SPREAD)


def _coarse(sound: Print) -> Bands:
    """Frames of 40 ms, each band about its mean: another level or room is no other text."""
    frames = sound.frames
    frames = frames[: len(frames) // _COARSE * _COARSE] if len(frames) >= _COARSE else frames
    coarse = frames.reshape(-1, min(_COARSE, len(frames)), frames.shape[1]).mean(axis=1)
    centred: Bands = coarse - coarse.mean(axis=0)
    return centred


def _warped(one: Bands, other: Bands) -> float:
    """The mean distance (dB) along the best alignment of two sounds, which may stretch either."""
    cost = np.abs(one[:, None, :] - other[None, :, :]).mean(axis=2)
    rows, columns = cost.shape
    # Diagonal by diagonal: the cells of one depend on the two before it alone. Cell i is row i.
    before, last = np.full(rows + 1, np.inf), np.full(rows + 1, np.inf)
    for diagonal in range(rows + columns - 1):
        low, high = max(0, diagonal - columns + 1), min(rows, diagonal + 1)
        row = np.arange(low, high)
        now = np.full(rows + 1, np.inf)
        if diagonal == 0:
            now[1] = cost[0, 0]
        else:
            steps = np.minimum(np.minimum(last[row], last[row + 1]), before[row])
            now[row + 1] = steps + cost[row, diagonal - row]
        before, last = last, now
    return float(last[rows] / (rows + columns))
