"""Hum of known frequency and level under speech, and voices that are none."""

from __future__ import annotations

import functools

import numpy as np
import pytest
import soxr

from tests.support.sounds import RATE, at_snr, clip, heard, noise, speech_mask
from tts_baseline.core.records import Reading
from tts_baseline.metrics.signal import hum


@functools.cache
def speech() -> np.ndarray:
    """Two phrases, with 30 dB of noise."""
    first = clip()[: 6 * RATE]
    return at_snr(first, 30, noise(first.size, 4), speech_mask(first))


def tones(hz: float, weights: tuple[float, ...] = (1.0,)) -> np.ndarray:
    """Tones at the multiples of a frequency, of power 1 together."""
    time = np.arange(speech().size) / RATE
    wave = sum(a * np.sin(2 * np.pi * k * hz * time + k) for k, a in enumerate(weights, 1) if a)
    return wave / np.sqrt(np.mean(wave**2))


def with_hum(level_db: float, hz: float = 50.0, weights: tuple[float, ...] = (1.0,)) -> np.ndarray:
    return at_snr(speech(), -level_db, tones(hz, weights), speech_mask(clip()[: 6 * RATE]))


def read(samples: np.ndarray, rate: int = RATE) -> Reading:
    return hum.read(heard(samples / max(1.0, np.abs(samples).max()), rate=rate))


@pytest.mark.parametrize(("level_db", "hz"), [(-40, 50.0), (-40, 60.0), (-25, 49.9), (-10, 60.15)])
def test_a_tone_of_the_mains_reads_its_level(level_db, hz):
    reading = read(with_hum(level_db, hz))
    assert reading.value == pytest.approx(level_db, abs=0.7)
    assert reading.note == f"hum: a tone at {hz:.0f} Hz, {reading.value:.0f} dB beside the speech"


@pytest.mark.parametrize(
    ("weights", "count"),
    [((1, 0.5, 0.5), "3 tones from 50"), ((0, 1), "a tone at 100"), ((1, 0, 1), "2 tones from 50")],
)
def test_multiples_are_hum_too(weights, count):
    reading = read(with_hum(-10, 50.0, weights))
    assert reading.value == pytest.approx(-10, abs=1)  # less where the voice is louder
    assert reading.note.startswith(f"hum: {count} Hz")


def test_a_rectifier_s_hum_without_its_two_lowest_is_a_voice():
    for level_db in (-20, -10):
        assert read(with_hum(level_db, 50.0, (0, 0, 1))).value == hum.QUIETEST_DB


def test_a_tone_that_begins_to_stand_out_reads_its_level_little_by_little():
    """Drowned at -50 dB, it has nearly all of its power 4 dB above that, without a jump between."""
    read_at = {level_db: read(with_hum(level_db)).value for level_db in (-50, -49.5, -49, -48.5, -48, -46)}
    assert read_at[-50] == hum.QUIETEST_DB
    assert read_at[-46] == pytest.approx(-46, abs=0.25)
    assert max(np.diff(list(read_at.values())[:-1])) < 0.75


@pytest.mark.parametrize("rate", [8_000, 44_100])
def test_other_rates_read_the_same(rate):
    assert read(soxr.resample(with_hum(-30), RATE, rate), rate).value == pytest.approx(-30, abs=0.7)


def sweeping(samples: np.ndarray) -> np.ndarray:
    """A voice's fundamental that passes 100 Hz back and forth, as loud as the speech."""
    time = np.arange(samples.size) / RATE
    return samples + 0.1 * np.sin(2 * np.pi * np.cumsum(100 + 8 * np.sin(2 * np.pi * 0.7 * time)) / RATE)


def lasting_half_a_second(samples: np.ndarray) -> np.ndarray:
    voice = samples.copy()
    voice[RATE : RATE + RATE // 2] += 0.1 * np.sin(2 * np.pi * 100 * np.arange(RATE // 2) / RATE)
    return voice


NO_HUM = {
    "speech": lambda x: x,
    "an offset": lambda x: x + 0.05,
    "low noise": lambda x: x + 0.05 * noise(x.size, 3, "pink"),
    "a tone between": lambda x: x + 0.02 * np.sin(2 * np.pi * 55 * np.arange(x.size) / RATE),
    "a voice that moves": sweeping,
    "a voice of half a second": lasting_half_a_second,
}


@pytest.mark.parametrize("change", NO_HUM)
def test_what_is_no_hum_reads_the_floor(change):
    reading = read(NO_HUM[change](speech()))
    assert (reading.value, reading.note) == (hum.QUIETEST_DB, "")


def test_the_limit_is_between_none_and_what_is_heard():
    """None reads -50 dB; from -45 dB on it is 3 dB more."""
    assert read(with_hum(-45)).value - read(speech()).value > 3


@pytest.mark.parametrize(
    ("samples", "reason"),
    [
        (0.1 * noise(3 * RATE, 0), "no speech found"),
        (speech()[RATE // 2 : RATE // 2 + 9 * RATE // 10], "shorter than 1 s"),
    ],
)
def test_without_speech_or_a_second_there_is_no_value(samples, reason):
    reading = read(samples)
    assert (reading.value, reading.reason) == (None, reason)
