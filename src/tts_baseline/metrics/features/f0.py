"""The fundamental frequency of the voice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from tts_baseline.core.sounds import Sound, feature
from tts_baseline.metrics.features.cepstrum import STEP_S
from tts_baseline.metrics.features.resampled import resampled

if TYPE_CHECKING:
    from tts_baseline.core.sounds import Samples

# Boersma 1993, with the defaults that Praat has for speech of men and women alike.
FLOOR_HZ, CEILING_HZ = 75.0, 600.0
_PERIODS = 3
_CANDIDATES = 15
_SILENCE, _VOICING = 0.03, 0.45
_OCTAVE_COST, _JUMP_COST, _VOICING_COST = 0.01, 0.35, 0.14
_RATE = 16_000
_HOP = round(STEP_S * _RATE)
# Autocorrelations are interpolated to an eighth of a sample; so many frames at once stay below 20 MB, and
# what it costs to go from one to the next below 1 MB.
_FINER, _AT_ONCE = 8, 256


class Pitch(NamedTuple):
    """The fundamental frequency in Hz, NaN where the voice is silent or unvoiced, and when, in seconds."""

    hz: Samples
    times_s: Samples


class _Candidates(NamedTuple):
    """Of each frame, shape (frames, 16): octaves above 1 Hz, and how well they fit; the first is 'unvoiced'.

    What is no candidate has a strength of -inf.
    """

    octave: Samples
    strength: Samples


@feature
def f0(sound: Sound, floor_hz: float = FLOOR_HZ, ceiling_hz: float = CEILING_HZ) -> Pitch:
    """The pitch every 10 ms by autocorrelation at 16 kHz (Boersma 1993), shape (frames,).

    Frames are around the same moments as those of `cepstrum`, and count as unvoiced within one and a half
    periods of `floor_hz` from an end. The sound must not be silent.
    """
    import numpy as np

    samples = resampled(sound, _RATE)
    frames = samples.size // _HOP + 1
    found = [*_found(samples, frames, floor_hz, ceiling_hz)]
    octave = _path(_Candidates(*(np.concatenate(part) for part in zip(*found, strict=True))))
    times = STEP_S * np.arange(frames, dtype=np.float64)
    edge = _PERIODS / 2 / floor_hz
    inside = (times >= edge) & (times <= samples.size / _RATE - edge)
    return Pitch(np.exp2(np.where(inside, octave, np.nan)), times)


def _found(samples: Samples, frames: int, floor_hz: float, ceiling_hz: float) -> Iterator[_Candidates]:
    """The candidates of all frames, a few hundred frames at once."""
    import numpy as np

    size = 2 * round(_PERIODS / 2 * _RATE / floor_hz)
    padded = np.pad(samples, size // 2)
    windows = np.lib.stride_tricks.sliding_window_view(padded, size)[::_HOP]
    window = np.hanning(size + 1)[:-1]
    loudest = np.abs(samples).max()
    lags = slice(int(_FINER * _RATE / ceiling_hz), round(_FINER * _RATE / floor_hz) + 2)
    own = _autocorrelation(window[None], lags)
    for first in range(0, frames, _AT_ONCE):
        part = windows[first : first + _AT_ONCE]
        about = part - part.mean(axis=1, keepdims=True)
        likeness = _autocorrelation(about * window, lags) / own
        silent = np.abs(about).max(axis=1) / loudest
        unvoiced = _VOICING + np.maximum(0, 2 - silent * (1 + _VOICING) / _SILENCE)
        yield _best(likeness, lags.start, unvoiced, floor_hz)


def _autocorrelation(windowed: Samples, lags: slice) -> Samples:
    """The normalized autocorrelation of each row at these lags of an eighth of a sample."""
    import numpy as np

    size = 1 << (windowed.shape[1] + lags.stop // _FINER).bit_length()
    power = np.abs(np.fft.rfft(windowed, size)) ** 2
    correlation = np.fft.irfft(power, _FINER * size)
    normalized: Samples = correlation[:, lags] / np.maximum(correlation[:, :1], 1e-30)
    return normalized


def _best(likeness: Samples, first_lag: int, unvoiced: Samples, floor_hz: float) -> _Candidates:
    """The highest peaks of each row, by parabolic interpolation, and the candidate 'unvoiced'."""
    import numpy as np

    before, at, after = likeness[:, :-2], likeness[:, 1:-1], likeness[:, 2:]
    is_peak = (at > before) & (at >= after) & (at > _VOICING / 2)
    rows = np.arange(len(at))[:, None]
    place = np.argpartition(np.where(is_peak, -at, np.inf), _CANDIDATES, axis=1)[:, :_CANDIDATES]
    low, middle, high = before[rows, place], at[rows, place], after[rows, place]
    bend = np.maximum(2 * middle - low - high, 1e-12)
    shift = np.where(is_peak[rows, place], (high - low) / (2 * bend), 0.0)
    lag = (first_lag + 1 + place + shift) / _FINER
    octave = np.log2(_RATE / lag)
    height = np.minimum(middle + (high - low) * shift / 4, 1.0)
    strength = np.where(is_peak[rows, place], height + _OCTAVE_COST * (octave - np.log2(floor_hz)), -np.inf)
    return _Candidates(
        np.concatenate((np.full((len(at), 1), np.nan), octave), axis=1),
        np.concatenate((unvoiced[:, None], strength), axis=1),
    )


def _path(candidates: _Candidates) -> Samples:
    """The octave of each frame on the best way through the candidates (Viterbi), NaN where unvoiced."""
    import numpy as np

    octave, strength = candidates
    best = strength[0]
    steps = []
    for frame, moves in enumerate(_moves(octave), 1):
        total = best - moves
        came_from = total.argmax(axis=1)
        best = total[np.arange(total.shape[0]), came_from] + strength[frame]
        steps.append(came_from)
    here = int(best.argmax())
    way = [here]
    for came_from in reversed(steps):
        here = int(came_from[here])
        way.append(here)
    chosen: Samples = octave[np.arange(len(octave)), way[::-1]]
    return chosen


def _moves(octave: Samples) -> Iterator[Samples]:
    """For each frame but the first, what it costs to come to its candidates from those before."""
    import numpy as np

    for first in range(0, len(octave) - 1, _AT_ONCE):
        part = octave[first : first + _AT_ONCE + 1]
        voiced = ~np.isnan(part)
        jumps = _JUMP_COST * np.abs(part[1:, :, None] - part[:-1, None, :])
        both = voiced[1:, :, None] & voiced[:-1, None, :]
        either = voiced[1:, :, None] | voiced[:-1, None, :]
        yield from np.where(both, jumps, np.where(either, _VOICING_COST, 0.0))
