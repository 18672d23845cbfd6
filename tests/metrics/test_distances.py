"""The distances of spectra, `lsd` and `mrstft`: known answers, and their formulas written again here."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import stft

from tests.support.sounds import RATE, at_snr, clip, heard, noise, speech_mask
from tts_baseline.metrics.features import spectrum
from tts_baseline.metrics.golden import lsd, mrstft

METRICS = (lsd, mrstft)


def golden() -> np.ndarray:
    return clip()[2 * RATE : 5 * RATE]


def noisy() -> np.ndarray:
    return at_snr(golden(), 20, noise(golden().size, 0), speech_mask(golden())) / 4


def read(metric: object, samples: np.ndarray, accepted: np.ndarray | None = None) -> float:
    reading = metric.read(heard(samples, golden=golden() if accepted is None else accepted))
    assert reading.reason is None
    return reading.value


def amplitudes(samples: np.ndarray, window_s: float) -> np.ndarray:
    """By scipy's older transform: Hann windows, three quarters overlapping, centred on the hops."""
    size = round(window_s * RATE)
    _, _, frames = stft(samples, RATE, "hann", size, 3 * size // 4, boundary="zeros", padded=True)
    amplitude = np.abs(frames)[:, : -(-samples.size // (size // 4))]
    amplitude[1:-1] *= 2  # both halves of the spectrum
    return amplitude


def log_distance(a: np.ndarray, b: np.ndarray, log: np.ufunc) -> np.ndarray:
    floor = 1e-4 * a.max()
    return log(np.maximum(b, floor)) - log(np.maximum(a, floor))


def test_lsd_is_its_formula():
    a, b = amplitudes(golden(), 0.032), amplitudes(noisy(), 0.032)
    expected = np.sqrt(np.mean((20 * log_distance(a, b, np.log10)) ** 2, axis=0)).mean()
    assert read(lsd, noisy()) == pytest.approx(expected, rel=1e-3)


def test_mrstft_is_its_formula():
    expected = []
    for window_s in (0.032, 0.064, 0.128):
        a, b = amplitudes(golden(), window_s), amplitudes(noisy(), window_s)
        convergence = np.linalg.norm(a - b) / np.linalg.norm(a)
        expected.append(convergence + np.abs(log_distance(a, b, np.log)).mean())
    assert read(mrstft, noisy()) == pytest.approx(np.mean(expected), rel=1e-3)


@pytest.mark.parametrize("gain_db", [-6.0, -1.0])
def test_a_gain_of_noise_reads_itself(gain_db):
    """Of loud noise nothing is below the floor."""
    loud, gain = noise(2 * RATE, 0) / 8, 10 ** (gain_db / 20)
    assert read(lsd, gain * loud, loud) == pytest.approx(abs(gain_db), abs=0.01)
    assert read(mrstft, gain * loud, loud) == pytest.approx(1 - gain + abs(np.log(gain)), abs=0.005)


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.SPEC.name)
def test_a_lag_reads_next_to_nothing_and_more_noise_more(metric):
    assert read(metric, golden()) == 0.0
    assert read(metric, np.concatenate([np.zeros(32), golden()])) < 0.05
    louder = (noisy() + (4 * noisy() - golden())) / 4
    assert 0.0 < read(metric, noisy()) < read(metric, louder)


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.SPEC.name)
def test_a_long_sound_reads_the_same_part_by_part_without_all_of_its_spectrum(metric, monkeypatch):
    whole = read(metric, noisy())
    monkeypatch.setattr(spectrum, "_AT_ONCE", 40)
    assert read(metric, noisy()) == pytest.approx(whole, rel=1e-12)
    monkeypatch.setattr(spectrum, "spectrum", None)
    assert read(metric, noisy()) == pytest.approx(whole, rel=1e-12)
