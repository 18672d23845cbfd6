"""Runs of one value, of known lengths."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.sounds import noise, spans
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.digital_silence import digital_silence


@pytest.mark.parametrize("value", [0.0, 0.01, -1.0])
@pytest.mark.parametrize("rate", [8_000, 44_100])
def test_ten_milliseconds_of_one_value_are_digital_silence_and_less_is_not(rate, value):
    samples = 0.1 * noise(rate, 0)
    shorter, longer = rate // 100 - 1, rate // 100
    samples[1_000 : 1_000 + shorter] = value
    samples[4_000 : 4_000 + longer] = value
    assert spans(digital_silence(Sound(samples, rate))) == [(4_000, 4_000 + longer)]


def test_noise_of_few_bits_has_none():
    samples = np.round(2 * noise(16_000, 1)) / 32768
    assert np.mean(np.diff(samples) == 0) > 0.1
    assert not digital_silence(Sound(samples, 16_000)).any()
