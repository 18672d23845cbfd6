"""The real networks of opinion: more noise, a worse opinion; and DistillMOS does not hear the gain."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest

from tests.support.sounds import RATE, at_snr, clip, noise, speech_mask
from tts_baseline.core.sounds import Sound

SAMPLES = clip()[: 6 * RATE]


def noisy(snr_db: float) -> Sound:
    return Sound(at_snr(SAMPLES, snr_db, noise(SAMPLES.size, 0), speech_mask(SAMPLES)) / 4, RATE)


@pytest.mark.skipif(find_spec("speechmos") is None, reason="pip install 'pytest-tts-baseline[mos]'")
def test_dnsmos_falls_with_noise():
    from tts_baseline.metrics.features.dnsmos import dnsmos

    clear, poor = dnsmos(noisy(30)), dnsmos(noisy(10))
    for head in ("p808", "background", "overall"):
        assert np.mean(getattr(clear, head)) - np.mean(getattr(poor, head)) > 0.5
    assert np.mean(clear.p808) == pytest.approx(3.46, abs=0.05)


@pytest.mark.skipif(find_spec("distillmos") is None, reason="pip install 'pytest-tts-baseline[distillmos]'")
def test_distillmos_falls_with_noise_and_not_with_gain(capsys):
    from tts_baseline.metrics.features.distillmos import distillmos

    clear, poor = noisy(30), noisy(10)
    half = Sound(clear.samples / 2, RATE)
    assert np.mean(distillmos(clear)) - np.mean(distillmos(poor)) > 0.5
    assert np.mean(distillmos(half)) == pytest.approx(np.mean(distillmos(clear)), abs=0.01)
    assert capsys.readouterr().out == ""
