"""A sound's fingerprint: enough to tell whether another is the same sound, or begins as it does."""

from __future__ import annotations

import hashlib
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from msgspec import Struct

from tts_baseline.measure.traffic.answers import Speech

HOP_S = 0.02  # chosen: half of the shortest phones, so that each leaves a frame of its own
_EDGES_HZ = (0, 150, 300, 450, 600, 800, 1100, 1500, 2000, 2800, 4000, 5600, 8000)
_FLOOR = 1e-7  # -70 dB of full scale: what is softer is silence
_SILENT_DB = -60.0
# Rounding to 16 bits, other kernels and other batches move a band by tenths of a dB; other speech by 10 dB.
_SAME_DB = 1.0
_ELSEWHERE_DB, _LEAST_ELSEWHERE = 3.0, 4  # chosen: 80 ms of another sound, a short syllable
_LEAST_FRAMES = 8  # chosen: 0.16 s, a syllable; less may begin alike by chance

Frames = np.ndarray[Any, np.dtype[np.float32]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]


class Print(Struct, frozen=True):
    """The hash of a sound's samples, its length, and its level in 12 bands (dB) every 20 ms."""

    sha256: str
    seconds: float
    frames: Frames


class FrameRun(NamedTuple):
    """How many frames in a row, and the first of them."""

    frames: int
    start: int


def longest(found: Flags, counted: Flags | None = None) -> FrameRun:
    """The longest stretch of true values, by the frames of it that are `counted`; 0 frames where none is."""
    counted = found if counted is None else counted
    edges = np.flatnonzero(np.diff(np.concatenate(([False], found, [False])).astype(np.int8)))
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return max((FrameRun(int(counted[a:b].sum()), int(a)) for a, b in pairs), default=FrameRun(0, 0))


def hash_of(sound: Speech) -> str:
    """The SHA-256 of its samples as float32."""
    return hashlib.sha256(np.ascontiguousarray(sound.samples, dtype=np.float32).tobytes()).hexdigest()


def print_of(sound: Speech) -> Print:
    """The fingerprint of a sound."""
    samples = np.ascontiguousarray(sound.samples, dtype=np.float32)
    hop = round(HOP_S * sound.rate)
    count = max(-(-len(samples) // hop), 1)
    framed = np.zeros(count * hop, dtype=np.float32)
    framed[: len(samples)] = samples
    power = np.abs(np.fft.rfft(framed.reshape(count, hop), axis=1)) ** 2 / hop**2
    bins = [min(round(edge * hop / sound.rate), power.shape[1]) for edge in _EDGES_HZ]
    bands = [power[:, low:high].sum(axis=1) for low, high in pairwise(bins)]
    frames = 10 * np.log10(np.stack(bands, axis=1) + _FLOOR)
    return Print(hash_of(sound), sound.seconds, frames.astype(np.float32))


def alike(one: Print, other: Print) -> bool:
    """Whether both are one sound, up to rounding: as long, within 1 dB on average, and nowhere another."""
    if one.sha256 == other.sha256:
        return True
    if one.frames.shape != other.frames.shape:
        return False
    apart = np.abs(one.frames - other.frames).mean(axis=1)[_audible(one) | _audible(other)]
    if not apart.size:
        return True
    return bool(apart.mean() <= _SAME_DB) and longest(apart > _ELSEWHERE_DB).frames < _LEAST_ELSEWHERE


def begins_as(short: Print, whole: Print) -> bool:
    """Whether a sound is the beginning of a longer one."""
    count = len(short.frames) - 1  # the last frame is cut within
    if not _LEAST_FRAMES <= count < len(whole.frames) - 1:
        return False
    return bool(np.abs(short.frames[:count] - whole.frames[:count]).mean() <= _SAME_DB)


def _audible(printed: Print) -> Flags:
    return printed.frames.max(axis=1) > _SILENT_DB  # type: ignore[no-any-return]
