"""The flatness of spectra that are known: noise, a tone, a click; and its formula written again here."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import stft

from tests.support.sounds import RATE, at_snr, clip, heard, noise, speech_mask
from tts_baseline.metrics.features import spectrum
from tts_baseline.metrics.signal import flatness

WHITE_DB = -10 * np.euler_gamma / np.log(10)  # of a power that is exponentially distributed, the mean log


def read(*utterances: np.ndarray, rate: int = RATE) -> float:
    reading = flatness.read(heard(*utterances, rate=rate))
    assert reading.reason is None
    return reading.value


def tone(seconds: float) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * 1_000 * np.arange(round(seconds * RATE)) / RATE)


def test_it_is_its_formula_by_scipys_older_transform():
    _, _, bins = stft(clip(), RATE, "hann", 512, 384, boundary="zeros", padded=True)
    power = np.abs(bins[:, : -(-clip().size // 128)]) ** 2
    power[1:-1] *= 4  # both halves of the spectrum
    power = np.maximum(power, 1e-8 * power.max())
    loud = power.mean(axis=0) >= 1e-3 * np.percentile(power.mean(axis=0), 95)
    expected = 10 * np.log10(np.exp(np.log(power).mean(axis=0)) / power.mean(axis=0))[loud].mean()
    assert read(clip()) == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("gain", [1.0, 0.01])
def test_white_noise_reads_eulers_constant_at_any_level(gain):
    assert read(gain * 0.1 * noise(10 * RATE, 0)) == pytest.approx(WHITE_DB, abs=0.05)


def test_a_click_is_flat_and_a_tone_is_not():
    click = np.zeros(RATE)
    click[RATE // 2] = 0.5
    assert read(click) == pytest.approx(0.0, abs=0.1)
    # 3 of the 257 powers have a quarter, all and a quarter of it, the rest the floor; the mean is 1.5 by 257
    expected = (2 * 10 * np.log10(0.25) - 254 * 80) / 257 - 10 * np.log10(1.5 / 257)
    assert read(tone(1.0)) == pytest.approx(expected, abs=0.7)


@pytest.mark.parametrize("gain_db", [-20.0, -40.0])
def test_noise_whose_upper_half_is_softer_reads_half_of_that_less_what_the_mean_loses(gain_db):
    bins = np.fft.rfft(0.1 * noise(10 * RATE, 0))
    bins[bins.size // 2 :] *= 10 ** (gain_db / 20)
    expected = WHITE_DB + gain_db / 2 - 10 * np.log10((1 + 10 ** (gain_db / 10)) / 2)
    assert read(np.fft.irfft(bins)) == pytest.approx(expected, abs=0.3)


@pytest.mark.parametrize(("softer_db", "counts"), [(-20.0, True), (-45.0, False)])
def test_frames_within_30_db_of_the_loud_ones_speak(softer_db, counts):
    """Noise, and as long a tone: both, or the noise alone."""
    loud = 0.1 * noise(2 * RATE, 0)
    gain = 10 ** (softer_db / 20) * loud.std() / tone(2.0).std()
    value = read(np.concatenate([loud, gain * tone(2.0)]))
    assert value < -15 if counts else value == pytest.approx(WHITE_DB, abs=0.3)


def test_hiss_raises_it_and_a_long_sound_reads_the_same_part_by_part(monkeypatch):
    whole = read(clip())
    assert read(at_snr(clip(), 20, noise(clip().size, 0), speech_mask(clip())) / 4) > whole + 5
    monkeypatch.setattr(spectrum, "_AT_ONCE", 40)
    monkeypatch.setattr(spectrum, "spectrum", None)
    assert read(clip()) == pytest.approx(whole, rel=1e-12)
