"""Sines and noise of known level, and the definition frame by frame."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import ShortTimeFFT
from scipy.signal.windows import hann

from tests.support.sounds import RATE, clip, noise
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features import spectrum as module
from tts_baseline.metrics.features.spectrum import HOP_S, WINDOW_S, loudest, spectra, spectrum

WINDOW, HOP = 512, 128  # what is usual at 16 kHz


def test_a_frame_has_512_samples_every_128_at_16_khz():
    assert (WINDOW_S * RATE, HOP_S * RATE) == (WINDOW, HOP)
    assert spectrum(Sound(noise(RATE, 0), RATE)).amplitude.shape == (125, 257)


@pytest.mark.parametrize("amplitude", [0.01, 0.5])
@pytest.mark.parametrize("hz", [500.0, 4_000.0])
def test_a_sine_reads_its_amplitude_at_its_frequency(amplitude, hz):
    heard = spectrum(Sound(amplitude * np.sin(2 * np.pi * hz * np.arange(RATE) / RATE), RATE))
    inside = heard.amplitude[8:-8]
    np.testing.assert_allclose(inside.max(axis=1), amplitude, rtol=1e-9)
    assert set(heard.hz[inside.argmax(axis=1)]) == {hz}


def test_frames_are_what_the_definition_gives():
    samples = clip()[:RATE]
    heard = spectrum(Sound(samples, RATE))
    assert heard.amplitude.shape == (RATE // HOP, WINDOW // 2 + 1) == (heard.times_s.size, heard.hz.size)
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)
    for frame in (10, 60, 100):
        middle = round(heard.times_s[frame] * RATE)
        cut = samples[middle - WINDOW // 2 : middle + WINDOW // 2]
        expected = 2 * np.abs(np.fft.rfft(cut * window)) / window.sum()
        np.testing.assert_allclose(heard.amplitude[frame, 1:-1], expected[1:-1], atol=1e-12)


@pytest.mark.parametrize("rate", [8_000, 11_025, 22_050])  # windows of 256, 353 and 706 samples
def test_it_is_what_scipy_gives(rate):
    samples = noise(rate + 77, 3)
    window, hop = round(WINDOW_S * rate), round(HOP_S * rate)
    transform = ShortTimeFFT(hann(window, sym=False), hop, rate, fft_mode="onesided2X", scale_to="magnitude")
    expected = np.abs(transform.stft(samples, p0=0, p1=-(-samples.size // hop))).T
    np.testing.assert_allclose(spectrum(Sound(samples, rate)).amplitude, expected, atol=1e-12)


def test_a_click_is_in_the_frames_around_its_time():
    samples = np.zeros(RATE)
    samples[RATE // 2] = 1.0
    heard = spectrum(Sound(samples, RATE))
    loud = heard.times_s[heard.amplitude.max(axis=1) > 1e-9]
    assert loud.min() == pytest.approx(0.5 - WINDOW_S / 2, abs=HOP_S)
    assert loud.max() == pytest.approx(0.5 + WINDOW_S / 2, abs=HOP_S)


@pytest.mark.parametrize("size", [1, HOP - 1, WINDOW - 1, WINDOW])
def test_a_sound_shorter_than_a_frame_has_frames_too(size):
    heard = spectrum(Sound(noise(size, 0), RATE))
    assert heard.amplitude.shape[0] == -(-size // HOP) == heard.times_s.size
    assert np.isfinite(heard.amplitude).all()


def test_window_and_hop_are_in_seconds_of_any_rate():
    heard = spectrum(Sound(noise(48_000, 0), 48_000), window_s=0.1, hop_s=0.05)
    assert heard.amplitude.shape == (20, 2_401)
    np.testing.assert_allclose(np.diff(heard.times_s), 0.05)
    np.testing.assert_allclose(np.diff(heard.hz), 10.0)


def test_a_long_sound_has_the_same_spectrum_part_by_part(monkeypatch):
    sound = Sound(clip()[: 2 * RATE + 5], RATE)
    whole = spectrum(sound)
    monkeypatch.setattr(module, "_AT_ONCE", 60)
    parts = list(spectra(sound))
    assert [len(part) for part in parts] == [60, 60, 60, 60, 11]
    np.testing.assert_array_equal(np.concatenate(parts), whole.amplitude)
    np.testing.assert_array_equal(spectrum(Sound(sound.samples.copy(), RATE)).amplitude, whole.amplitude)
    assert loudest(sound) == whole.amplitude.max()
