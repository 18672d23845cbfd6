"""Clipping that was resampled, and what is none."""

from __future__ import annotations

import numpy as np
import pytest
import soxr

from tests.metrics.test_words import HARMLESS
from tests.support.sounds import RATE, clip, heard
from tts_baseline.metrics.signal import clipping, structure


def golden() -> np.ndarray:
    """Four seconds of the clip."""
    return clip()[2 * RATE : 6 * RATE]


def clipped(share: float) -> np.ndarray:
    peak = share * np.abs(golden()).max()
    return golden().clip(-peak, peak)


def resampled(samples: np.ndarray, rate: float) -> np.ndarray:
    return soxr.resample(soxr.resample(samples, RATE, rate, quality="HQ"), rate, RATE, quality="HQ")


def read(samples: np.ndarray, rate: int = RATE) -> float:
    return clipping.read(heard(samples, rate=rate)).value


@pytest.mark.parametrize("rate", [16_000, 24_000, 22_050])
@pytest.mark.parametrize("share", [0.5, 0.3, 0.15])
def test_it_is_seen_whatever_was_done_later(share, rate):
    assert read(resampled(clipped(share), rate)) > read(golden()) + 0.05


def test_runs_of_one_value_are_gone_by_then():
    assert structure.read(heard(clipped(0.3))).value > 100
    assert structure.read(heard(resampled(clipped(0.3), 24_000))).value < 10


def test_the_share_is_that_of_the_loud_stretches_at_the_top():
    """Of 200 stretches of 5 ms 30 are at the top, 50 are 2 dB below, 20 are 10 dB, and 100 are 20 dB."""
    heights = np.repeat([1.0, 10 ** (-2 / 20), 10 ** (-10 / 20), 0.1], [30, 50, 20, 100])
    samples = np.zeros(200 * RATE // 200)
    samples[40 :: RATE // 200] = heights
    assert read(samples) == pytest.approx(0.3)
    assert read(-0.1 * samples) == pytest.approx(0.3)


def test_one_side_is_enough_and_one_click_is_not_the_top():
    one_sided = np.minimum(golden(), 0.3 * golden().max())
    assert read(one_sided) > 0.3
    clicked = clipped(0.3)
    clicked[RATE] = 1.0
    assert read(clicked) == pytest.approx(read(clipped(0.3)), abs=0.02)


def test_a_sine_is_at_the_top_always_and_one_stretch_is_too_short():
    assert read(np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE)) == 1.0
    reading = clipping.read(heard(np.ones(79)))
    assert (reading.value, reading.reason) == (None, "shorter than 5 ms")


@pytest.mark.parametrize("change", HARMLESS)
def test_what_is_no_clipping_is_within_half_of_the_limit(change):
    assert abs(read(HARMLESS[change](golden())) - read(golden())) < 0.025


def test_any_rate_reads_about_the_same():
    fine = soxr.resample(clipped(0.4), RATE, 48_000, quality="HQ")
    assert read(fine, 48_000) == pytest.approx(read(clipped(0.4)), abs=0.05)
