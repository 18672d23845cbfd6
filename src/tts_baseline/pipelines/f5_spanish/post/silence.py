"""Where the speech is and where the silence, by frame levels against the wave's own noise floor."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Wave = NDArray[np.float32]
SampleRange = tuple[int, int]

_FRAME_S = 0.005
_QUIETEST_DB = -100.0
_FLOOR_PERCENTILE, _LOUD_PERCENTILE = 5, 95
_ENTER_DB, _LEAVE_DB = 10.0, 4.0
# No noise floor is lower than this below the loud frames: a recording's digital zeros are not its noise.
_RANGE_DB = 46.0
_SOFT_SPEECH_DB = 30.0


def frame_levels(wave: Wave, rate: int, seconds: float = 0.010) -> NDArray[np.float64]:
    """RMS level of each frame in dB of full scale, at least -100; the last frame may be a shorter one."""
    starts = np.arange(0, wave.size, frame_length(rate, seconds))
    if not starts.size:
        return np.empty(0)
    power = np.add.reduceat(np.square(wave, dtype=np.float64), starts) / np.diff(starts, append=wave.size)
    levels: NDArray[np.float64] = 10 * np.log10(np.maximum(power, 10 ** (_QUIETEST_DB / 10)))
    return levels


def frame_length(rate: int, seconds: float) -> int:
    """Samples of a frame of so many seconds, at least one."""
    return max(1, round(seconds * rate))


def loud_level(wave: Wave, rate: int) -> float:
    """Level of the wave's loud frames in dB of full scale: the 95th percentile over 5 ms frames."""
    return float(np.percentile(frame_levels(wave, rate, _FRAME_S), _LOUD_PERCENTILE))


def speech_spans(wave: Wave, rate: int, *, below_loud_db: float = _SOFT_SPEECH_DB) -> list[SampleRange]:
    """Start and stop sample of each stretch of speech, in order, to 5 ms; what is between them is silence.

    The noise floor is the 5th percentile of the levels of 5 ms frames, but at most 46 dB below the loud
    ones (95th percentile). A stretch is speech where it stays 4 dB above the floor and somewhere reaches
    10 dB above it (hysteresis). Silence is at least `below_loud_db` below the loud frames: a wave that
    has no silence, or nothing but noise, is all one stretch.
    """
    levels = frame_levels(wave, rate, _FRAME_S)
    if not levels.size:
        return []
    floor, loud = np.percentile(levels, [_FLOOR_PERCENTILE, _LOUD_PERCENTILE])
    floor = max(floor, loud - _RANGE_DB)
    enter = min(floor + _ENTER_DB, loud - below_loud_db)
    leave = min(floor + _LEAVE_DB, enter)
    frame = frame_length(rate, _FRAME_S)
    return [
        (start * frame, min(stop * frame, wave.size))
        for start, stop in _stretches(levels > leave)
        if levels[start:stop].max() > enter
    ]


def edge_silence(wave: Wave, rate: int) -> SampleRange:
    """Samples of silence before the first speech and after the last, see `speech_spans`."""
    spans = speech_spans(wave, rate)
    return (spans[0][0], wave.size - spans[-1][1]) if spans else (0, 0)


def insides(
    wave: Wave, rate: int, *, guard_s: float, shortest_s: float, below_loud_db: float = _SOFT_SPEECH_DB
) -> list[Wave]:
    """The silences of at least `shortest_s`, each without `guard_s` at both ends, see `speech_spans`."""
    edges = [0, *np.ravel(speech_spans(wave, rate, below_loud_db=below_loud_db)).tolist(), wave.size]
    guard = round(guard_s * rate)
    gaps = zip(edges[::2], edges[1::2], strict=True)
    found = [wave[start + guard : max(0, stop - guard)] for start, stop in gaps]
    return [inside for inside in found if inside.size >= shortest_s * rate]


def _stretches(mask: NDArray[np.bool_]) -> list[SampleRange]:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False]))))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
