"""Loudness: a known tone, the recording, and what full scale and gating do."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support import post_signals as signals
from tts_baseline.pipelines.f5_spanish.post.loudness import normalize

RATE = signals.RATE


@pytest.mark.parametrize("lufs", [-30.0, -23.0, -16.0])
def test_a_tone_of_997_hz_gets_the_amplitude_of_its_loudness(lufs):
    # ITU-R BS.1770-4: at 0 dBFS peak in one channel it measures -3.01 LKFS.
    made = normalize(signals.tone(997, 3.0, 0.25), RATE, lufs)
    amplitude = np.abs(made.samples).max()
    assert 20 * np.log10(amplitude) - 3.01 == pytest.approx(lufs, abs=0.1)
    assert not made.limited
    assert made.gain_db == pytest.approx(20 * np.log10(amplitude / 0.25), abs=0.01)


@pytest.mark.parametrize("lufs", [-35.0, -23.0, -20.0])
@pytest.mark.parametrize("gain", [0.05, 1.0])
def test_the_recording_comes_within_half_a_loudness_unit(lufs, gain):
    from pyloudnorm import Meter

    made = normalize(signals.clip() * np.float32(gain), RATE, lufs)
    assert Meter(RATE).integrated_loudness(made.samples.astype(float)) == pytest.approx(lufs, abs=0.05)
    assert not made.limited


def test_pauses_do_not_count():
    # Gated: the same speech with 3 s of silence behind it gets the same gain.
    wave = signals.speech(2.0)
    longer = np.concatenate([wave, signals.noise(3.0, -75)])
    gains = [normalize(w, RATE, -23.0).gain_db for w in (wave, longer)]
    assert gains[1] == pytest.approx(gains[0], abs=0.5)


def test_no_sample_exceeds_full_scale_and_the_limit_is_told():
    wave = signals.tone(300, 1.0, 0.05)
    wave[RATE // 2] = -0.4
    made = normalize(wave, RATE, -10.0)
    assert made.limited
    assert np.abs(made.samples).max() == 1.0
    assert made.gain_db == pytest.approx(20 * np.log10(1 / 0.4), abs=1e-4)
    np.testing.assert_allclose(made.samples, wave / 0.4, atol=1e-6)


@pytest.mark.parametrize(
    "wave",
    [signals.speech(0.399), signals.noise(2.0, -90), np.zeros(RATE, np.float32), np.empty(0, np.float32)],
    ids=["short", "under the gate", "silent", "empty"],
)
def test_what_has_no_loudness_comes_back_unchanged(wave):
    made = normalize(wave, RATE, -16.0)
    np.testing.assert_array_equal(made.samples, wave)
    assert (made.gain_db, made.limited) == (0.0, False)


def test_the_shortest_wave_with_a_loudness_is_one_gating_block():
    assert normalize(signals.speech(0.4), RATE, -16.0).gain_db != 0.0
