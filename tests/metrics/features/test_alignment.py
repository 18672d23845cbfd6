"""A sound that starts later by a known number of samples."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.sounds import RATE, clip, noise
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.alignment import alignment
from tts_baseline.metrics.features.resampled import resampled


def golden() -> np.ndarray:
    return clip()[RATE : 2 * RATE]


@pytest.mark.parametrize("lag", [0, 1, 80, 4_000])
@pytest.mark.parametrize("polarity", [1.0, -0.3])
def test_a_lag_is_found_and_taken_out(lag, polarity):
    later = polarity * np.concatenate((np.zeros(lag), golden(), np.zeros(100)))
    aligned = alignment(Sound(later, RATE), Sound(golden(), RATE))
    assert aligned.lag == lag
    np.testing.assert_array_equal(aligned.golden, golden())
    np.testing.assert_array_equal(aligned.heard, polarity * golden())


def test_a_sound_that_begins_earlier_has_a_negative_lag():
    aligned = alignment(Sound(golden()[300:], RATE), Sound(golden(), RATE))
    assert aligned.lag == -300
    np.testing.assert_array_equal(aligned.heard, aligned.golden)


def test_the_lag_is_the_one_that_explains_most():
    """By the definition, lag by lag, for noisy sounds of different lengths."""
    reference = noise(400, 0)
    sound = np.roll(reference, 7)[:350] + 0.5 * noise(350, 1)

    def product(lag: int) -> float:
        return abs(sum(sound[i] * reference[i - lag] for i in range(350) if 0 <= i - lag < 400))

    best = max(range(-399, 350), key=product)
    assert alignment(Sound(sound, RATE), Sound(reference, RATE)).lag == best == 7


def test_a_golden_of_another_rate_is_brought_to_the_sounds():
    low = Sound(resampled(Sound(golden(), RATE), 8_000), 8_000)
    later = Sound(np.concatenate((np.zeros(50), golden())), RATE)
    assert alignment(later, low).lag == pytest.approx(50, abs=1)


def test_it_is_computed_once_whatever_the_number_of_metrics():
    sound, reference = Sound(golden(), RATE), Sound(golden(), RATE)
    assert alignment(sound, reference) is alignment(sound, reference)
