"""Equalizing: the shelf is the cookbook's, the de-esser lowers sibilants and nothing else."""

from __future__ import annotations

import cmath
import math

import numpy as np
import pytest
from scipy.signal import butter, freqz_sos, sosfilt

from tests.support import post_signals as signals
from tts_baseline.core.errors import PipelineError
from tts_baseline.pipelines.f5_spanish.post.de_ess import de_ess
from tts_baseline.pipelines.f5_spanish.post.high_shelf import high_shelf, high_shelf_section

RATE = signals.RATE


def analog_shelf(hz, rate, gain_db, corner_hz):
    """The cookbook's analog prototype with S = 1, at the frequency that the bilinear transform maps here."""
    a = 10 ** (gain_db / 40)
    s = 1j * math.tan(math.pi * hz / rate) / math.tan(math.pi * corner_hz / rate)
    q = 1 / math.sqrt(2)
    root = cmath.sqrt(a) / q
    return a * (a * s**2 + root * s + 1) / (s**2 + root * s + a)


@pytest.mark.parametrize("rate", [16_000, 24_000, 48_000])
@pytest.mark.parametrize("gain_db", [-9.0, 2.0, 6.0])
@pytest.mark.parametrize("corner_hz", [700.0, 4000.0, 7000.0])
def test_the_shelf_has_the_response_of_its_closed_form(rate, gain_db, corner_hz):
    section = high_shelf_section(rate, gain_db, corner_hz)
    hz = np.array([0.0, 50.0, 1000.0, corner_hz, 0.3 * rate, 0.499 * rate, 0.5 * rate])
    _, response = freqz_sos(section[np.newaxis], worN=2 * np.pi * hz / rate)
    expected = [analog_shelf(f, rate, gain_db, corner_hz) for f in hz[:-1]]
    np.testing.assert_allclose(response[:-1], expected, rtol=1e-9)
    in_db = 20 * np.log10(np.abs(response))
    assert in_db[[0, 3, -1]] == pytest.approx([0, gain_db / 2, gain_db], abs=1e-9)


@pytest.mark.parametrize(("hz", "gain_db"), [(60, 0.0), (4000, 3.0), (11_900, 6.0)])
def test_tones_come_out_with_the_shelf_s_gain(hz, gain_db):
    wave = signals.tone(hz, 1.0)
    shelved = high_shelf(wave, RATE, 6.0, 4000.0)
    assert signals.db(shelved[RATE // 2 :]) - signals.db(wave[RATE // 2 :]) == pytest.approx(
        gain_db, abs=0.02
    )


def test_a_shelf_of_0_db_changes_nothing_and_an_inverse_shelf_undoes_it():
    wave = signals.speech(0.5)
    np.testing.assert_allclose(high_shelf(wave, RATE, 0.0, 4000.0), wave, atol=1e-7)
    there = high_shelf(wave, RATE, 6.0, 4000.0)
    np.testing.assert_allclose(high_shelf(there, RATE, -6.0, 4000.0), wave, atol=1e-6)
    assert np.abs(there - wave).max() > 0.01


@pytest.mark.parametrize("corner_hz", [0.0, -5.0, 12_000.0, float("nan")])
def test_a_corner_that_no_filter_can_have_is_refused(corner_hz):
    with pytest.raises(PipelineError, match="outside 0 to 12000 Hz"):
        high_shelf(signals.speech(0.1), RATE, 2.0, corner_hz)


def sibilant(seconds, db, seed=0):
    sections = butter(6, (5500, 8500), "bandpass", fs=RATE, output="sos")
    made = sosfilt(sections, signals.noise(seconds, 0, seed))
    return (made * 10 ** ((db - signals.db(made)) / 20)).astype(np.float32)


def hissing(db=-20.0):
    """A vowel of 1 s, whose middle 200 ms carry a sibilant."""
    wave = signals.voiced(np.full(RATE, 150.0))
    wave[9600:14400] += sibilant(0.2, db)
    return wave


@pytest.mark.parametrize("amount_db", [3.0, 6.0, 12.0])
def test_a_sibilant_loses_the_amount(amount_db):
    wave = hissing()
    softened = de_ess(wave, RATE, amount_db)
    inside = slice(10_000, 14_000)
    lost = signals.band_db(wave[inside], 5800, 8200) - signals.band_db(softened[inside], 5800, 8200)
    # The sibilant is about 5 dB below the vowel, 20 dB above the threshold: three quarters of that at most.
    assert lost == pytest.approx(min(amount_db, 13), abs=0.5)


def test_what_lies_below_4_khz_stays_within_a_fifth_of_a_db():
    tones = [signals.tone(hz, 1.0, 0.02) for hz in (200, 1000, 2500, 3500, 3950)]
    wave = np.sum([*tones, sibilant(1.0, -20)], axis=0).astype(np.float32)
    softened = de_ess(wave, RATE, 12.0)
    for hz in (200, 1000, 2500, 3500, 3950):
        change = signals.band_db(softened, hz - 5, hz + 5) - signals.band_db(wave, hz - 5, hz + 5)
        assert change == pytest.approx(0, abs=0.2), hz
    assert signals.band_db(softened, 5800, 8200) < signals.band_db(wave, 5800, 8200) - 8


def test_what_lies_above_the_band_is_left_too():
    wave = sibilant(1.0, -20) + signals.tone(11_000, 1.0, 0.02)
    softened = de_ess(wave, RATE, 12.0)
    change = signals.band_db(softened, 10_995, 11_005) - signals.band_db(wave, 10_995, 11_005)
    assert change == pytest.approx(0, abs=0.2)


def test_the_recording_s_sibilants_are_lowered_and_the_rest_of_it_is_not():
    wave = signals.clip()
    softened = de_ess(wave, RATE, 12.0)
    third = wave.size // 3
    for part in (slice(0, third), slice(third, 2 * third), slice(2 * third, None)):
        before, after = wave[part], softened[part]
        assert signals.band_db(after, 0, 4000) == pytest.approx(signals.band_db(before, 0, 4000), abs=0.01)
        assert signals.band_db(after, 3500, 4000) == pytest.approx(
            signals.band_db(before, 3500, 4000), abs=0.2
        )
        assert signals.band_db(after, 5500, 7900) < signals.band_db(before, 5500, 7900) - 2


def test_where_nothing_hisses_every_bit_stays():
    wave = hissing()
    softened = de_ess(wave, RATE, 6.0)
    for quiet in (slice(0, 9000), slice(15_000, None)):
        np.testing.assert_array_equal(softened[quiet], wave[quiet])
    np.testing.assert_array_equal(de_ess(hissing(-60.0), RATE, 6.0), hissing(-60.0))


def test_an_amount_of_nothing_changes_nothing():
    np.testing.assert_array_equal(de_ess(hissing(), RATE, 0.0), hissing())


def test_the_wave_s_own_level_does_not_matter():
    quiet = de_ess(hissing() * np.float32(1 / 64), RATE, 6.0)
    np.testing.assert_allclose(quiet * 64, de_ess(hissing(), RATE, 6.0), atol=1e-6)


def test_rates_that_hold_half_of_the_band_or_none():
    wave = signals.noise(1.0, -20)
    assert signals.db(de_ess(wave, 16_000, 6.0) - wave) > -40
    np.testing.assert_array_equal(de_ess(wave, 10_000, 6.0), wave)
