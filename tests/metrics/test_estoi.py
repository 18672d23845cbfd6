"""ESTOI against an implementation of its own paper, written here, and against pystoi."""

from __future__ import annotations

import numpy as np
import pystoi
import pytest
import soxr

from tests.support.sounds import RATE, at_snr, clip, heard, noise, speech_mask
from tts_baseline.metrics import intelligibility
from tts_baseline.metrics.golden import estoi


def golden() -> np.ndarray:
    return clip()[: 4 * RATE]


def noisy(snr_db: float) -> np.ndarray:
    return at_snr(golden(), snr_db, noise(golden().size, 0), speech_mask(golden())) / 4


def read(samples: np.ndarray) -> float:
    reading = estoi.read(heard(samples, golden=golden()))
    assert reading.reason is None
    return reading.value


def reference(clean: np.ndarray, degraded: np.ndarray) -> float:
    """Jensen & Taal, IEEE TASLP 24(11), 2016, section III, for signals at 16 kHz."""
    size, hop, segment = 256, 128, 30
    window = np.hanning(size + 2)[1:-1]
    x, y = (soxr.resample(s, RATE, 10_000, quality="HQ") for s in (clean, degraded))

    def frames(samples: np.ndarray) -> np.ndarray:
        return np.array([window * samples[s : s + size] for s in range(0, samples.size - size, hop)])

    def joined(cut: np.ndarray) -> np.ndarray:
        out = np.zeros((len(cut) - 1) * hop + size)
        for i, frame in enumerate(cut):
            out[i * hop : i * hop + size] += frame
        return out

    level = 20 * np.log10(np.linalg.norm(frames(x), axis=1) + 1e-15)
    spoken = level > level.max() - 40
    bins = np.linspace(0, 10_000, 513)[:257]
    centres = 150 * 2 ** (np.arange(15) / 3)
    low, high = ([int(np.abs(bins - edge).argmin()) for edge in centres * 2**by] for by in (-1 / 6, 1 / 6))

    def bands(samples: np.ndarray) -> np.ndarray:
        power = np.abs(np.fft.rfft(frames(joined(frames(samples)[spoken])), 512)) ** 2
        return np.sqrt([power[:, a:b].sum(axis=1) for a, b in zip(low, high, strict=True)])

    def normalized(part: np.ndarray) -> np.ndarray:
        for axis in (1, 0):
            part = part - part.mean(axis=axis, keepdims=True)
            part = part / np.linalg.norm(part, axis=axis, keepdims=True)
        return part

    of_x, of_y = bands(x), bands(y)
    scores = [
        np.sum(normalized(of_x[:, m - segment : m]) * normalized(of_y[:, m - segment : m])) / segment
        for m in range(segment, of_x.shape[1] + 1)
    ]
    return float(np.mean(scores))


@pytest.mark.parametrize("snr_db", [20, 5, -5])
def test_noise_scores_as_in_the_paper(snr_db):
    assert read(noisy(snr_db)) == pytest.approx(reference(golden(), noisy(snr_db)), abs=1e-3)


@pytest.mark.parametrize("snr_db", [20, 5, -5])
def test_noise_scores_as_in_pystoi(snr_db):
    """It adds chance of the size of a rounding."""
    sounds = (soxr.resample(s, RATE, 10_000, quality="HQ") for s in (golden(), noisy(snr_db)))
    theirs = pystoi.stoi(*sounds, 10_000, extended=True)
    assert read(noisy(snr_db)) == pytest.approx(theirs, abs=1e-9)


def test_in_parts_it_is_that_of_the_whole(monkeypatch):
    whole = read(noisy(5))
    monkeypatch.setattr(intelligibility, "_AT_ONCE", 37)
    assert read(noisy(5)) == pytest.approx(whole, abs=1e-9)


def test_what_is_silent_for_long_reads_the_same_each_time():
    """Where a sound has nothing at all for a whole segment, pystoi reads chance."""
    samples = np.where(np.arange(golden().size) < 2 * RATE, noisy(20), 0.0)
    assert read(samples) == read(samples.copy())
    assert 0.0 < read(samples) < 0.7


def test_half_of_it_in_reversed_order_scores_low_and_a_lag_nothing():
    assert read(golden()) == 1.0
    assert read(golden()[::-1]) < 0.4
    assert read(np.concatenate([np.zeros(32), golden()])) == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize("seconds", [0.25, 0.4])
def test_too_short_has_no_value(seconds):
    samples = clip()[RATE : RATE + round(seconds * RATE)]
    reading = estoi.read(heard(samples / 2, golden=samples))
    assert (reading.value, reading.reason) == (None, "shorter than 0.4 s")


def test_half_a_second_of_speech_has_one():
    loudest = int(np.abs(golden()).argmax())
    samples = golden()[loudest - RATE // 4 : loudest + RATE // 4]
    assert estoi.read(heard(samples / 2, golden=samples)).value == pytest.approx(1.0, abs=1e-6)
