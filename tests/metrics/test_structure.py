"""Planted faults are counted, clean speech and smooth tones have none."""

from __future__ import annotations

import numpy as np
import pytest
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.sounds import RATE, at_snr, clip, heard, noise, spans, speech_mask
from tts_baseline.metrics.signal import structure


def tone(frequency: float, rate: int, seconds: float = 1.0, phase: float = 0.3) -> np.ndarray:
    return np.sin(2 * np.pi * frequency * np.arange(round(seconds * rate)) / rate + phase)


def runs_above(samples: np.ndarray, level: float, shortest: int = 3) -> int:
    """How many stretches of samples lie above the level, positive and negative apart."""
    both = spans(samples > level) + spans(samples < -level)
    return sum(stop - start >= shortest for start, stop in both)


def test_clean_speech_has_no_fault():
    reading = structure.read(heard(clip()))
    assert (reading.value, reading.note) == (0.0, "")


@pytest.mark.parametrize("rate", [22_050, 24_000, 48_000])
def test_resampled_speech_has_no_fault(rate):
    assert structure.read(heard(soxr.resample(clip(), RATE, rate), rate=rate)).value == 0.0


@pytest.mark.parametrize("gain", [0.02, 0.1, 1.4])
def test_speech_of_16_bits_has_no_fault_at_any_level(gain):
    assert structure.read(heard(np.round(gain * clip() * 32767) / 32768)).value == 0.0


@pytest.mark.parametrize("snr_db", [10, 30, 60])
def test_noise_is_no_fault(snr_db):
    speech = clip()
    samples = at_snr(speech, snr_db, noise(speech.size, 0), speech_mask(speech))
    assert structure.read(heard(samples)).value == 0.0


@settings(deadline=None)
@given(
    st.floats(60, 1_000),
    st.sampled_from([16_000, 22_050, 24_000, 48_000]),
    st.floats(0.02, 1.0),
    st.floats(0, 6),
)
def test_a_smooth_tone_is_never_clipped_even_in_16_bits(frequency, rate, level, phase):
    samples = level * tone(frequency, rate, 0.2, phase)
    assert "clipped" not in structure.read(heard(samples, rate=rate)).note
    quantised = np.round(samples * 32767) / 32768
    assert "clipped" not in structure.read(heard(quantised, rate=rate)).note


@pytest.mark.parametrize(("frequency", "level"), [(60, 0.08), (124, 0.02)])
def test_the_steps_of_16_bits_beside_a_quiet_crest_are_no_corner(frequency, level):
    quantised = np.round(level * tone(frequency, 16_000, 0.2, 0.0) * 32767) / 32768
    assert structure.read(heard(quantised, rate=16_000)).value == 0.0


@pytest.mark.parametrize("rate", [16_000, 24_000, 48_000])
def test_every_clipped_half_wave_of_a_tone_is_one_run(rate):
    samples = tone(440, rate, 0.5).clip(-0.8, 0.8)
    reading = structure.read(heard(samples, rate=rate))
    assert runs_above(tone(440, rate, 0.5), 0.8) == pytest.approx(440, abs=1)
    assert (reading.value, reading.note) == (440.0, "440 clipped runs")


