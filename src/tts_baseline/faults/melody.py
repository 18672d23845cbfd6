"""Faults of pitch and pace: a higher voice, a question without its rise, another tempo."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import soxr

from tts_baseline.core.sounds import Sound
from tts_baseline.faults.fault import Fault, Original
from tts_baseline.faults.hearing import replaced, span_of_speech
from tts_baseline.metrics.features.f0 import f0
from tts_baseline.pipelines.f5_spanish.post.stretch import stretch, warp

if TYPE_CHECKING:
    from tts_baseline.core.sounds import Samples

_SEMITONES = 12
_ENDING_S = 0.5  # chosen: the last word, whose melody makes a question
_FINER = 4  # chosen: linear interpolation at four times the rate is below the noise of 16 bits for speech


def pitched(wave: Samples, rate: int, semitones: float) -> Samples:
    """The wave so many semitones higher, as long as before."""
    factor = 2 ** (semitones / _SEMITONES)
    longer = stretch(wave.astype(np.float32), rate, factor).astype(np.float64)
    return np.asarray(soxr.resample(longer, rate * factor, rate, quality="HQ"), dtype=np.float64)


def paced(wave: Samples, rate: int, longer: float) -> Samples:
    """The wave longer by a share, at the same pitch."""
    return stretch(wave.astype(np.float32), rate, 1 + longer).astype(np.float64)


def _pitched(original: Original, semitones: float, _: np.random.Generator) -> Samples:
    return pitched(original.wave, original.rate, semitones)


def _paced(original: Original, share: float, _: np.random.Generator) -> Samples:
    return paced(original.wave, original.rate, share)


def _bent_end(original: Original, semitones: float, _: np.random.Generator) -> Samples:
    """The last half second goes the other way: a rise is bent down, so that it is flat; a fall is bent up."""
    wave, rate = original.wave, original.rate
    last = span_of_speech(wave, rate)[1]
    first = max(0, last - round(_ENDING_S * rate))
    way = -1 if _movement(wave[first:last], rate) > 0 else 1
    bend = np.clip(np.arange(wave.size - first) / (last - first), 0, 1)
    ending = _repitched(wave[first:], rate, 2 ** (way * semitones * bend / _SEMITONES))
    return replaced(wave, rate, first, ending)


def _repitched(wave: Samples, rate: int, ratio: Samples) -> Samples:
    """The wave with the pitch of each sample times its ratio, as long as before."""
    # Stretched by the ratio, it has room for so many more periods; read as much faster, it has them.
    read_at, places = np.concatenate(([0.0], np.cumsum(ratio)[:-1])), np.arange(wave.size)

    def source_of(place: int) -> float:
        return float(np.interp(place, read_at, places))

    longer = warp(wave.astype(np.float32), rate, round(float(read_at[-1])) + 1, source_of)
    finer = soxr.resample(longer.astype(np.float64), rate, _FINER * rate, quality="HQ")
    repitched: Samples = np.interp(_FINER * read_at, np.arange(finer.size), finer)
    return repitched


def _movement(wave: Samples, rate: int) -> float:
    """The semitones from the first to the last third of a wave's voiced frames; 0 where it has too few."""
    hz = f0(Sound(wave, rate)).hz
    hz = hz[~np.isnan(hz)]
    third = hz.size // 3
    if not third:
        return 0.0
    return float(_SEMITONES * np.log2(np.median(hz[-third:]) / np.median(hz[:third])))


FAULTS = (
    Fault(
        name="pitch", what="the voice is so much higher, at the same tempo",
        strengths=(0.5, 1, 2, 3, 5), shown="{:+g} semitones", plant=_pitched,
        gates=frozenset({"f0"}),
    ),
    Fault(
        name="flat question", what="the last half second is bent so far against its own movement",
        strengths=(1, 2, 3, 4.5, 6), shown="{:g} semitones", plant=_bent_end,
        gates=frozenset({"contour", "f0_range"}),
    ),
    Fault(
        name="tempo", what="it takes so much longer, at the same pitch",
        strengths=(0.01, 0.02, 0.05, 0.1, 0.2), shown="{:+.0%}", plant=_paced,
        gates=frozenset({"tempo", "duration"}),
    ),
)  # fmt: skip
