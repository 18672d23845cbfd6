"""A breath in a pause is found where it was put; a pause that is empty, and an s, are none."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import butter, sosfilt

from tests.support.sounds import RATE, clip, heard
from tts_baseline.metrics.prosody import breaths


def breath(seconds: float, below_db: float, seed: int = 0) -> np.ndarray:
    """Noise of 300 Hz to 4 kHz that swells and fades, so far below the loud parts of the clip."""
    noise = np.random.default_rng(seed).standard_normal(round(seconds * RATE))
    band = sosfilt(butter(2, (300, 4_000), "bandpass", fs=RATE, output="sos"), noise)
    band *= np.sin(np.pi * np.arange(band.size) / band.size) ** 0.3
    loud = np.percentile(np.abs(clip()), 95)
    return band / np.sqrt(np.mean(band**2)) * loud * 10 ** (-below_db / 20)


def pause() -> tuple[float, float]:
    """The first inner pause of the clip, in seconds."""
    quiet = np.abs(clip()) < 1e-9
    edges = np.flatnonzero(np.diff(np.concatenate(([0], quiet.astype(int), [0])))).reshape(-1, 2)
    start, stop = next((a, b) for a, b in edges.tolist() if a > 0 and b - a > 0.4 * RATE)
    return start / RATE, stop / RATE


def with_sound(sound: np.ndarray, at_s: float | None = None) -> np.ndarray:
    """The clip with a sound in the middle of its first pause, or from a second on."""
    wave = clip()
    middle = sum(pause()) / 2 - sound.size / 2 / RATE
    first = round((middle if at_s is None else at_s) * RATE)
    wave[first : first + sound.size] += sound
    return wave


def read(samples: np.ndarray):
    return breaths.read(heard(samples))


@pytest.mark.parametrize("seconds", [0.2, 0.3])
@pytest.mark.parametrize("below_db", [20, 30, 36])
def test_a_breath_is_found_where_it_is_and_as_long_as_it_is(seconds, below_db):
    reading = read(with_sound(breath(seconds, below_db)))
    assert reading.value == pytest.approx(seconds, abs=0.05)
    start = sum(pause()) / 2 - seconds / 2
    assert float(reading.note.split()[-2]) == pytest.approx(start, abs=0.03)


def test_empty_pauses_have_none():
    reading = read(clip())
    assert (reading.value, reading.note) == (0.0, "")


def test_a_voice_in_a_pause_is_no_breath():
    times = np.arange(round(0.3 * RATE)) / RATE
    hum = sum(np.sin(2 * np.pi * 150 * n * times) / n for n in range(1, 10))
    assert read(with_sound(0.02 * hum * np.hanning(hum.size))).value == 0.0


@pytest.mark.parametrize(
    "sound", [breath(0.06, 25), breath(0.3, 3), breath(0.3, 60)], ids=["short", "loud", "faint"]
)
def test_what_is_too_short_too_loud_or_too_faint_is_none(sound):
    assert read(with_sound(sound)).value == 0.0


def test_noise_that_touches_the_speech_is_a_sound_of_it():
    assert read(with_sound(breath(0.2, 25), pause()[0] - 0.02)).value == 0.0


def test_noise_in_all_pauses_is_no_breath():
    steady = 0.01 * np.random.default_rng(0).standard_normal(clip().size)
    assert read(clip() + steady).value == 0.0


def test_a_swell_of_the_noise_beside_it_is_no_breath():
    """Noise at -37 dB is a breath beside silence, and none beside noise at -46, which is no sound itself."""
    dice, loud = np.random.default_rng(1), np.percentile(np.abs(clip()), 95)
    swell = 10 ** (-40 / 20) * loud * dice.standard_normal(round(0.3 * RATE))
    steady = 10 ** (-49 / 20) * loud * dice.standard_normal(clip().size)
    assert read(with_sound(swell)).value == pytest.approx(0.3, abs=0.05)
    assert read(with_sound(swell) + steady).value == 0.0


def test_two_breaths_count_together():
    first = pause()[0] + 0.06
    wave = with_sound(breath(0.15, 25), first)
    second = round((first + 0.22) * RATE)
    wave[second : second + round(0.15 * RATE)] += breath(0.15, 25, 1)
    assert read(wave).value == pytest.approx(0.3, abs=0.06)
