"""Harmonics to noise: known ratios are read, whatever the pitch, the level and the rate."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.sounds import RATE, clip, heard
from tts_baseline.metrics.signal import hnr


def voice(
    hz: float, noise_db: float, *, rate: int = 16_000, seconds: float = 2.0, seed: int = 0
) -> np.ndarray:
    """Harmonics up to 4 kHz that fall as those of a voice, and noise of the same band so many dB below."""
    times = np.arange(round(seconds * rate)) / rate
    harmonics = range(1, int(4_000 / hz) + 1)
    tone = sum(np.sin(2 * np.pi * hz * n * times + n * n) / n for n in harmonics)
    white = np.fft.rfft(np.random.default_rng(seed).standard_normal(times.size))
    white[np.fft.rfftfreq(times.size, 1 / rate) > 7_500] = 0
    noise = np.fft.irfft(white, times.size)
    noise *= np.sqrt((tone**2).mean() / (noise**2).mean()) * 10 ** (-noise_db / 20)
    return 0.1 * (tone + noise)


def read(samples: np.ndarray, rate: int = 16_000) -> float | None:
    return hnr.read(heard(samples, rate=rate)).value


@pytest.mark.parametrize("hz", [110.0, 217.0])
@pytest.mark.parametrize(("noise_db", "within"), [(30, 0.6), (20, 0.5), (10, 0.6), (5, 1.0)])
def test_a_known_ratio_is_read(hz, noise_db, within):
    assert read(voice(hz, noise_db)) == pytest.approx(noise_db, abs=within)


def test_level_and_rate_do_not_matter():
    at_16 = read(voice(150.0, 15.0))
    assert read(0.1 * voice(150.0, 15.0)) == pytest.approx(at_16, abs=1e-6)
    for rate in (24_000, 48_000):
        assert read(voice(150.0, 15.0, rate=rate), rate) == pytest.approx(at_16, abs=0.5)


def test_a_pitch_that_glides_is_no_noise():
    times = np.arange(32_000) / 16_000
    phase = 2 * np.pi * np.cumsum(150 + 40 * np.sin(2 * np.pi * times)) / 16_000
    glide = 0.1 * sum(np.sin(n * phase) / n for n in range(1, 15))
    assert read(glide) > 20


def test_noise_alone_and_what_is_too_short_have_no_value():
    noise = hnr.read(heard(0.1 * np.random.default_rng(0).standard_normal(16_000)))
    assert (noise.value, noise.reason) == (None, "less than 50 ms of voice")
    assert read(voice(150.0, 30.0, seconds=0.05)) is None


def test_a_human_voice_is_in_the_range_of_voices_and_roughness_lowers_it():
    plain = read(clip(), RATE)
    assert 5 < plain < 25
    rough = clip() * (1 + 0.2 * np.random.default_rng(0).standard_normal(clip().size))
    assert read(rough, RATE) < plain - 0.5


def test_praat_reads_the_same():
    parselmouth = pytest.importorskip("parselmouth")
    for samples in (clip(), voice(110.0, 20.0), voice(217.0, 5.0)):
        by_praat = parselmouth.Sound(samples, 16_000).to_harmonicity_cc(0.01, 75.0, 0.1, 1.0).values
        assert read(samples) == pytest.approx(by_praat[by_praat != -200].mean(), abs=0.3)
