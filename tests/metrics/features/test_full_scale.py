from __future__ import annotations

import numpy as np
import pytest

from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.full_scale import full_scale


@pytest.mark.parametrize("peak", [1e-300, -0.5, 3.0])
def test_the_largest_sample_is_at_full_scale_and_the_shape_stays(peak):
    loud = full_scale(Sound(np.array([0.25, -0.5, 1.0]) * peak, 8_000))
    np.testing.assert_allclose(loud.samples, np.array([0.25, -0.5, 1.0]) * np.sign(peak), rtol=1e-12)
    assert loud.rate == 8_000


def test_it_is_computed_once_for_each_sound():
    sound = Sound(np.array([0.25, -0.5]), 8_000)
    assert full_scale(sound) is full_scale(sound)
    assert full_scale(Sound(np.array([0.25, -0.5]), 8_000)) is not full_scale(sound)