@pytest.mark.parametrize("level", [1.0, 0.4])
def test_50_ms_of_hard_clipping_in_speech_count_each_run(level):
    """The loudest 50 ms, driven 4 times too loud, are cut at full scale or at 0.4 of the clip's peak."""
    samples = clip() / np.abs(clip()).max()
    middle = int(np.abs(samples).argmax())
    stretch = slice(middle - RATE // 40, middle + RATE // 40)
    driven = 4 * samples[stretch]
    samples = samples * min(1.0, level / 0.4)
    samples[stretch] = driven.clip(-level, level)
    samples[0] = 1.0  # the peak stays where it was
    reading = structure.read(heard(samples))
    expected = runs_above(driven, level, 3 if level == 1.0 else 4)
    assert expected > 20
    assert expected - 2 <= reading.value <= expected
    assert reading.note == f"{reading.value:.0f} clipped runs"


def test_clipping_survives_16_bits():
    samples = np.round(tone(440, 16_000, 0.5).clip(-0.8, 0.8) * 32767) / 32768
    assert structure.read(heard(samples)).value == 440.0


def test_a_plateau_that_is_not_a_crest_is_no_clipping():
    """The signal rests at half its height on the way up: level, but higher is near."""
    samples = np.zeros(RATE)
    samples[8_000:8_100] = np.concatenate(
        [np.linspace(0, 0.5, 45), np.full(10, 0.5), np.linspace(0.55, 1, 45)]
    )
    assert structure.read(heard(samples)).value == 0.0


def test_a_plateau_below_a_crest_nearby_is_no_clipping_in_quiet_sounds_either():
    samples = np.zeros(RATE)
    samples[8_000:8_010] = 0.0495
    samples[8_020] = 0.05
    assert structure.read(heard(samples)).value == 0.0


@pytest.mark.parametrize(("length", "faults"), [(9, 0.0), (10, 1.0)])
def test_below_the_peak_a_plateau_lasts_a_fifth_of_a_millisecond(length, faults):
    samples = np.zeros(48_000)
    samples[1_000] = 1.0
    samples[24_000 : 24_000 + length] = 0.5
    assert structure.read(heard(samples, rate=48_000)).value == faults


@pytest.mark.parametrize(("length", "faults"), [(3, 0.0), (4, 1.0)])
def test_below_the_peak_a_plateau_has_four_samples_at_a_low_rate_too(length, faults):
    samples = np.zeros(8_000)
    samples[1_000] = 1.0
    samples[4_000 : 4_000 + length] = 0.5
    assert structure.read(heard(samples, rate=8_000)).value == faults


@pytest.mark.parametrize("frequency", [100, 105])
def test_a_smooth_crest_that_is_level_over_three_samples_has_no_corner(frequency):
    """At its crest steps are 0.9e-4 and, next to them, 2.6e-4 of the peak: more than five of 16 bits."""
    samples = tone(frequency, 48_000, 0.2, np.pi / 2)
    assert np.sort(np.abs(np.diff(samples)))[1] < 1e-4
    assert structure.read(heard(samples, rate=48_000)).value == 0.0


def test_a_quiet_plateau_is_no_clipping():
    samples = np.zeros(RATE)
    samples[1_000] = 1.0
    samples[8_000:8_010] = 0.24
    assert structure.read(heard(samples)).value == 0.0
    samples[8_000:8_010] = 0.26
    assert structure.read(heard(samples)).note == "1 clipped run"
    samples[4_000:4_010] = 0.26
    assert structure.read(heard(samples)).note == "2 clipped runs"


@pytest.mark.parametrize(("seconds", "faults"), [(1.9, 0), (2.1, 1), (5.0, 1)])
def test_dead_air_is_a_fault_from_2_s(seconds, faults):
    voice = 0.5 * tone(200, RATE)
    samples = np.concatenate([voice, np.zeros(round(seconds * RATE)), voice])
    reading = structure.read(heard(samples))
    assert reading.value == faults
    assert reading.note == (f"dead air of {seconds:.1f} s" if faults else "")


def test_each_stretch_of_dead_air_counts_also_at_the_ends():
    voice, silence = 0.5 * tone(200, RATE), np.zeros(3 * RATE)
    reading = structure.read(heard(np.concatenate([silence, voice, silence, voice, silence])))
    assert reading.value == 3.0


@pytest.mark.parametrize(("level_db", "faults"), [(-55, 0), (-65, 1)])
def test_dead_air_is_60_db_below_the_loudest(level_db, faults):
    voice = 0.5 * tone(200, RATE)
    hiss = 0.5 / np.sqrt(2) * 10 ** (level_db / 20) * noise(3 * RATE, 0)
    assert structure.read(heard(np.concatenate([voice, hiss]))).value == faults


@pytest.mark.parametrize(
    ("offset", "faults", "note"), [(0.009, 0, ""), (0.031, 1, "DC +0.031"), (-0.011, 1, "DC -0.011")]
)
def test_an_offset_is_a_fault_from_0_01(offset, faults, note):
    reading = structure.read(heard(clip() - clip().mean() + offset))
    assert (reading.value, reading.note) == (faults, note)


def test_faults_add_up_and_the_note_names_them():
    voice = tone(440, RATE, 0.5).clip(-0.8, 0.8)
    samples = np.concatenate([voice, np.zeros(3 * RATE), voice]) + 0.02
    reading = structure.read(heard(samples))
    assert reading.value == 882.0
    assert reading.note.startswith("880 clipped runs, dead air of 3.0 s, DC +0.0")


@settings(deadline=None)
@given(st.floats(0.4, 1.25))
def test_level_and_polarity_do_not_change_clipping_or_dead_air(gain):
    voice = tone(440, RATE, 0.1).clip(-0.8, 0.8)
    samples = np.concatenate([voice, np.zeros(2 * RATE + 1_000), voice])
    expected = structure.read(heard(samples)).note
    for sign in (1, -1):
        assert structure.read(heard(sign * gain * samples)).note == expected
