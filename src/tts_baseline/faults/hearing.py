"""Where a recording speaks and where it pauses, by its level alone; and how stretches are cut and joined."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from tts_baseline.core.sounds import Samples

STEP_S = 0.010
_WINDOW_S = 0.025
_LOUD = 95
# chosen: frames within 20 dB of the loud ones speak; 35 dB below, or near the quietest tenth, they pause
_SPEECH_DB, _PAUSE_DB, _ABOVE_FLOOR_DB, _LOUDEST_PAUSE_DB = -20.0, -35.0, 6.0, -15.0
_INSIDE_DB, _MOSTLY = -25.0, 0.9
_EDGE = 10  # frames at either end where no word begins
_DRAWN = 12
FADE_S = 0.005


def levels(wave: Samples, rate: int) -> Samples:
    """The level of every 10 ms in dB about the loud ones (their 95th percentile), shape (frames,)."""
    half = round(_WINDOW_S * rate / 2)
    total = np.concatenate(([0.0], np.cumsum(wave**2)))
    middles = np.round(np.arange(0, wave.size / rate, STEP_S) * rate).astype(int)
    low, high = np.maximum(middles - half, 0), np.minimum(middles + half, wave.size)
    power = (total[high] - total[low]) / (high - low)
    relative: Samples = 10 * np.log10(np.maximum(power / np.percentile(power, _LOUD), 1e-12))
    return relative


def speech_power(wave: Samples, rate: int) -> float:
    """The mean square of what speaks."""
    speaks = np.repeat(levels(wave, rate) > _SPEECH_DB, round(STEP_S * rate))[: wave.size]
    return float(np.mean(wave[: speaks.size][speaks] ** 2))


def span_of_speech(wave: Samples, rate: int) -> tuple[int, int]:
    """The first and the last sample of what speaks."""
    frames = np.flatnonzero(levels(wave, rate) > _SPEECH_DB)
    return round(frames[0] * STEP_S * rate), min(round((frames[-1] + 1) * STEP_S * rate), wave.size)


def pauses(wave: Samples, rate: int) -> list[tuple[int, int]]:
    """The pauses between speech, as samples [start, stop), the longest first."""
    level = levels(wave, rate)
    floor = float(np.percentile(level, 10)) + _ABOVE_FLOOR_DB
    quiet = level < min(max(_PAUSE_DB, floor), _LOUDEST_PAUSE_DB)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], quiet.astype(int), [0])))).reshape(-1, 2)
    first, last = span_of_speech(wave, rate)
    spans = [(round(a * STEP_S * rate), round(b * STEP_S * rate)) for a, b in edges.tolist()]
    inner = [(start, stop) for start, stop in spans if start > first and stop < last]
    return sorted(inner, key=lambda span: span[0] - span[1])


def words(
    wave: Samples, rate: int, seconds: float, dice: np.random.Generator, count: int
) -> list[tuple[int, int]]:
    """So many stretches of speech, as samples [start, stop); none where nothing speaks for so long.

    Each begins where the voice is weakest of some places, as words do.
    """
    level = levels(wave, rate)
    frames = round(seconds / STEP_S)
    last = level.size - frames - _EDGE
    speaks = np.concatenate(([0], np.cumsum(level > _INSIDE_DB)))
    first = np.arange(_EDGE, max(last, _EDGE))
    inside = first[speaks[first + frames] - speaks[first] > _MOSTLY * frames]
    if not inside.size:
        return []
    drawn = dice.choice(inside, (count, _DRAWN))
    begins = drawn[np.arange(count), level[drawn].argmin(axis=1)]
    return [(round(b * STEP_S * rate), round((b + frames) * STEP_S * rate)) for b in begins.tolist()]


def removed(wave: Samples, rate: int, start: int, stop: int) -> Samples:
    """The wave without [start, stop), faded over in the 5 ms after."""
    ramp = _ramp(rate, wave.size - stop)
    after = wave[stop:].copy()
    after[: ramp.size] = (1 - ramp) * wave[start : start + ramp.size] + ramp * after[: ramp.size]
    return np.concatenate([wave[:start], after])


def inserted(wave: Samples, rate: int, place: int, piece: Samples) -> Samples:
    """The wave with a piece before the sample `place`, faded over in the first and the last 5 ms of it."""
    ramp = _ramp(rate, min(place, wave.size - place, piece.size // 2))
    whole, fade = piece.copy(), ramp.size
    if fade:
        whole[:fade] = (1 - ramp) * wave[place : place + fade] + ramp * whole[:fade]
        whole[-fade:] = (1 - ramp) * whole[-fade:] + ramp * wave[place - fade : place]
    return np.insert(wave, place, whole)


def replaced(wave: Samples, rate: int, start: int, piece: Samples) -> Samples:
    """The wave with a piece in the place of as many samples from `start` on, faded over at both ends."""
    ramp = _ramp(rate, piece.size // 2)
    weight = np.ones(piece.size)
    weight[: ramp.size], weight[piece.size - ramp.size :] = ramp, ramp[::-1]
    changed = wave.copy()
    changed[start : start + piece.size] *= 1 - weight
    changed[start : start + piece.size] += weight * piece
    return changed


def _ramp(rate: int, room: int) -> Samples:
    return np.linspace(0.0, 1.0, max(0, min(round(FADE_S * rate), room)))
