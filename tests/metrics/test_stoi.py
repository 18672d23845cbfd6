"""STOI against an implementation of its own paper, written here, and against pystoi."""

from __future__ import annotations

import numpy as np
import pystoi
import pytest
import soxr

from tests.support.sounds import RATE, at_snr, clip, heard, noise, speech_mask
from tts_baseline.metrics import intelligibility
from tts_baseline.metrics.golden import stoi


def noisy(snr_db: float, seed: int = 0) -> np.ndarray:
    return at_snr(clip(), snr_db, noise(clip().size, seed), speech_mask(clip()))


def read(samples: np.ndarray, golden: np.ndarray, **rates: int) -> float:
    reading = stoi.read(heard(samples, golden=golden, **rates))
    assert reading.reason is None
    return reading.value


def reference(clean: np.ndarray, degraded: np.ndarray) -> float:
    """Taal et al., IEEE TASLP 19(7), 2011, section II, for signals at 16 kHz."""
    size, hop, segment = 256, 128, 30
    window = np.hanning(size + 2)[1:-1]

    def frames(samples: np.ndarray) -> np.ndarray:
        starts = range(0, samples.size - size, hop)
        return np.array([window * samples[s : s + size] for s in starts])

    def joined(cut: np.ndarray) -> np.ndarray:
        out = np.zeros((len(cut) - 1) * hop + size)
        for i, frame in enumerate(cut):
            out[i * hop : i * hop + size] += frame
        return out

    x, y = (frames(soxr.resample(s, RATE, 10_000, quality="HQ")) for s in (clean, degraded))
    level = 20 * np.log10(np.linalg.norm(x, axis=1) + 1e-15)
    heard_frames = level > level.max() - 40
    centres = 150 * 2 ** (np.arange(15) / 3)
    bins = np.linspace(0, 10_000, 513)[:257]
    nearest = lambda edges: [int(np.abs(bins - e).argmin()) for e in edges]  # noqa: E731
    edges = list(zip(nearest(centres * 2 ** (-1 / 6)), nearest(centres * 2 ** (1 / 6)), strict=True))

    def bands(cut: np.ndarray) -> np.ndarray:
        power = np.abs(np.fft.rfft(frames(joined(cut)), 512)) ** 2
        return np.sqrt([power[:, low:high].sum(axis=1) for low, high in edges])

    bands_x, bands_y = bands(x[heard_frames]), bands(y[heard_frames])
    scores = []
    for m in range(segment, bands_x.shape[1] + 1):
        for row_x, row_y in zip(bands_x[:, m - segment : m], bands_y[:, m - segment : m], strict=True):
            scaled = row_y * np.linalg.norm(row_x) / np.linalg.norm(row_y)
            limited = np.minimum(scaled, row_x * (1 + 10 ** (15 / 20)))
            scores.append(np.corrcoef(row_x, limited)[0, 1])
    return float(np.mean(scores))


@pytest.mark.parametrize("snr_db", [20, 5, -5])
def test_noise_scores_as_in_the_paper(snr_db):
    golden, samples = clip()[: 6 * RATE], noisy(snr_db)[: 6 * RATE]
    assert read(samples / 4, golden) == pytest.approx(reference(golden, samples), abs=1e-3)


@pytest.mark.parametrize("snr_db", [20, 5, -5])
def test_noise_scores_as_in_pystoi(snr_db):
    golden, samples = clip()[: 6 * RATE], noisy(snr_db)[: 6 * RATE]
    of_golden, of_samples = (soxr.resample(s, RATE, 10_000, quality="HQ") for s in (golden, samples))
    assert read(samples / 4, golden) == pytest.approx(pystoi.stoi(of_golden, of_samples, 10_000), abs=1e-9)


@pytest.mark.parametrize("at_once", [1, 37, 100])
def test_in_parts_it_is_that_of_the_whole(monkeypatch, at_once):
    golden, samples = clip()[: 6 * RATE], noisy(5)[: 6 * RATE] / 4
    whole = read(samples, golden)
    monkeypatch.setattr(intelligibility, "_AT_ONCE", at_once)
    assert read(samples, golden) == pytest.approx(whole, abs=1e-9)


def test_the_golden_itself_scores_one():
    assert read(clip(), clip()) == pytest.approx(1.0, abs=1e-9)


def test_more_noise_scores_lower():
    scores = [read(noisy(snr_db) / 8, clip()) for snr_db in (30, 20, 10, 0, -10)]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > 0.99
    assert scores[-1] < 0.75


@pytest.mark.parametrize("gain", [0.05, 0.3])
def test_level_does_not_matter(gain):
    assert read(gain * noisy(10), clip()) == pytest.approx(read(noisy(10), clip()), abs=1e-7)


def test_rates_are_brought_to_10_khz():
    fine = soxr.resample(clip(), RATE, 24_000, quality="HQ")
    assert read(fine, clip(), rate=24_000, golden_rate=RATE) > 0.999


def test_a_few_samples_more_are_cut_off():
    assert read(np.concatenate([clip(), np.zeros(8)]), clip()) == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize("later", [8, 32, 1_600])
def test_a_lag_does_not_matter(later):
    assert read(np.concatenate([np.zeros(later), noisy(20)])[: clip().size] / 4, clip()) == pytest.approx(
        read(noisy(20) / 4, clip()), abs=1e-3
    )


def test_a_pause_that_is_longer_hardly_matters_and_half_of_it_does():
    samples = clip()[3 * RATE : 7 * RATE]
    longer = np.insert(samples, round(2.9 * RATE), np.zeros(RATE // 3))
    assert read(longer, samples) > 0.995
    assert read(samples[: 2 * RATE], samples) < 0.8


@pytest.mark.parametrize("size", [1, 100, 1_000, RATE // 4])
def test_too_short_has_no_value(size):
    samples = clip()[RATE : RATE + size]
    reading = stoi.read(heard(0.9 * samples, golden=samples))
    assert (reading.value, reading.reason) == (None, "shorter than 0.4 s")


def test_too_little_speech_has_no_value():
    """2 s long, but 0.2 s of it speech: pystoi itself returns 1e-5 here."""
    golden = np.zeros(2 * RATE)
    golden[RATE : RATE + RATE // 5] = clip()[RATE : RATE + RATE // 5]
    reading = stoi.read(heard(0.9 * golden, golden=golden))
    assert (reading.value, reading.reason) == (None, "less than 0.4 s of speech")
