"""The cepstrum against its formula, written out."""

from __future__ import annotations

import numpy as np
import pytest
import soxr

from tests.support.sounds import RATE, clip, noise
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.cepstrum import cepstrum


def mel(hz: float) -> float:
    return 2595 * np.log10(1 + hz / 700)


def reference(samples: np.ndarray, frames: list[int]) -> np.ndarray:
    """The coefficients of some frames: window, power, triangles on the mel scale, dB, cosine transform."""
    padded = np.concatenate([np.zeros(200), samples, np.zeros(200)])
    edges = np.linspace(mel(100), mel(7600), 28)
    hz = np.arange(257) * RATE / 512
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 399)

    def bands(frame: int) -> np.ndarray:
        power = np.abs(np.fft.fft(padded[160 * frame : 160 * frame + 400] * window, 512)[:257]) ** 2
        low, middle, high = (700 * (10 ** (edges[k : 26 + k] / 2595) - 1) for k in range(3))
        weights = [np.interp(hz, [low[band], middle[band], high[band]], [0, 1, 0]) for band in range(26)]
        return np.array([weight @ power for weight in weights])

    count = 1 + samples.size // 160
    loud = np.percentile([bands(frame).sum() for frame in range(count)], 95)
    decibels = [10 * np.log10(np.maximum(bands(frame) / loud, 1e-5 / 26)) for frame in frames]
    scale = np.sqrt(np.where(np.arange(13) == 0, 1, 2) / 26)
    basis = np.cos(np.pi * np.outer(np.arange(13), np.arange(26) + 0.5) / 26)
    return np.array([scale * (basis @ levels) for levels in decibels])


def test_it_is_its_formula():
    samples = clip()[: 2 * RATE]
    frames = [0, 1, 57, 120, 199]
    heard = cepstrum(Sound(samples, RATE)).coefficients
    assert heard.shape == (201, 13)
    assert heard[frames] == pytest.approx(reference(samples, frames), abs=1e-6)


@pytest.mark.parametrize("gain", [0.01, 3.0])
def test_level_plays_no_part(gain):
    plain, scaled = cepstrum(Sound(clip(), RATE)), cepstrum(Sound(gain * clip(), RATE))
    assert scaled.coefficients == pytest.approx(plain.coefficients, abs=1e-6)
    assert scaled.level_db == pytest.approx(plain.level_db, abs=1e-6)


def test_other_rates_are_brought_to_16_khz():
    fine = cepstrum(Sound(soxr.resample(clip(), RATE, 24_000, quality="HQ"), 24_000)).coefficients
    plain = cepstrum(Sound(clip(), RATE)).coefficients
    assert np.median(np.abs(fine[: len(plain)] - plain[: len(fine)])) < 0.1


def test_the_loud_frames_have_level_zero():
    level = cepstrum(Sound(clip(), RATE)).level_db
    assert np.percentile(level, 95) == pytest.approx(0.0, abs=1e-6)


def test_a_sound_that_is_nearly_all_silence_is_read():
    """Of 200 frames, 4 have sound: the loud ones are these."""
    samples = np.zeros(2 * RATE)
    samples[RATE : RATE + 480] = noise(480, 0)
    heard = cepstrum(Sound(samples, RATE))
    assert np.isfinite(heard.coefficients).all()
    assert heard.level_db.max() == 0.0
