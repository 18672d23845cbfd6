"""Known answers of SI-SDR against the golden, and when it must not be read at all."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.sounds import RATE, heard, noise
from tests.support.sounds import clip as whole_clip
from tts_baseline.metrics.golden import snr_golden


def clip() -> np.ndarray:
    """The first phrase with the pauses around it."""
    return whole_clip()[: 3 * RATE]


def read(samples: np.ndarray, golden: np.ndarray):
    return snr_golden.read(heard(samples, golden=golden))


def noisy(snr_db: float, seed: int = 0) -> np.ndarray:
    """Noise orthogonal to the clip, so that the SI-SDR is the SNR exactly."""
    speech = clip()
    added = noise(speech.size, seed)
    added -= added.dot(speech) / speech.dot(speech) * speech
    return speech + added * np.sqrt(speech.dot(speech) / added.dot(added) / 10 ** (snr_db / 10))


def reference(samples: np.ndarray, golden: np.ndarray) -> float:
    """The definition by least squares: what the golden explains against what it does not."""
    scale, residual, *_ = np.linalg.lstsq(golden[:, None], samples, rcond=None)
    return 10 * np.log10(np.sum((scale[0] * golden) ** 2) / residual[0])


@pytest.mark.parametrize("snr_db", [0, 10, 24.9, 30, 59, 70, 90])
def test_orthogonal_noise_reads_exactly(snr_db):
    assert read(noisy(snr_db), clip()).value == pytest.approx(snr_db, abs=1e-6)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_white_noise_reads_within_0_02_db_and_as_by_least_squares(seed):
    added = noise(clip().size, seed)
    power = np.mean(clip() ** 2)
    samples = clip() + added * np.sqrt(power / np.mean(added**2) / 10 ** (20 / 10))
    value = read(samples, clip()).value
    assert value == pytest.approx(20, abs=0.02)
    assert value == pytest.approx(reference(samples, clip()), abs=1e-9)


def test_identical_samples_read_the_limit():
    reading = read(clip(), clip())
    assert (reading.value, reading.note) == (100.0, "identical")


@pytest.mark.parametrize("gain", [0.5, -1.0])
def test_a_scaled_copy_is_equivalent_but_not_identical(gain):
    reading = read(gain * clip(), clip())
    assert (reading.value, reading.note) == (100.0, "equivalent")


@pytest.mark.parametrize(
    ("snr_db", "name"), [(60.1, "equivalent"), (59.9, "close"), (25.1, "close"), (24.9, "changed")]
)
def test_classes(snr_db, name):
    assert read(noisy(snr_db), clip()).note == name


@settings(deadline=None, max_examples=30)
@given(st.floats(1e-4, 0.5), st.sampled_from([1, -1]), st.floats(5, 80))
def test_gain_and_polarity_do_not_matter(gain, sign, snr_db):
    assert read(sign * gain * noisy(snr_db), clip()).value == pytest.approx(snr_db, abs=1e-6)


@pytest.mark.parametrize("lag", [1, -1])
def test_one_sample_of_lag_is_taken_out(lag):
    shifted = np.roll(clip(), lag)
    assert shifted[0] == shifted[-1] == 0.0
    assert read(shifted, clip()).value == 100.0
    assert read(np.roll(noisy(30), lag), clip()).value == pytest.approx(30, abs=0.01)


@pytest.mark.parametrize("lag", [2, -2, 80])
def test_more_lag_is_not_aligned(lag):
    reading = read(np.roll(clip(), lag), clip())
    assert (reading.value, reading.values) == (None, ())
    assert reading.reason == f"not aligned with the golden: shifted by {lag} samples"


def test_another_length_is_not_aligned():
    reading = read(clip()[:-1], clip())
    assert reading.reason == f"not aligned with the golden: {clip().size - 1} samples against {clip().size}"


def test_another_rate_is_not_aligned():
    reading = snr_golden.read(heard(clip(), rate=RATE, golden=clip(), golden_rate=24_000))
    assert reading.reason == "not aligned with the golden: 16000 Hz against 24000 Hz"


def test_several_utterances_give_the_median_and_every_class():
    reading = snr_golden.read(heard(clip(), noisy(40), noisy(30), golden=clip()))
    assert reading.value == pytest.approx(40, abs=1e-6)
    assert reading.note == "identical; close"


def test_quiet_samples_are_read_and_those_that_16_bits_round_to_nothing_are_silence():
    assert read(1e-3 * noisy(40), clip()).value == pytest.approx(40, abs=1e-6)
    silent = snr_golden.read(heard(1e-200 * noisy(40), golden=clip()))
    assert (silent.value, silent.reason) == (None, "silent audio")
