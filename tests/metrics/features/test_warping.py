"""A text said twice, by other voices and at other paces, of which each phone's moment is known."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.warping import warping

RATE = 16_000
BANDS_HZ = np.linspace(0, RATE / 2, 9)


def said(lengths_s: np.ndarray, envelopes_db: np.ndarray, pitch_hz: float) -> Sound:
    """Phones of these lengths one after the other: harmonics of a pitch under each one's own envelope."""
    harmonics = pitch_hz * np.arange(1, int(RATE / 2 / pitch_hz))
    parts = []
    for length, envelope in zip(lengths_s, envelopes_db, strict=True):
        times = np.arange(round(length * RATE)) / RATE
        amplitudes = 10 ** (np.interp(harmonics, BANDS_HZ, envelope) / 20)
        parts.append(amplitudes @ np.sin(2 * np.pi * np.outer(harmonics, times)))
    samples = np.concatenate(parts)
    return Sound(0.5 * samples / np.abs(samples).max(), RATE)


@pytest.mark.parametrize("seconds", [5.0, 40.0])
def test_phones_of_a_long_sound_are_found_as_well_as_those_of_a_short_one(seconds: float) -> None:
    dice = np.random.default_rng(0)
    count = round(seconds / 0.1)
    lengths, envelopes = dice.uniform(0.06, 0.14, count), dice.uniform(-40, 0, (count, BANDS_HZ.size))
    ours = lengths * np.repeat(dice.uniform(0.6, 1.6, count // 10), 10)  # another pace each second
    pause = count // 2
    envelopes[pause] = -120.0
    ours[pause] = 10.0 if seconds > 20 else 1.0  # a pause that the other makes short
    sound, other = said(ours, envelopes, 300.0), said(lengths, envelopes, 200.0)

    tracemalloc.start()
    moments = warping(sound, other)
    held = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    ends = np.interp(np.cumsum(lengths), np.arange(moments.size) / 100, moments)
    apart = np.delete(np.abs(ends - np.cumsum(ours)), [pause - 1, pause, count - 1])
    assert np.median(apart) < 0.005
    assert apart.max() < 0.02
    assert held < 64e6  # all frames by all of the long one would be 160 MB
