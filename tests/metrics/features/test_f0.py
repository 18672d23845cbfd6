"""Tones whose pitch is known at every moment, and Praat's own answer for speech."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.sounds import RATE, clip, noise, speech_mask
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.f0 import f0


def voice(hz: np.ndarray) -> Sound:
    """A buzz of ten harmonics whose fundamental is `hz` at each sample."""
    phase = 2 * np.pi * np.cumsum(hz) / RATE
    return Sound(0.1 * sum(np.sin(n * phase) / n for n in range(1, 11)), RATE)


def cents(heard: np.ndarray, true: np.ndarray) -> np.ndarray:
    return 1_200 * np.log2(heard / true)


@pytest.mark.parametrize("hz", [90.0, 150.0, 220.5, 400.0])
def test_a_steady_voice_reads_its_pitch(hz):
    heard = f0(voice(np.full(RATE, hz)))
    assert heard.hz.shape == heard.times_s.shape
    assert np.nanmax(np.abs(cents(heard.hz, hz))) < 0.2
    assert np.isnan(heard.hz).sum() == 4  # 20 ms at both ends


def test_a_glide_is_followed():
    hz = np.geomspace(110, 330, 2 * RATE)
    heard = f0(voice(hz))
    true = hz[np.minimum(np.round(heard.times_s * RATE).astype(int), hz.size - 1)]
    assert np.nanmax(np.abs(cents(heard.hz, true))) < 0.2
    assert np.diff(heard.times_s) == pytest.approx(0.010)


def test_the_autocorrelation_of_each_frame_agrees():
    """An independent reference: the highest peak of a frame's plain autocorrelation."""
    hz = np.geomspace(120, 240, RATE)
    sound = voice(hz)
    heard = f0(sound)
    for at in (20, 50, 80):
        middle = round(heard.times_s[at] * RATE)
        frame = sound.samples[middle - 400 : middle + 400] * np.hanning(800)
        product = np.correlate(frame, frame, "full")[799:]
        lags = np.arange(RATE // 400, RATE // 75)
        assert RATE / lags[product[lags].argmax()] == pytest.approx(heard.hz[at], rel=0.02)


def test_silence_and_noise_are_unvoiced():
    samples = np.concatenate((np.zeros(RATE), 0.1 * noise(RATE, 0), voice(np.full(RATE, 200.0)).samples))
    heard = f0(Sound(samples, RATE))
    assert np.isnan(heard.hz[heard.times_s < 0.95]).all()
    assert np.mean(np.isnan(heard.hz[(heard.times_s > 1.05) & (heard.times_s < 1.95)])) > 0.9
    assert not np.isnan(heard.hz[(heard.times_s > 2.05) & (heard.times_s < 2.98)]).any()


def test_speech_is_voiced_where_it_speaks_only():
    heard = f0(Sound(clip(), RATE))
    speaks = speech_mask(clip())[np.minimum(np.round(heard.times_s * RATE).astype(int), clip().size - 1)]
    assert np.isnan(heard.hz[~speaks]).mean() > 0.95
    assert 0.3 < np.mean(~np.isnan(heard.hz[speaks])) < 0.95


def alternating(louder: np.ndarray) -> Sound:
    """A voice of 200 Hz, each second period of which is louder by these shares, at each sample."""
    steady = voice(np.full(RATE, 200.0)).samples
    second = np.arange(RATE) // (RATE // 200) % 2 == 1
    return Sound(steady * (1 + np.where(second, louder, -louder)), RATE)


def test_periods_that_alternate_a_little_are_no_voice_an_octave_lower():
    heard = f0(alternating(np.full(RATE, 0.08))).hz
    assert np.nanmax(np.abs(cents(heard, 200.0))) < 5
    assert np.nanmin(f0(alternating(np.full(RATE, 0.2))).hz) == pytest.approx(100, rel=0.01)


def test_a_moment_that_alternates_much_is_no_jump_of_an_octave():
    """For 30 ms every second period is a fifth louder: for those alone the octave below would fit better."""
    time = np.arange(RATE) / RATE
    heard = f0(alternating(np.where(np.abs(time - 0.5) < 0.015, 0.2, 0.0))).hz
    assert np.nanmax(np.abs(cents(heard, 200.0))) < 100


@pytest.mark.parametrize(("share", "is_voiced"), [(0.05, True), (0.008, False)])
def test_a_soft_voice_is_voiced_down_to_three_hundredths_of_the_peak_or_so(share, is_voiced):
    loud = voice(np.full(RATE, 200.0)).samples
    heard = f0(Sound(np.concatenate((loud, share * loud)), RATE))
    assert np.isfinite(heard.hz[(heard.times_s > 1.1) & (heard.times_s < 1.9)]).all() == is_voiced


@pytest.mark.parametrize(("snr_db", "voiced"), [(5.0, 1.0), (-6.0, 0.0)])
def test_a_voice_in_noise_is_voiced_while_nearly_half_of_the_power_is_its_own(snr_db, voiced):
    steady = voice(np.full(2 * RATE, 200.0)).samples
    noisy = steady + noise(steady.size, 1) * np.sqrt(np.mean(steady**2) / 10 ** (snr_db / 10))
    inside = f0(Sound(noisy, RATE)).hz[5:-5]
    assert np.isfinite(inside).mean() == pytest.approx(voiced, abs=0.1)


def test_a_syllable_of_50_ms_between_pauses_is_voiced():
    samples = np.zeros(RATE)
    samples[RATE // 2 : RATE // 2 + RATE // 20] = voice(np.full(RATE // 20, 200.0)).samples
    samples += 1e-4 * noise(RATE, 1)
    heard = f0(Sound(samples, RATE))
    assert np.isfinite(heard.hz[(heard.times_s > 0.515) & (heard.times_s < 0.535)]).all()


@pytest.mark.parametrize("size", [1, 100, 3 * RATE // 75, 3 * RATE // 75 + 1, 3 * RATE // 75 + 200])
def test_a_sound_too_short_for_three_periods_is_unvoiced(size):
    heard = f0(Sound(voice(np.full(RATE, 200.0)).samples[:size], RATE))
    assert heard.hz.shape == heard.times_s.shape
    assert np.isnan(heard.hz).all() or size >= 3 * RATE // 75


def test_floor_and_ceiling_bound_it():
    heard = f0(voice(np.full(RATE, 100.0)), floor_hz=150.0, ceiling_hz=300.0)
    inside = heard.hz[~np.isnan(heard.hz)]
    assert ((inside >= 150) & (inside <= 300)).all()


def test_a_long_sound_is_tracked_as_its_parts_are():
    """Longer than what is looked at together."""
    sound = Sound(np.tile(clip()[RATE : 2 * RATE], 4), RATE)
    heard = f0(sound).hz
    np.testing.assert_allclose(heard[110:190], heard[310:390])


def test_speech_is_tracked_as_by_praat():
    parselmouth = pytest.importorskip("parselmouth")
    heard = f0(Sound(clip(), RATE))
    # Praat spreads its frames about the middle, so that they are ours only for an even number of 10 ms.
    samples = clip()[: 2 * (clip().size // 2 // 160) * 160]
    praat = parselmouth.Sound(samples, RATE).to_pitch_ac(
        time_step=0.010, pitch_floor=75.0, pitch_ceiling=600.0
    )
    hz, times = praat.selected_array["frequency"], praat.xs()
    ours = heard.hz[np.round(times * 100).astype(int)]
    voiced = (hz > 0) & ~np.isnan(ours)
    assert np.mean((hz > 0) == ~np.isnan(ours)) > 0.95
    assert np.median(np.abs(cents(ours[voiced], hz[voiced]))) < 0.5
    assert np.mean(np.abs(cents(ours[voiced], hz[voiced])) > 100) < 0.01
