"""The bandwidth of noise with a known edge, and of filtered speech."""

from __future__ import annotations

import numpy as np
import pytest
import soxr

from tests.metrics.test_ltas import shelf
from tests.support.sounds import RATE, at_snr, clip, heard, noise, speech_mask
from tts_baseline.metrics.signal import bandwidth


def read(samples: np.ndarray, rate: int = RATE) -> float:
    return bandwidth.read(heard(samples, rate=rate)).value


@pytest.mark.parametrize("edge", [500, 1000, 2000])
def test_noise_up_to_an_edge_reads_the_root_of_its_share(edge):
    """The weight of a difference is sin²(πf/rate), of which nearly all is f² here."""
    samples = 0.1 * shelf(noise(20 * RATE, 3), edge, -200)
    assert read(samples) == pytest.approx(0.99 ** (1 / 3) * edge, rel=0.003)


def test_a_tone_reads_its_frequency():
    tone = np.sin(2 * np.pi * 1234 * np.arange(RATE) / RATE)
    assert read(tone) == pytest.approx(1234, abs=2)


@pytest.mark.parametrize("edge", [7000, 6000, 5000, 4000, 3000])
def test_a_low_pass_is_beyond_the_limit(edge):
    assert read(shelf(clip(), edge, -80)) < 0.95 * read(clip())


@pytest.mark.parametrize(
    "change", [lambda x: 0.1 * x, lambda x: at_snr(x, 30, noise(x.size, 2), speech_mask(x))]
)
def test_level_and_some_noise_are_within_the_limit(change):
    assert read(change(clip())) == pytest.approx(read(clip()), rel=0.04)


def test_of_a_long_sound_every_part_counts():
    """One tone as long as a transform of 2**21 samples, and then a higher one."""
    low, high = (0.5 * np.sin(2 * np.pi * edge * np.arange(2**21) / RATE) for edge in (500, 3_000))
    assert read(np.concatenate((low, high))) == pytest.approx(3_000, abs=2)


def test_a_higher_rate_adds_no_bandwidth():
    assert read(soxr.resample(clip(), RATE, 48_000, quality="HQ"), 48_000) == pytest.approx(
        read(clip()), rel=0.04
    )


def test_a_constant_has_none():
    reading = bandwidth.read(heard(np.full(RATE, 0.5)))
    assert (reading.value, reading.reason) == (None, "a constant")


@pytest.mark.parametrize("rate", [8_000, 44_100])
def test_ten_milliseconds_are_enough_and_less_is_not(rate):
    tone = 0.5 * np.sin(2 * np.pi * 1_000 * np.arange(rate // 100) / rate)
    assert read(tone, rate) == pytest.approx(1_000, rel=0.3)
    reading = bandwidth.read(heard(tone[:-1], rate=rate))
    assert (reading.value, reading.reason) == (None, "shorter than 10 ms")


def test_a_long_sound_reads_as_its_parts_do(monkeypatch):
    samples = 0.1 * noise(3 * RATE, 0)
    whole = bandwidth.read(heard(samples)).value
    monkeypatch.setattr(bandwidth, "_AT_ONCE", RATE)
    assert bandwidth.read(heard(samples)).value == pytest.approx(whole, rel=2e-3)
