"""Loudness: the known answers of ITU-R BS.1770-4 and EBU Tech 3341, for one channel."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import freqz

from tests.support.sounds import clip, heard
from tts_baseline.metrics.signal import loudness

# Both filters in one, tables 1 and 2 of the recommendation, for 48 kHz.
TABLES = (
    np.convolve([1.53512485958697, -2.69169618940638, 1.19839281085285], [1.0, -2.0, 1.0]),
    np.convolve([1.0, -1.69065929318241, 0.73248077421585], [1.0, -1.99004745483398, 0.99007225036621]),
)


def sine(level_db: float, seconds: float = 3.0, hz: float = 997.0, rate: int = 16_000) -> np.ndarray:
    return 10 ** (level_db / 20) * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)


def read(samples: np.ndarray, rate: int = 16_000) -> float | None:
    return loudness.read(heard(samples, rate=rate)).value


@pytest.mark.parametrize("level_db", [0.0, -20.0, -50.0])
@pytest.mark.parametrize("rate", [16_000, 24_000, 48_000])
def test_a_sine_of_997_hz_reads_3_01_below_its_peak(level_db, rate):
    assert read(sine(level_db, rate=rate), rate) == pytest.approx(level_db - 3.01, abs=0.1)


@pytest.mark.parametrize("hz", [25.0, 100.0, 500.0, 1_500.0, 3_000.0, 10_000.0])
def test_frequencies_weigh_as_the_filters_of_the_recommendation(hz):
    change = read(sine(-20, hz=hz, rate=48_000), 48_000) - read(sine(-20, rate=48_000), 48_000)
    weight = [np.abs(freqz(*TABLES, worN=[at], fs=48_000)[1][0]) for at in (hz, 997.0)]
    assert change == pytest.approx(20 * np.log10(weight[0] / weight[1]), abs=0.1)


def test_what_is_quiet_beside_the_rest_does_not_count():
    loud = sine(-20, 6.0)
    for quiet_db in (-36.0, -80.0):  # below the relative gate, and the absolute one
        mixed = np.concatenate([sine(quiet_db, 6.0), loud, sine(quiet_db, 6.0)])
        assert read(mixed) == pytest.approx(read(loud), abs=0.3)
    assert read(np.concatenate([sine(-26, 6.0), loud])) == pytest.approx(read(loud) - 2.04, abs=0.1)


def test_a_block_is_long_enough_to_hold_a_syllable_and_its_pause():
    """A tenth of a second of every 0.4 s: no block is quiet, and each has a quarter of the power."""
    spoken = np.arange(6 * 16_000) % 6_400 < 1_600
    assert read(np.where(spoken, sine(-20, 6.0), 0.0)) == pytest.approx(-23.01 - 6.02, abs=0.2)


def test_a_gain_is_a_change_of_as_many_units():
    assert read(0.5 * clip()) == pytest.approx(read(clip()) - 6.02, abs=0.01)


def test_what_is_too_short_or_too_quiet_has_none():
    assert loudness.read(heard(sine(-20, 0.39))).reason == "shorter than a block of 0.4 s"
    assert read(sine(-20, 0.4)) == pytest.approx(-23.01, abs=0.2)
    assert loudness.read(heard(sine(-75))).reason == "nowhere louder than -70 LUFS"
