"""Noise of known level and kind in the pauses of speech."""

from __future__ import annotations

import numpy as np
import pytest
import soxr

from tests.support.sounds import RATE, clip, heard, noise, speech_mask
from tts_baseline.core.records import Reading
from tts_baseline.metrics.signal import noise as metric
from tts_baseline.metrics.signal import snr_vad

SPEECH = clip()[: 6 * RATE]  # its pauses are digital silence
PAUSES = ~speech_mask(SPEECH)
RUMBLE, HUM = "mostly rumble below 80 Hz", "mostly hum"


def between(low_hz: float, high_hz: float) -> np.ndarray:
    """Noise between two frequencies, of power 1."""
    spectrum = np.fft.rfft(noise(SPEECH.size, 5))
    hz = np.fft.rfftfreq(SPEECH.size, 1 / RATE)
    wave = np.fft.irfft(np.where((hz >= low_hz) & (hz < high_hz), spectrum, 0), SPEECH.size)
    return wave / np.sqrt(np.mean(wave**2))


def tones(hz: float, weights: tuple[float, ...] = (1, 0.7, 0.5)) -> np.ndarray:
    """Hum of the mains, of power 1."""
    time = np.arange(SPEECH.size) / RATE
    wave = sum(a * np.sin(2 * np.pi * k * hz * time) for k, a in enumerate(weights, 1))
    return wave / np.sqrt(np.mean(wave**2))


KINDS = {
    "white": (noise(SPEECH.size, 1), ""),
    "above 95 Hz": (between(95, 140), ""),
    "90 to 115 Hz": (between(90, 115), ""),
    "below 40 Hz": (between(10, 40), RUMBLE),
    "45 to 58 Hz": (between(45, 58), RUMBLE),
    "50 Hz": (tones(50), HUM),
    "60 Hz": (tones(60), HUM),
    "a tone": (tones(49.9, (1,)), HUM),
}


def read(*added: np.ndarray) -> Reading:
    return metric.read(heard(SPEECH + sum(added)))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("level_db", [-70, -50, -35])
def test_noise_of_one_kind_reads_its_level_and_is_named(kind, level_db):
    wave, named = KINDS[kind]
    wave = 10 ** (level_db / 20) * wave
    reading = read(wave)
    assert reading.value == pytest.approx(10 * np.log10(wave[PAUSES].var()), abs=0.7)
    assert (reading.note, snr_vad.read(heard(SPEECH + wave)).note) == (named, named)


@pytest.mark.parametrize(
    ("rumble_db", "hum_db", "white_db", "named"),
    [
        (-40, -46, -46, RUMBLE),
        (-46, -40, -46, HUM),
        (-46, -46, -40, ""),
        (-43, -44.5, -60, RUMBLE),
        (-60, -43, -44.5, HUM),
    ],
)
def test_of_several_kinds_the_loudest_is_named_and_the_level_is_of_all(rumble_db, hum_db, white_db, named):
    levels = {"below 40 Hz": rumble_db, "50 Hz": hum_db, "white": white_db}
    reading = read(*(10 ** (db / 20) * KINDS[kind][0] for kind, db in levels.items()))
    assert reading.note == named
    together = 10 * np.log10(sum(10 ** (db / 10) for db in levels.values()))
    assert reading.value == pytest.approx(together, abs=1.0)


def test_an_offset_is_no_rumble_and_level_counts_from_full_scale():
    wave = 0.003 * KINDS["white"][0]
    plain, moved = read(wave), read(wave, np.full(SPEECH.size, 0.05))
    assert (moved.value, moved.note) == (pytest.approx(plain.value, abs=1e-3), "")
    assert read(0.001 * KINDS["white"][0], np.full(SPEECH.size, 0.1)).note == ""
    assert metric.read(heard(0.5 * (SPEECH + wave))).value == pytest.approx(plain.value - 6.02, abs=0.05)


def test_digital_silence_beside_it_changes_nothing():
    samples = SPEECH + 0.003 * KINDS["white"][0]
    padded = metric.read(heard(np.concatenate([samples, np.zeros(3 * RATE)])))
    assert padded.value == pytest.approx(metric.read(heard(samples)).value, abs=0.05)


def test_digital_silence_and_speech_without_a_pause_have_none():
    assert read().reason == "no 50 ms of pause with noise"
    spoken = SPEECH[np.flatnonzero(~PAUSES)[0] :][: RATE // 2]
    assert metric.read(heard(spoken)).value is None


@pytest.mark.parametrize("kind", ["50 Hz", "below 40 Hz", "white"])
@pytest.mark.parametrize("rate", [8_000, 44_100])
def test_other_rates_read_the_same(rate, kind):
    wave, named = KINDS[kind]
    samples = soxr.resample(SPEECH + 0.003 * wave, RATE, rate, quality="VHQ")
    reading = metric.read(heard(samples, rate=rate))
    less = 3.0 if (kind, rate) == ("white", 8_000) else 0.0  # half of its power is above 4 kHz
    assert reading.value == pytest.approx(read(0.003 * wave).value - less, abs=0.4)
    assert reading.note == named


def test_half_a_second_without_speech_has_none():
    assert metric.read(heard(0.01 * noise(RATE // 2, 3))).reason == "no speech found"


@pytest.mark.parametrize(("kind", "named"), [("45 to 58 Hz", RUMBLE), ("white", "")])
def test_in_a_pause_too_short_for_hum_rumble_and_the_rest_are_told(kind, named):
    end = np.flatnonzero(PAUSES & (np.arange(SPEECH.size) > RATE))[0]
    samples = (SPEECH + 0.003 * KINDS[kind][0])[end - RATE : end + 3 * RATE // 20]
    assert metric.read(heard(samples)).note == named
