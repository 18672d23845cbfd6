"""Noise under speech that has no pause: known levels of noise, and what is no noise."""

from __future__ import annotations

import functools

import numpy as np
import pytest
import soxr

from tests.support.sounds import RATE, at_snr, clip, heard, noise, speech_mask
from tts_baseline.core.records import Reading
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.noise_floor import noise_floor
from tts_baseline.metrics.signal import snr_speech


@functools.cache
def speech() -> np.ndarray:
    """Phrases end to end: nothing in them is a pause."""
    return clip()[speech_mask(clip())][: 5 * RATE]


def noisy(snr_db: float, seed: int = 0, colour: str = "white") -> np.ndarray:
    everywhere = np.ones(speech().size, dtype=bool)
    return at_snr(speech(), snr_db, noise(speech().size, seed, colour), everywhere)


def read(samples: np.ndarray, rate: int = RATE) -> Reading:
    return snr_speech.read(heard(samples / max(1.0, np.abs(samples).max()), rate=rate))


def snr(samples: np.ndarray) -> float:
    value = read(samples).value
    assert value is not None
    return value


@pytest.mark.parametrize("rate", [8_000, 16_000, 24_000, 44_100])
@pytest.mark.parametrize("level_db", [-20.0, -70.0])
def test_noise_alone_is_seen_in_all_bands_and_read_at_its_level(rate, level_db):
    floor = noise_floor(Sound(10 ** (level_db / 20) * noise(5 * rate, 1), rate))
    each = level_db + 10 * np.log10(500 / (rate / 2))
    assert floor.seen.all()
    assert floor.level_db.mean() == pytest.approx(each, abs=0.6)
    assert floor.level_db == pytest.approx(each, abs=1.3)
    assert (floor.hz[0], np.diff(floor.hz)[0], floor.hz[-1] + 250 <= 0.94 * rate / 2) == (350.0, 500.0, True)


@pytest.mark.parametrize("snr_db", [5, 10, 20, 30])
def test_white_noise_under_speech_is_read_within_1_db(snr_db):
    reading = read(noisy(snr_db))
    assert reading.value == pytest.approx(snr_db, abs=1.0)
    assert reading.note == ""


@pytest.mark.parametrize("colour", ["white", "pink"])
@pytest.mark.parametrize("snr_db", [10, 20, 30, 40])
def test_a_decibel_and_a_half_more_noise_is_a_decibel_and_a_half_less(snr_db, colour):
    more = snr(noisy(snr_db - 1.5, colour=colour)) - snr(noisy(snr_db, colour=colour))
    assert more == pytest.approx(-1.5, abs=0.4)


@pytest.mark.parametrize("seed", range(1, 4))
def test_another_draw_of_the_same_noise_reads_the_same(seed):
    assert snr(noisy(25, seed)) == pytest.approx(snr(noisy(25)), abs=0.5)


def test_noise_that_speech_hides_is_at_most_what_is_said():
    for hidden in (speech(), noisy(70), noisy(60)):
        reading = read(hidden)
        assert reading.value == pytest.approx(51, abs=2)
        assert reading.note.startswith("at least: speech hides the noise in 1")


def test_noise_that_a_gate_takes_from_the_pauses_alone_is_found():
    """The pauses are digital silence, the noise is under the speech only."""
    gated = np.where(speech_mask(clip()), at_snr(clip(), 25, noise(clip().size, 3), speech_mask(clip())), 0.0)
    assert snr(gated) == pytest.approx(25, abs=1)


def test_digital_silence_changes_nothing():
    samples = noisy(30)
    middle = samples.size // 2
    zeros = np.zeros(RATE)
    longer = np.concatenate([zeros, samples[:middle], zeros, samples[middle:], zeros])
    one, other = (noise_floor(Sound(s, RATE)).level_db for s in (samples, longer))
    assert one == pytest.approx(other, abs=0.3)
    assert one.mean() == pytest.approx(other.mean(), abs=0.05)


@pytest.mark.parametrize("gain", [0.01, -0.5])
def test_level_and_polarity_do_not_matter(gain):
    assert snr(gain * noisy(25)) == pytest.approx(snr(noisy(25)), abs=1e-3)


def test_a_higher_rate_without_more_noise_reads_at_most_what_a_band_may():
    fine = soxr.resample(noisy(30), RATE, 48_000, quality="HQ")
    below = 15  # of 44 bands, those that hold noise: as much in each as if it went on to 24 kHz
    expected = (below * (30 - 10 * np.log10(3)) + (44 - below) * 60) / 44
    assert read(fine, 48_000).value == pytest.approx(expected, abs=2)


@pytest.mark.parametrize(
    ("samples", "reason"),
    [
        (0.1 * noise(3 * RATE, 0), "no speech found"),
        (speech()[: RATE // 3], "too short, or of too low a rate, to tell noise from speech"),
        (noisy(-15), "no speech found"),
    ],
)
def test_without_speech_or_frames_there_is_no_value(samples, reason):
    reading = read(samples)
    assert (reading.value, reading.reason) == (None, reason)
