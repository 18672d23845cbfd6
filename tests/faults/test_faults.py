"""Each fault does what its strength says, by measures of its own; a harmless change does next to nothing."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.sounds import RATE, clip
from tts_baseline.core.registry import gates
from tts_baseline.core.sounds import Sound
from tts_baseline.faults import hearing
from tts_baseline.faults.catalogue import FAULTS, HARMLESS
from tts_baseline.faults.fault import Fault, Harmless, Original, planted
from tts_baseline.metrics.features.f0 import f0

BY_NAME = {fault.name: fault for fault in FAULTS}
FADE = round(hearing.FADE_S * RATE)


@pytest.fixture(scope="module")
def wave() -> np.ndarray:
    return clip()[2 * RATE : 8 * RATE]


@pytest.fixture(scope="module")
def original(wave: np.ndarray) -> Original:
    return Original(wave, RATE, clip()[8 * RATE :])


def plant(name: str, strength: float, original: Original, seed: int = 1) -> np.ndarray | None:
    return BY_NAME[name].plant(original, strength, np.random.default_rng(seed))


def power(wave: np.ndarray) -> float:
    return float(np.mean(wave**2))


def decibels(ratio: float) -> float:
    return 10 * np.log10(ratio)


def band(wave: np.ndarray, low_hz: float, high_hz: float) -> float:
    hz = np.fft.rfftfreq(wave.size, 1 / RATE)
    return float(np.sum(np.abs(np.fft.rfft(wave))[(hz >= low_hz) & (hz < high_hz)] ** 2))


def tone(hz: float, seconds: float = 2.0) -> np.ndarray:
    """A voice of one pitch: ten harmonics, falling by 6 dB an octave."""
    time = np.arange(round(seconds * RATE)) / RATE
    return 0.2 * np.sum([np.sin(2 * np.pi * hz * n * time) / n for n in range(1, 11)], axis=0)


def pitch_of(wave: np.ndarray) -> float:
    """The frequency of the strongest line, in Hz, by a parabola through three bins."""
    spectrum = np.log(np.abs(np.fft.rfft(wave * np.hanning(wave.size))))
    top = int(spectrum.argmax())
    low, mid, high = spectrum[top - 1 : top + 2]
    return (top + (low - high) / (2 * (low - 2 * mid + high))) * RATE / wave.size


# ---- of the signal


@pytest.mark.parametrize("snr_db", BY_NAME["noise"].strengths)
def test_noise_has_its_ratio_to_the_speech_and_is_white(original: Original, snr_db: float) -> None:
    noise = plant("noise", snr_db, original) - original.wave
    assert decibels(hearing.speech_power(original.wave, RATE) / power(noise)) == pytest.approx(
        snr_db, abs=0.1
    )
    assert band(noise, 0, 4000) == pytest.approx(band(noise, 4000, 8000), rel=0.05)


def test_the_power_of_speech_leaves_pauses_out() -> None:
    half = np.concatenate([tone(150.0), 1e-4 * tone(150.0)])
    assert hearing.speech_power(half, RATE) == pytest.approx(power(tone(150.0)), rel=0.01)


def test_hum_has_its_ratio_and_three_lines(original: Original) -> None:
    hum = plant("hum", 30, original) - original.wave
    assert decibels(hearing.speech_power(original.wave, RATE) / power(hum)) == pytest.approx(30, abs=0.1)
    lines = [band(hum, hz - 5, hz + 5) for hz in (50, 100, 150)]
    assert sum(lines) == pytest.approx(band(hum, 0, 8000), rel=1e-3)
    assert [decibels(line / lines[0]) for line in lines] == pytest.approx([0, -6.02, -12.04], abs=0.2)


@pytest.mark.parametrize("edge_hz", BY_NAME["low-pass"].strengths)
def test_a_low_pass_leaves_what_is_below_and_stops_what_is_above(original: Original, edge_hz: float) -> None:
    passed = plant("low-pass", edge_hz, original)
    below, above = (
        decibels(band(passed, *edges) / band(original.wave, *edges))
        for edges in ((100, edge_hz - 50), (edge_hz + 50, 8000))
    )
    assert below == pytest.approx(0, abs=0.01)
    assert above == pytest.approx(-80, abs=1)


def test_a_low_pass_beyond_the_rate_has_no_place(wave: np.ndarray) -> None:
    assert plant("low-pass", 5000, Original(wave, 8000)) is None


@pytest.mark.parametrize("gain_db", BY_NAME["muffled"].strengths)
def test_what_is_muffled_is_so_much_weaker_above_3_khz(original: Original, gain_db: float) -> None:
    muffled = plant("muffled", gain_db, original)
    change = [decibels(band(muffled, *e) / band(original.wave, *e)) for e in ((100, 2950), (3050, 8000))]
    assert change == pytest.approx([0, gain_db], abs=0.05)


@pytest.mark.parametrize("level", BY_NAME["clipping"].strengths)
def test_what_is_clipped_ends_at_its_share_of_the_peak(original: Original, level: float) -> None:
    clipped, most = plant("clipping", level, original), level * np.abs(original.wave).max()
    inside = np.abs(original.wave) <= most
    assert np.abs(clipped).max() == pytest.approx(most)
    assert np.array_equal(clipped[inside], original.wave[inside])
    assert not inside.all()


def test_clicks_are_five_single_samples_of_their_height(original: Original) -> None:
    difference = plant("clicks", 0.2, original) - original.wave
    assert np.count_nonzero(difference) == 5
    assert np.abs(difference[difference != 0]) == pytest.approx(0.2 * np.abs(original.wave).max())


def test_softer_is_softer(original: Original) -> None:
    assert decibels(power(plant("softer", -4, original)) / power(original.wave)) == pytest.approx(-4)


# ---- of what is said


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("seconds", BY_NAME["dropped word"].strengths)
def test_a_dropped_word_is_speech_and_the_rest_is_untouched(
    original: Original, seconds: float, seed: int
) -> None:
    dropped, wave = plant("dropped word", seconds, original, seed), original.wave
    lost = wave.size - dropped.size
    assert lost == pytest.approx(seconds * RATE, abs=1)
    start = int(np.flatnonzero(dropped != wave[: dropped.size])[0])
    assert np.array_equal(dropped[start + FADE :], wave[start + FADE + lost :])
    assert decibels(power(wave[start : start + lost]) / hearing.speech_power(wave, RATE)) > -20


@pytest.mark.parametrize("seed", range(8))
def test_a_doubled_word_is_there_twice(original: Original, seed: int) -> None:
    doubled, wave = plant("doubled word", 0.3, original, seed), original.wave
    more = doubled.size - wave.size
    assert more == pytest.approx(0.3 * RATE, abs=1)
    stop = int(np.flatnonzero(doubled[: wave.size] != wave)[0])
    again = doubled[stop + FADE : stop + more - FADE]
    assert np.array_equal(again, wave[stop - more + FADE : stop - FADE])
    assert np.array_equal(doubled[stop + more :], wave[stop:])


@pytest.mark.parametrize("seed", range(8))
def test_a_swapped_phone_is_as_long_and_as_loud_as_what_was_there(original: Original, seed: int) -> None:
    swapped, wave = plant("swapped phone", 0.1, original, seed), original.wave
    changed = np.flatnonzero(swapped != wave)
    assert swapped.size == wave.size
    first, last = int(changed[0]), int(changed[-1])
    assert 0.09 * RATE < last - first <= 0.1 * RATE
    there = slice(first, last + 1)
    assert abs(decibels(power(swapped[there]) / power(wave[there]))) < 3
    assert np.corrcoef(swapped[there], wave[there])[0, 1] < 0.9


@pytest.mark.parametrize("seed", range(8))
def test_a_moved_pause_is_elsewhere_and_nothing_is_lost(seed: int) -> None:
    voice, silence = tone(150.0, 1.5), 1e-4 * tone(150.0, 0.4)
    quiet = np.random.default_rng(0).uniform(0.3, 1.0, 300)
    words = np.concatenate([voice, silence, voice]) * np.repeat(quiet, 54400 // 300 + 1)[:54400]
    moved = plant("moved pause", 0.3, Original(words, RATE), seed)
    assert moved.size == words.size
    ((before, until),) = hearing.pauses(words, RATE)
    assert (before, until) == pytest.approx((1.5 * RATE, 1.9 * RATE), abs=0.02 * RATE)
    (start, stop), (left, right) = hearing.pauses(moved, RATE)
    assert stop - start == pytest.approx(0.3 * RATE, abs=0.03 * RATE)
    assert right - left == pytest.approx(0.1 * RATE, abs=0.03 * RATE)
    assert abs(start - before) > 0.3 * RATE


def test_a_sentence_without_a_pause_has_none_to_move() -> None:
    assert plant("moved pause", 0.05, Original(tone(150.0), RATE)) is None


@pytest.mark.parametrize("seconds", BY_NAME["cut end"].strengths)
def test_a_cut_end_leaves_the_beginning_and_at_least_half(original: Original, seconds: float) -> None:
    first, last = hearing.span_of_speech(original.wave, RATE)
    cut = plant("cut end", seconds, original)
    assert np.array_equal(cut, original.wave[: cut.size])
    assert (last - cut.size) / RATE == pytest.approx(min(seconds, (last - first) / RATE / 2), abs=1e-4)


@pytest.mark.parametrize("share", BY_NAME["wrong sentence"].strengths)
def test_a_wrong_sentence_is_the_other_one_from_some_word_on(original: Original, share: float) -> None:
    wrong = plant("wrong sentence", share, original)
    own = original.wave.size - round(share * original.wave.size)
    assert np.array_equal(wrong[:own], original.wave[:own])
    theirs = original.other[original.other.size - round(share * original.other.size) :]
    assert np.corrcoef(wrong[own:], theirs)[0, 1] == pytest.approx(1)
    if share == 1:
        assert hearing.speech_power(wrong, RATE) == pytest.approx(hearing.speech_power(original.wave, RATE))


def test_without_another_sentence_none_is_wrong(wave: np.ndarray) -> None:
    assert plant("wrong sentence", 1.0, Original(wave, RATE)) is None


# ---- of melody and pace


@pytest.mark.parametrize("semitones", BY_NAME["pitch"].strengths)
def test_a_voice_is_so_many_semitones_higher_and_as_long(semitones: float) -> None:
    higher = plant("pitch", semitones, Original(tone(150.0), RATE))
    assert 12 * np.log2(pitch_of(higher) / 150) == pytest.approx(semitones, abs=0.05)
    assert higher.size == pytest.approx(tone(150.0).size, abs=2)


def test_speech_is_two_semitones_higher(original: Original) -> None:
    before, after = (f0(Sound(wave, RATE)).hz for wave in (original.wave, plant("pitch", 2, original)))
    moved = 12 * np.log2(after[: before.size] / before[: after.size])
    assert np.isfinite(moved).sum() > 200
    assert np.nanmedian(moved) == pytest.approx(2, abs=0.15)


@pytest.mark.parametrize("share", BY_NAME["tempo"].strengths)
def test_a_tempo_keeps_the_pitch(share: float) -> None:
    slower = plant("tempo", share, Original(tone(150.0), RATE))
    assert slower.size == round(tone(150.0).size * (1 + share))
    assert pitch_of(slower) == pytest.approx(150, abs=0.5)


def glide(semitones: float) -> np.ndarray:
    """A voice of 150 Hz for 1.5 s that moves by so many semitones in the last half second."""
    bend = np.clip((np.arange(2 * RATE) / RATE - 1.5) / 0.5, 0, 1)
    phase = 2 * np.pi * np.cumsum(150 * 2 ** (semitones * bend / 12)) / RATE
    return 0.2 * np.sum([np.sin(n * phase) / n for n in range(1, 11)], axis=0)


@pytest.mark.parametrize(("movement", "ending"), [(4.5, 0.0), (-3.0, 1.5)])
def test_the_end_is_bent_against_its_movement(movement: float, ending: float) -> None:
    """A rise of 4.5 semitones becomes flat; a fall of 3 rises by 1.5."""
    bent = plant("flat question", 4.5, Original(glide(movement), RATE))
    assert bent.size == 2 * RATE
    assert pitch_of(bent[:RATE]) == pytest.approx(150, abs=0.5)
    last = pitch_of(bent[-round(0.06 * RATE) :])  # 30 ms before the end: 94 % of the way
    assert 12 * np.log2(last / 150) == pytest.approx(0.94 * ending, abs=0.6)


# ---- of all


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_the_same_each_time_within_full_scale_and_never_in_place(
    fault: Fault, original: Original
) -> None:
    before = original.wave.copy()
    assert len(fault.strengths) == 5
    for strength in fault.strengths:
        first, again = (planted(fault, strength, original, "case") for _ in range(2))
        assert first is None or (np.array_equal(first, again) and np.abs(first).max() <= 1)
    assert planted(fault, fault.middle, original, "case") is not None
    assert np.array_equal(original.wave, before)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_named_by_gates_that_there_are(fault: Fault) -> None:
    assert fault.gates
    assert fault.gates <= gates().keys()


def test_only_what_is_above_full_scale_is_scaled_down(original: Original) -> None:
    loud = Original(original.wave / np.abs(original.wave).max(), RATE)
    softer, noisy = (
        planted(BY_NAME[name], BY_NAME[name].strengths[-1], loud, "case") for name in ("softer", "noise")
    )
    assert decibels(power(softer) / power(loud.wave)) == pytest.approx(-12)
    assert np.abs(noisy).max() == 1


def test_names_are_given_once() -> None:
    names = [change.name for change in (*FAULTS, *HARMLESS)]
    assert len(set(names)) == len(names)


def test_what_rounds_to_nothing_is_no_change(original: Original) -> None:
    nothing = Harmless(name="nothing", strength=1.0, plant=lambda original, *_: original.wave + 2.0**-18)
    assert planted(nothing, 1.0, original, "case") is None


@pytest.mark.parametrize(
    "name", ["16 bits with dither", "resampled by 1.5 and back", "resampled by 1.378 and back"]
)
def test_a_harmless_change_is_far_below_the_speech(original: Original, name: str) -> None:
    """Up to 7 kHz, because a resampler of good quality lets no more of 8 kHz pass."""
    change = next(change for change in HARMLESS if change.name == name)
    inner = slice(RATE // 10, -RATE // 10)  # a recording that begins in the middle of a word rings
    changed = planted(change, change.strength, original, "case")
    error = band((changed - original.wave)[inner], 0, 7000) / band(original.wave[inner], 0, 7000)
    assert decibels(error) < -60
