"""What was moved by known times is laid where its golden has it."""

from __future__ import annotations

import numpy as np
import pytest
import soxr

from tests.support.sounds import RATE, at_snr, clip, noise, speech_mask
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.edits import Edit
from tts_baseline.metrics.features import overlay as module
from tts_baseline.metrics.features.overlay import overlay

SPOKEN = 29 * RATE // 10  # after it, the golden pauses for 0.6 s


def golden() -> np.ndarray:
    """The end of a prompt, a pause and a prompt."""
    return clip()[3 * RATE : 8 * RATE]


def laid(samples: np.ndarray) -> np.ndarray:
    over = overlay(Sound(samples, RATE), Sound(golden(), RATE))
    assert over.rate == RATE
    assert over.samples.shape == golden().shape
    return over.samples


@pytest.mark.parametrize("later", [0, 1, 32, 800, 8_000])
@pytest.mark.parametrize("gain", [1.0, -0.2])
def test_a_lag_is_taken_out_to_the_sample_and_all_else_stays(later, gain):
    later_one = np.concatenate([np.zeros(later), gain * golden()])
    np.testing.assert_array_equal(laid(later_one), gain * golden())


def test_what_begins_too_early_is_missing_at_the_start():
    np.testing.assert_array_equal(laid(golden()[400:])[400:], golden()[400:])
    assert not laid(golden()[400:])[:400].any()


@pytest.mark.parametrize("at_once", [1_000, 30_000])
def test_in_parts_it_is_laid_as_the_whole(monkeypatch, at_once):
    longer = np.insert(golden(), SPOKEN + RATE // 4, np.zeros(4_803))
    whole = laid(longer)
    monkeypatch.setattr(module, "_AT_ONCE", at_once)
    np.testing.assert_array_equal(laid(longer), whole)


@pytest.mark.parametrize("snr_db", [20, 5, -10])
def test_noise_moves_nothing(snr_db):
    noisy = at_snr(golden(), snr_db, noise(golden().size, 1), speech_mask(golden()))
    np.testing.assert_array_equal(laid(np.concatenate([np.zeros(32), noisy])), noisy)


@pytest.mark.parametrize(("longer", "gain"), [(1_000, 1.0), (4_803, 1.0), (4_803, -0.5), (12_000, 1.0)])
def test_a_longer_pause_is_left_out(longer, gain):
    expected = gain * golden()
    over = laid(np.insert(expected, SPOKEN, np.zeros(longer)))
    np.testing.assert_array_equal(over[: SPOKEN - 4_000], expected[: SPOKEN - 4_000])
    np.testing.assert_array_equal(over[SPOKEN + 12_000 :], expected[SPOKEN + 12_000 :])


@pytest.mark.parametrize(("frames", "moves"), [(10, False), (60, True)])
def test_what_is_later_for_less_than_half_a_second_moves_nothing(monkeypatch, frames, moves):
    """Later by 5 frames, for so many frames and the 5 that are missing after them."""
    first, last = 100, 100 + frames
    edits = (
        Edit("match", 0, first, 0, first),
        Edit("extra", first, first, first, first + 5),
        Edit("match", first, last, first + 5, last + 5),
        Edit("missing", last, last + 5, last + 5, last + 5),
        Edit("match", last + 5, 400, last + 5, 400),
    )
    monkeypatch.setattr(module, "correspondence", lambda *_: edits)
    sound = Sound(golden(), RATE)
    assert set(module._lags(sound, sound).tolist()) == ({0, 5} if moves else {0})


def test_a_pause_where_none_was_moves_what_follows_back():
    place = RATE
    over = laid(np.insert(golden(), place, 1e-4 * noise(RATE // 3, 0)))
    far = RATE // 10
    np.testing.assert_array_equal(over[: place - far], golden()[: place - far])
    np.testing.assert_array_equal(over[place + far :], golden()[place + far :])


def test_another_rate_becomes_the_goldens():
    fine = Sound(soxr.resample(golden(), RATE, 24_000, quality="HQ"), 24_000)
    over = overlay(fine, Sound(golden(), RATE))
    assert (over.rate, over.samples.size) == (RATE, golden().size)
    assert np.std(over.samples - golden()) < 0.02 * np.std(golden())
