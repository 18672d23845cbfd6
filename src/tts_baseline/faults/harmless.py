"""Changes that nobody hears, so that no gate may speak of them."""

from __future__ import annotations

import numpy as np
import soxr

from tts_baseline.faults.fault import Harmless, Spoken, Wave

_STEP = 2.0**-15  # of 16 bits


def _dithered(spoken: Spoken, steps: float, dice: np.random.Generator) -> Wave:
    dither = dice.triangular(-steps, 0.0, steps, spoken.wave.size)
    return np.round(spoken.wave / _STEP + dither) * _STEP


def _later(spoken: Spoken, seconds: float, _: np.random.Generator) -> Wave:
    return np.concatenate([np.zeros(round(seconds * spoken.rate)), spoken.wave])


def _round_trip(spoken: Spoken, factor: float, _: np.random.Generator) -> Wave:
    there = soxr.resample(spoken.wave, spoken.rate, factor * spoken.rate, quality="HQ")
    back = soxr.resample(there, factor * spoken.rate, spoken.rate, quality="HQ")
    return np.asarray(back[: spoken.wave.size], dtype=np.float64)


def _louder(spoken: Spoken, gain_db: float, _: np.random.Generator) -> Wave:
    return spoken.wave * 10 ** (gain_db / 20)


HARMLESS = (
    Harmless(name="16 bits with dither", strength=1.0, plant=_dithered),
    Harmless(name="1 ms later", strength=0.001, plant=_later),
    Harmless(name="resampled by 1.5 and back", strength=1.5, plant=_round_trip),
    Harmless(name="resampled by 1.378 and back", strength=1.378125, plant=_round_trip),
    Harmless(name="0.1 dB louder", strength=0.1, plant=_louder),
)
