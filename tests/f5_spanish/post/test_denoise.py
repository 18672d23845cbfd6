"""Spectral subtraction: noise goes, speech stays, and without a sample of noise nothing is done."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support import post_signals as signals

pytest.importorskip("noisereduce")

from tts_baseline.pipelines.f5_spanish.post.denoise import denoise

RATE = signals.RATE


def si_sdr(made, clean):
    """Scale-invariant signal-to-distortion ratio in dB (Le Roux et al. 2019)."""
    made, clean = made.astype(float), clean.astype(float)
    target = (made @ clean) / (clean @ clean) * clean
    return 10 * np.log10((target @ target) / ((made - target) @ (made - target)))


def noisy(snr_db):
    clean = signals.clip()
    level = signals.db(clean) - snr_db
    return clean + signals.noise(clean.size / RATE, level)[: clean.size]


PAUSE = slice(round(0.05 * RATE), round(0.45 * RATE))


@pytest.mark.parametrize(("snr_db", "gain_db"), [(10, 3.0), (15, 1.0)])
def test_noisy_speech_comes_closer_to_clean_speech(snr_db, gain_db):
    wave = noisy(snr_db)
    cleaned = denoise(wave, RATE)
    assert cleaned.shape == wave.shape
    assert si_sdr(cleaned, signals.clip()) > si_sdr(wave, signals.clip()) + gain_db


@pytest.mark.parametrize(("snr_db", "change_db"), [(15, 1.0), (25, 0.3), (35, 0.1)])
def test_the_noise_in_the_pauses_falls_and_the_speech_keeps_its_level(snr_db, change_db):
    wave = noisy(snr_db)
    cleaned = denoise(wave, RATE)
    assert signals.db(cleaned[PAUSE]) < signals.db(wave[PAUSE]) - 20
    talk = slice(round(0.6 * RATE), round(2.7 * RATE))
    assert signals.db(cleaned[talk]) == pytest.approx(signals.db(wave[talk]), abs=change_db)


def test_strength_goes_from_nothing_to_all():
    wave = noisy(20)
    residues = [signals.db(denoise(wave, RATE, strength=s)[PAUSE]) for s in (0.0, 0.5, 0.9, 1.0)]
    assert residues[0] == pytest.approx(signals.db(wave[PAUSE]), abs=0.1)
    assert np.all(np.diff(residues) < -3)


@pytest.mark.parametrize(
    "wave",
    [
        signals.speech(1.0),
        np.concatenate([np.zeros(RATE // 2), signals.speech(0.6)]).astype(np.float32),
        np.concatenate([signals.noise(0.15, -60), signals.speech(0.6)]),
        signals.noise(1.0, -40),
    ],
    ids=["no pause", "digitally silent pauses", "150 ms of noise", "noise alone"],
)
def test_where_nothing_is_known_about_the_noise_nothing_changes(wave):
    np.testing.assert_array_equal(denoise(wave, RATE), wave)
