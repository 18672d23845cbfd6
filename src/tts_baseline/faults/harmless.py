"""Changes that nobody hears, so that no gate may speak of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import soxr

from tts_baseline.faults.fault import Harmless, Original

if TYPE_CHECKING:
    from tts_baseline.core.sounds import Samples

_STEP = 2.0**-15  # of 16 bits


def _dithered(original: Original, steps: float, dice: np.random.Generator) -> Samples:
    dither = dice.triangular(-steps, 0.0, steps, original.wave.size)
    return np.round(original.wave / _STEP + dither) * _STEP


def _later(original: Original, seconds: float, _: np.random.Generator) -> Samples:
    return np.concatenate([np.zeros(round(seconds * original.rate)), original.wave])


def _round_trip(original: Original, factor: float, _: np.random.Generator) -> Samples:
    there = soxr.resample(original.wave, original.rate, factor * original.rate, quality="HQ")
    back = soxr.resample(there, factor * original.rate, original.rate, quality="HQ")
    return np.asarray(back[: original.wave.size], dtype=np.float64)


def _louder(original: Original, gain_db: float, _: np.random.Generator) -> Samples:
    return original.wave * 10 ** (gain_db / 20)


HARMLESS = (
    Harmless(name="16 bits with dither", strength=1.0, plant=_dithered),
    Harmless(name="1 ms later", strength=0.001, plant=_later),
    Harmless(name="resampled by 1.5 and back", strength=1.5, plant=_round_trip),
    Harmless(name="resampled by 1.378 and back", strength=1.378125, plant=_round_trip),
    Harmless(name="0.1 dB louder", strength=0.1, plant=_louder),
)
