"""Tails of a known length, and what is no room."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import fftconvolve

from tests.metrics.test_words import HARMLESS
from tests.support.sounds import RATE, clip, heard
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features import decay as decays
from tts_baseline.metrics.features.decay import decay
from tts_baseline.metrics.golden import reverb


def golden() -> np.ndarray:
    """Five seconds of the clip."""
    return clip()[RATE // 2 : 11 * RATE // 2]


def room(t60_s: float, below_db: float, seed: int = 0) -> np.ndarray:
    """The golden in a room: the voice, and noise that decays by 60 dB in `t60_s`, `below_db` in all."""
    time = np.arange(int(1.2 * t60_s * RATE)) / RATE
    tail = np.random.default_rng(seed).standard_normal(time.size) * 10 ** (-3 * time / t60_s) * (time > 0.004)
    tail *= np.sqrt(10 ** (-below_db / 10) / (tail**2).sum())
    return fftconvolve(golden(), np.concatenate([[1.0], tail[1:]]))[: golden().size] / 2


def read(samples: np.ndarray) -> float:
    reading = reverb.read(heard(samples, golden=golden()))
    assert reading.reason is None
    return reading.value


@pytest.mark.parametrize("t60_s", [0.2, 0.3, 0.5, 0.8])
def test_a_tail_that_decays_by_60_db_in_a_known_time_reads_it(t60_s):
    """A tone in each octave, of half a second, and its tail."""
    time = np.arange(2 * RATE) / RATE % 1.0
    envelope = np.where(time < 0.3, 1.0, 10 ** (-3 * (time - 0.3) / t60_s))
    tones = sum(np.sin(2 * np.pi * hz * time) for hz in (250, 500, 1_000, 2_000, 4_000))
    assert decay(Sound(0.1 * envelope * tones, RATE)) == pytest.approx(t60_s, rel=0.03)


def test_a_fall_is_over_64_ms_from_where_it_is_loud():
    """Of a level that falls by 1 dB in 8 ms, from 15 dB below the loud frames on no fall begins."""
    level = np.concatenate([np.zeros(50), -np.arange(1.0, 61.0), np.full(50, -60.0)])
    falls = decays._falls(level)
    assert falls.size == 50 + 14
    assert (falls == 8.0).sum() == 15
    assert falls.max() == 8.0


@pytest.mark.parametrize(("quiet_db", "counted"), [(-30.0, 50 + 9), (-50.0, 50 + 14)])
def test_a_fall_begins_20_db_above_the_quiet_frames_and_ends_at_them(quiet_db, counted):
    level = np.concatenate([np.zeros(50), -np.arange(1.0, 61.0), np.full(50, -60.0)])
    assert decays._falls(np.maximum(level, quiet_db)).size == counted
    steep = np.concatenate([np.zeros(50), np.full(50, -90.0)])
    assert decays._falls(steep).max() == 60.0


@pytest.mark.parametrize(("t60_s", "below_db"), [(0.2, 6), (0.3, 6), (0.5, 10), (0.5, 0)])
def test_a_room_is_beyond_the_limit(t60_s, below_db):
    assert read(room(t60_s, below_db)) > 0.04


def test_a_longer_and_a_louder_room_read_more():
    assert read(room(0.2, 6)) < read(room(0.4, 6)) < read(room(0.4, 0)) < read(room(0.8, 0))


def test_both_times_are_said():
    before, after = reverb.read(heard(room(0.4, 3), golden=golden())).note.removesuffix(" s").split(" -> ")
    assert float(after) - float(before) == pytest.approx(read(room(0.4, 3)), abs=0.01)


@pytest.mark.parametrize("change", HARMLESS)
def test_what_is_no_room_is_within_the_limit(change):
    assert abs(read(HARMLESS[change](golden()))) < (0.035 if change.startswith("noise") else 0.02)


def test_the_golden_itself_reads_zero_and_a_steady_tone_nothing():
    assert read(golden()) == 0.0
    tone = np.sin(2 * np.pi * 500 * np.arange(RATE) / RATE)
    reading = reverb.read(heard(tone / 2, golden=tone))
    assert (reading.value, reading.reason) == (None, "too little of it falls silent")
