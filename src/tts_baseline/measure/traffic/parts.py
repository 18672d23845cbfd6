"""The part that two sounds have in common: the same samples, up to rounding and loudness, at any place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tts_baseline.measure.traffic.prints import HOP_S, longest

if TYPE_CHECKING:
    from tts_baseline.measure.traffic.answers import Speech

    Floats = np.ndarray[Any, np.dtype[np.float32]]

_LEAST_FRAMES = 5  # chosen: 0.1 s of the same samples, which no other sound has by chance
_LAGS = 3  # chosen: the best shifts that are looked at, where a sound has more than one part of the other
_NEAR = 0.1  # chosen: of a frame's energy, what rounding and other arithmetic may leave: -10 dB
_SILENT = 1e-6  # the power of -60 dB of full scale


class CommonPart(NamedTuple):
    """A common part: its audible frames of 20 ms, and its first sample in the one and in the other."""

    frames: int
    start: int
    other: int


def common(one: Speech, other: Speech) -> CommonPart | None:
    """The longest part that two sounds have in common; None of less than 0.1 s.

    Correlation with whitened phases has a peak at the shift of whatever is the same, however short it is.
    """
    if one.rate != other.rate or not len(one.samples) or not len(other.samples):
        return None
    parts = (_at(one, other, lag) for lag in _lags(one.samples, other.samples))
    best = max(parts, key=lambda part: part.frames)
    return best if best.frames >= _LEAST_FRAMES else None


def _lags(one: Floats, other: Floats) -> list[int]:
    """The shifts by which the one is most likely later than the other."""
    from scipy.fft import next_fast_len  # half a second to import, and most commands compare no sounds

    size = next_fast_len(len(one) + len(other) - 1, real=True)
    cross = np.fft.rfft(one, size) * np.conj(np.fft.rfft(other, size))
    peaks = np.fft.irfft(cross / np.maximum(np.abs(cross), 1e-12), size)
    peaks[len(one) : size - len(other) + 1] = -np.inf  # there they would not meet
    best = []
    for _ in range(_LAGS):  # twenty times as fast as to sort the peaks in part
        best.append(int(np.argmax(peaks)))
        peaks[best[-1]] = -np.inf
    return [lag if lag < len(one) else lag - size for lag in best]


def _at(one: Speech, other: Speech, lag: int) -> CommonPart:
    """The longest part in common where the one is this much later."""
    first = max(lag, 0)
    count = min(len(one.samples) - first, len(other.samples) - (first - lag))
    hop = round(HOP_S * one.rate)
    here = one.samples[first : first + count // hop * hop].reshape(-1, hop)
    there = other.samples[first - lag : first - lag + count // hop * hop].reshape(-1, hop)
    energy = (here**2).mean(axis=1)
    audible = energy > _SILENT
    gain = (here * there).sum(axis=1) / np.maximum((there**2).sum(axis=1), 1e-12)
    left = ((here - gain[:, None] * there) ** 2).mean(axis=1)
    same = (left <= _NEAR * energy) & (gain > 0) | ~audible
    stretch = longest(same, audible)
    start = first + stretch.start * hop
    return CommonPart(stretch.frames, start, start - lag)
