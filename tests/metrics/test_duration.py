"""Duration is the number of samples over the rate, whatever they hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.sounds import clip, heard
from tts_baseline.metrics.signal import duration


def test_the_clip_lasts_as_long_as_its_pauses_and_prompts():
    assert duration.read(heard(clip())).value == pytest.approx(13.432, abs=5e-4)


@settings(deadline=None)
@given(st.integers(1, 100_000), st.sampled_from([8_000, 16_000, 22_050, 24_000, 44_100, 48_000]))
def test_samples_over_rate(samples, rate):
    assert duration.read(heard(np.ones(samples), rate=rate)).value == samples / rate
