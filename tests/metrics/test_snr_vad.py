"""Known answers for the signal-to-noise ratio: speech with noise whose level is set exactly.

True SNR: 10·log10(mean power of the clip where it speaks / power of the added noise).
"""

from __future__ import annotations

import numpy as np
import pytest
import soxr

from tests.support.sounds import RATE, at_snr, clip, heard, noise, spans, speech_mask
from tts_baseline.core.records import Reading, Request
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features import room_tone
from tts_baseline.metrics.features.voice_activity import speech_probability
from tts_baseline.metrics.signal import snr_vad
from tts_baseline.pipelines import espeak


def snr(samples: np.ndarray, rate: int = RATE) -> float:
    reading = snr_vad.read(heard(samples, rate=rate))
    assert reading.reason is None
    return reading.value


def noisy(snr_db: float, seed: int = 0, colour: str = "white") -> np.ndarray:
    speech = clip()
    return at_snr(speech, snr_db, noise(speech.size, seed, colour), speech_mask(speech))


def beginning(snr_db: float) -> np.ndarray:
    """The first phrase with its pauses, for what needs no exact level."""
    return noisy(snr_db)[: 7 * RATE // 2]


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("snr_db", [0, 5, 10, 20, 30, 40, 50])
def test_white_noise_is_read_within_0_3_db(snr_db, seed):
    assert snr(noisy(snr_db, seed)) == pytest.approx(snr_db, abs=0.3)


@pytest.mark.parametrize("snr_db", [10, 20])
def test_noise_in_short_gaps_leaves_the_speech_as_strong(snr_db):
    """espeak-ng is silent for 0.3 s between phrases; in noise the detector calls some of that speech."""
    text = (
        "Buenos días. ¿Cómo está usted hoy? La reunión empieza a las nueve en punto. "
        "El tren sale de la estación del norte, y llega por la tarde."
    )
    spoken = espeak.create(voice="es", pitch=80).synthesize(Request(text=text))
    half = np.zeros(spoken.sample_rate // 2)
    speech = np.concatenate([half, spoken.samples, half])
    likely = speech_probability(Sound(speech, spoken.sample_rate))
    power = np.sum(likely * speech**2) / likely.sum()
    hiss = noise(speech.size, 0)
    hiss *= np.sqrt(power / 10 ** (snr_db / 10) / np.mean(hiss[: half.size] ** 2))
    noisy = speech + hiss
    assert snr(noisy / np.abs(noisy).max(), spoken.sample_rate) == pytest.approx(snr_db, abs=0.3)


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("snr_db", [10, 30])
def test_pink_noise_is_read_within_1_db_of_what_fell_into_the_pauses(snr_db, seed):
    """Pink noise drifts: its power in 3 s of pauses is a draw, which is computed here."""
    samples = noisy(snr_db, seed, "pink")
    speech = speech_mask(clip())
    truth = 10 * np.log10(np.mean(clip()[speech] ** 2) / np.var(samples[~speech]))
    assert snr(samples) == pytest.approx(truth, abs=1.0)


@pytest.mark.parametrize("rate", [22_050, 24_000, 48_000])
def test_other_sample_rates_read_the_same(rate):
    speech = soxr.resample(clip(), RATE, rate, quality="VHQ")
    mask = np.zeros(speech.size, dtype=bool)
    for start, stop in spans(speech_mask(clip())):
        mask[start * rate // RATE : stop * rate // RATE] = True
    samples = at_snr(speech, 30, noise(speech.size, 0), mask)
    assert snr(samples, rate) == pytest.approx(30, abs=0.3)


@pytest.mark.parametrize("gain", [1e-4, 0.3, -1.0])
def test_level_and_polarity_do_not_matter(gain):
    assert snr(gain * beginning(25)) == pytest.approx(snr(beginning(25)), abs=1e-6)


def test_a_constant_offset_is_not_noise():
    assert snr(beginning(40) + 0.03) == pytest.approx(snr(beginning(40)), abs=0.1)


def test_digitally_silent_pauses_read_the_ceiling():
    assert snr(clip()) == 100.0


@pytest.mark.parametrize("snr_db", [20, 30, 40])
@pytest.mark.parametrize("silence_s", [0.25, 0.5, 1.5])
def test_digital_silence_added_or_taken_off_changes_nothing(snr_db, silence_s):
    samples, zeros = noisy(snr_db), np.zeros(round(silence_s * RATE))
    assert snr(np.concatenate([samples, zeros])) == pytest.approx(snr(samples), abs=0.05)
    assert snr(np.concatenate([samples, zeros + 0.01])) == pytest.approx(snr(samples), abs=0.05)


def test_where_digital_silence_lies_at_the_ends_changes_nothing_at_all():
    samples = noisy(30, colour="pink")[RATE // 4 : 4 * RATE]
    padded = np.concatenate([np.zeros(777), samples, np.zeros(RATE + 5)])
    assert snr(padded) == pytest.approx(snr(samples), abs=1e-9)


def test_noise_is_found_beside_digital_silence():
    quiet, loud = (np.concatenate([noisy(db), np.zeros(3 * RATE // 2)]) for db in (30.0, 28.5))
    assert snr(quiet) - snr(loud) == pytest.approx(1.5, abs=0.3)


def test_40_ms_of_noise_beside_digital_silence_are_the_end_of_speech():
    """Which the detector missed; 80 ms are noise."""
    samples = clip()[: 7 * RATE // 2]
    silent = np.abs(samples) < 1e-9
    start, _ = max(spans(silent), key=lambda span: span[1] - span[0])
    for length_s in (0.0, 0.04, 0.08):
        noisy_there = samples.copy()
        middle = start + RATE // 5
        noisy_there[middle : middle + round(length_s * RATE)] += 1e-3 * noise(round(length_s * RATE), 1)
        assert (snr(noisy_there) < 60) == (length_s == 0.08)


def test_the_gate_caps_below_the_ceiling():
    assert snr_vad.SPEC.cap == 60.0
    assert snr(clip()) > snr_vad.SPEC.cap


def test_quiet_ends_of_speech_do_not_count_as_noise():
    """A tail of 150 ms, 30 dB below the speech, follows every phrase; the noise lies 50 dB below it."""
    samples = noisy(50)
    speech = speech_mask(clip())
    level = np.sqrt(np.mean(clip()[speech] ** 2) / 10 ** (30 / 10))
    tail = level * noise(round(0.15 * RATE), 9)
    for _, stop in spans(speech):
        samples[stop : stop + tail.size] += tail
    assert snr(samples) == pytest.approx(50, abs=0.5)


def test_time_may_run_backwards():
    samples = beginning(20)[: 3 * RATE // 512 * 512]
    assert snr(samples[::-1]) == pytest.approx(snr(samples), abs=1e-4)


def test_noise_in_the_middle_of_a_pause_counts():
    """50 ms of a click 20 dB below the speech, in one pause, is averaged over all pauses."""
    samples = noisy(50)
    speech = speech_mask(clip())
    start, stop = max(spans(~speech), key=lambda span: span[1] - span[0])
    click = slice((start + stop) // 2, (start + stop) // 2 + round(0.05 * RATE))
    power = np.mean(clip()[speech] ** 2)
    samples[click] += np.sqrt(power / 10 ** (20 / 10)) * noise(round(0.05 * RATE), 9)
    pauses = np.sum(~speech) - 10 * 0.05 * RATE  # less the guards at both ends of five phrases
    truth = 10 * np.log10(power / (power / 1e5 + power / 1e2 * 0.05 * RATE / pauses))
    assert truth < 40
    assert snr(samples) == pytest.approx(truth, abs=0.5)


def test_speech_without_a_pause_has_no_value():
    start, stop = spans(speech_mask(clip()))[0]
    middle = noisy(30)[start + RATE // 4 : stop - RATE // 4]
    reading = snr_vad.read(heard(middle))
    assert (reading.value, reading.reason) == (None, "no 50 ms of pause")


def with_pause(pause_s: float, seed: int = 0) -> Reading:
    """A phrase that has a pause at its end."""
    start, stop = spans(speech_mask(clip()))[0]
    return snr_vad.read(heard(noisy(30, seed)[start + RATE // 4 : stop + round(pause_s * RATE)]))


def test_50_ms_of_pause_are_needed_beyond_the_guard():
    assert with_pause(0.08).reason == "no 50 ms of pause"
    assert with_pause(0.13).reason is None


def test_the_less_pause_there_is_the_less_is_certain():
    """5 ms of pause more or less change little, and the error says how much may be chance."""
    errors = [with_pause(pause_s).error for pause_s in (0.13, 0.2, 0.4)]
    assert errors == sorted(errors, reverse=True)
    assert 0.1 < errors[0] < 1.0
    assert errors[-1] < 0.2
    for shorter, longer in ((0.120, 0.125), (0.150, 0.155)):
        pair = [with_pause(pause_s) for pause_s in (shorter, longer)]
        assert abs(pair[0].value - pair[1].value) < 1.96 * pair[0].error


def test_the_error_is_that_of_the_mean_of_six_blocks():
    """Student's t for 5 degrees of freedom is 2.5706 at 97.5 %, where the normal law has 1.9600."""
    power = np.repeat([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], RATE // 10)
    relative = np.std([1, 2, 3, 4, 5, 6], ddof=1) / 3.5 / np.sqrt(6)
    expected = 10 / np.log(10) * relative * 2.5706 / 1.9600
    assert snr_vad._error(power, RATE) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("count", [480, 1600, 8000])
@pytest.mark.parametrize(("colour", "least"), [("white", 0.9), ("pink", 0.75)])
def test_the_interval_holds_the_level_of_the_noise(count, colour, least):
    """Of 200 stretches of noise, 95 % of the intervals should hold what such stretches have in the mean."""
    whole = noise(16 * RATE, 5, colour)
    drawn = [whole[start : start + count] for start in range(0, 16 * RATE, 16 * RATE // 200)]
    power = [(piece - piece.mean()) ** 2 for piece in drawn if piece.size == count]
    truth = 10 * np.log10(np.mean([p.mean() for p in power]))
    inside = [abs(10 * np.log10(p.mean()) - truth) <= 1.96 * snr_vad._error(p, RATE) for p in power]
    assert np.mean(inside) >= least


@pytest.mark.parametrize(
    ("loud_ms", "kept_ms"),
    [
        ((0, 0), (0, 500)),
        ((0, 40), (40, 500)),  # the end of speech before it
        ((0, 150), (100, 500)),  # 100 ms at most: longer is noise
        ((460, 500), (0, 460)),  # the start of speech after it
        ((200, 240), (0, 500)),  # in the middle it is noise
    ],
)
def test_leakage_is_taken_off_the_edges_of_a_pause(loud_ms, kept_ms):
    assert kept_of_pause(loud_ms, power=2.1, start=RATE // 4) == [kept_ms]
    assert kept_of_pause(loud_ms, power=1.9, start=RATE // 4) == [(0, 500)]


@pytest.mark.parametrize(("start", "loud_ms"), [(0, (0, 40)), (RATE // 2, (460, 500))])
def test_nothing_leaks_in_at_the_ends_of_the_clip(start, loud_ms):
    assert kept_of_pause(loud_ms, power=4, start=start) == [(0, 500)]


def kept_of_pause(loud_ms: tuple[int, int], power: float, start: int) -> list[tuple[int, int]]:
    """What counts, in ms, of a pause of 500 ms in a clip of 1 s with an offset and one loud part."""
    samples = np.tile([0.01, -0.01], RATE // 2)
    first, last = (start + ms * RATE // 1000 for ms in loud_ms)
    samples[first:last] *= np.sqrt(power)
    pauses = np.zeros(RATE, dtype=bool)
    pauses[start : start + RATE // 2] = True
    kept = spans(room_tone._without_leakage(Sound(samples + 0.5, RATE), pauses))
    return [((a - start) * 1000 // RATE, (b - start) * 1000 // RATE) for a, b in kept]


def test_what_is_left_of_a_pause_counts_from_50_ms():
    pauses = np.zeros(RATE, dtype=bool)
    pauses[1_000 : 1_000 + 790] = True
    pauses[8_000 : 8_000 + 810] = True
    kept = room_tone._without_leakage(Sound(np.ones(RATE), RATE), pauses)
    assert spans(kept) == [(8_000, 8_810)]


def test_noise_without_speech_has_no_value():
    reading = snr_vad.read(heard(0.1 * noise(3 * RATE, 0)))
    assert (reading.value, reading.reason) == (None, "no speech found")


@pytest.mark.parametrize("size", [1, 100, 511, 513, 4_000])
def test_audio_too_short_to_judge_has_no_value(size):
    reading = snr_vad.read(heard(0.1 * noise(size, 0)))
    assert reading.value is None
    assert reading.reason


def test_pauses_louder_than_the_speech_have_no_value():
    """The hum is too low for the detector, so the pauses stay pauses."""
    speech = clip()
    hum = np.sin(2 * np.pi * 20 * np.arange(speech.size) / RATE)
    reading = snr_vad.read(heard(speech + np.where(speech_mask(speech), 0.0, hum)))
    assert (reading.value, reading.reason) == (None, "the pauses are as loud as the speech")
