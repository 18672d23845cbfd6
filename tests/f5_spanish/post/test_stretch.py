"""Time-stretching: the duration changes by the factor, the pitch does not."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support import post_signals as signals
from tts_baseline.core.errors import PipelineError
from tts_baseline.pipelines.f5_spanish.post.stretch import stretch

RATE = signals.RATE


@pytest.mark.parametrize("f0", [95.0, 140.0, 220.0])
@pytest.mark.parametrize("factor", [0.6, 0.8, 1.25, 1.7])
def test_a_voice_gets_longer_by_the_factor_and_no_lower(f0, factor):
    time = np.arange(RATE) / RATE
    wave = signals.voiced(f0 * (1 + 0.05 * np.sin(2 * np.pi * 3 * time)))
    made = stretch(wave, RATE, factor)
    assert made.size == round(RATE * factor)
    assert np.median(signals.pitch(made)) == pytest.approx(np.median(signals.pitch(wave)), rel=0.02)
    assert signals.db(made) == pytest.approx(signals.db(wave), abs=0.3)


@pytest.mark.parametrize("factor", [0.7, 1.5])
def test_events_move_by_the_factor(factor):
    starts = np.array([0.3, 0.8, 1.5])
    wave = np.zeros(2 * RATE, np.float32)
    for start in starts:
        wave[round(start * RATE) :][: RATE // 5] = signals.speech(0.2)
    made = stretch(wave, RATE, factor)
    loud = np.array([signals.db(made[i : i + 240]) > -30 for i in range(0, made.size - 240, 240)])
    onsets = np.flatnonzero(loud & ~np.roll(loud, 1) & ~np.roll(loud, 2) & ~np.roll(loud, 5)) * 0.01
    np.testing.assert_allclose(onsets, starts * factor, atol=0.025)


def test_a_factor_of_one_changes_nothing():
    wave = signals.speech(0.3)
    made = stretch(wave, RATE, 1.0)
    np.testing.assert_array_equal(made, wave)
    assert not np.shares_memory(made, wave)


@pytest.mark.parametrize("factor", [1 - 1e-7, 1 + 1e-7])
def test_a_factor_of_nearly_one_puts_the_windows_together_again(factor):
    wave = signals.clip()[: 4 * RATE]
    np.testing.assert_allclose(stretch(wave, RATE, factor), wave, atol=1e-6)


@pytest.mark.parametrize("size", [1, 2, 100, 1023, 1024, 1025])
@pytest.mark.parametrize("factor", [0.5, 1.3])
def test_waves_shorter_than_a_window_keep_to_the_factor(size, factor):
    made = stretch(signals.tone(200, 0.1)[:size], RATE, factor)
    assert made.size == round(size * factor)
    assert np.isfinite(made).all()


@pytest.mark.parametrize("factor", [0.0, -1.0, float("nan"), float("inf")])
def test_a_factor_that_is_none_is_refused(factor):
    with pytest.raises(PipelineError, match="a time-stretch by"):
        stretch(signals.speech(0.1), RATE, factor)
