"""A tone at another rate is the same tone."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import resample_poly

from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.resampled import resampled


def tone(rate: int) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * 440 * np.arange(rate) / rate)


@pytest.mark.parametrize("rate", [10_000, 16_000, 48_000])
def test_level_pitch_and_length_are_kept(rate):
    samples = resampled(Sound(tone(24_000), 24_000), rate)
    assert samples.shape == (rate,)
    assert np.abs(samples - tone(rate))[1_000:-1_000].max() < 1e-4


def test_another_resampler_agrees_below_its_band_edge():
    """Against scipy's polyphase filter, on noise that was limited to 6 kHz of the 8 kHz that are left."""
    noise = np.fft.rfft(np.random.default_rng(0).standard_normal(24_000))
    noise[6_000:] = 0
    samples = np.fft.irfft(noise, 24_000)
    ours, theirs = resampled(Sound(samples, 24_000), 16_000), resample_poly(samples, 2, 3)
    assert np.abs(ours - theirs)[1_000:-1_000].std() < 0.005 * ours.std()


def test_what_the_new_rate_cannot_hold_is_gone():
    high = np.sin(2 * np.pi * 9_000 * np.arange(24_000) / 24_000)
    assert np.abs(resampled(Sound(high, 24_000), 16_000))[1_000:-1_000].max() < 1e-4


def test_the_own_rate_changes_nothing():
    sound = Sound(tone(16_000), 16_000)
    assert resampled(sound, 16_000) is sound.samples
