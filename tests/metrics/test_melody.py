"""Pitch, range and final contour about the golden: recorded speech that is higher by a known amount."""

from __future__ import annotations

import functools
from types import ModuleType

import numpy as np
import pytest
import soxr

from tests.metrics.test_words import HARMLESS
from tests.support.sounds import RATE, at_snr, clip, heard, noise, speech_mask
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features import melody as melody_feature
from tts_baseline.metrics.features.f0 import f0 as f0_feature
from tts_baseline.metrics.golden import contour, f0, f0_range
from tts_baseline.pipelines.f5_spanish.post.stretch import stretch

LIMITS = {f0: 1.0, f0_range: 1.5, contour: 2.0}


def golden() -> np.ndarray:
    """The first prompt of the clip."""
    return clip()[RATE // 4 : 3 * RATE]


def read(metric: ModuleType, samples: np.ndarray, accepted: np.ndarray | None = None) -> float:
    reading = metric.read(heard(samples, golden=golden() if accepted is None else accepted))
    assert reading.reason is None
    return reading.value


@functools.cache
def higher(semitones: float) -> np.ndarray:
    """The golden at another pitch and of the same length."""
    factor = 2 ** (semitones / 12)
    longer = stretch(golden().astype(np.float32), RATE, factor).astype(np.float64)
    return soxr.resample(longer, RATE * factor, RATE, quality="HQ")


def gliding(samples: np.ndarray, semitones: np.ndarray) -> np.ndarray:
    """`samples` played faster, at each sample, by as much as makes it higher by so many semitones."""
    lengths = 2 ** (-semitones / 12)
    ends = np.cumsum(lengths)
    return np.interp(np.arange(int(ends[-1])), ends, samples)


def final(semitones: float, seconds: float = 0.4) -> np.ndarray:
    """The golden, whose last 0.4 s of speech end so many semitones higher."""
    spoken = np.flatnonzero(np.abs(golden()) > 0.02 * np.abs(golden()).max())[-1]
    along = np.arange(golden().size) - (spoken - seconds * RATE)
    return gliding(golden(), semitones * np.clip(along / (seconds * RATE), 0, 1))


def buzz(hz: np.ndarray, vowel_hz: np.ndarray | float = 700.0) -> np.ndarray:
    """Syllables of a voice whose pitch is known, of a vowel whose formant is."""
    phase = 2 * np.pi * np.cumsum(hz) / RATE
    time = np.arange(hz.size) / RATE
    voice = sum(
        np.sin(n * phase) * np.exp(-(((n * hz - vowel_hz - 300 * np.sin(5 * time)) / 500) ** 2))
        for n in range(1, 20)
    )
    return 0.1 * voice * (0.2 + np.sin(np.pi * time / 0.3) ** 2)


@pytest.mark.parametrize("semitones", [-4.0, -1.0, 0.5, 2.0, 5.0])
def test_another_pitch_reads_its_semitones_and_changes_nothing_else(semitones):
    assert read(f0, higher(semitones)) == pytest.approx(semitones, abs=0.05)
    assert abs(read(f0_range, higher(semitones))) < 1.0
    assert abs(read(contour, higher(semitones))) < 1.5


def test_a_voice_of_known_pitch_reads_it_to_a_cent():
    hz = 150 * 2 ** (np.sin(np.arange(2 * RATE) / RATE * 3) / 6)
    assert read(f0, buzz(hz * 2 ** (1.2 / 12)), buzz(hz)) == pytest.approx(1.2, abs=0.01)


@pytest.mark.parametrize("share", [0.5, 1.5])
def test_a_range_reads_its_change(share):
    """Of a sine of 4 semitones, 10 and 90 per cent lie at 0.951 of its size on both sides."""
    moves = 4 * np.sin(2 * np.pi * np.arange(3 * RATE) / RATE)
    change = read(f0_range, buzz(150 * 2 ** (share * moves / 12)), buzz(150 * 2 ** (moves / 12)))
    assert change == pytest.approx((share - 1) * 2 * 0.951 * 4, rel=0.012)


@pytest.mark.parametrize("semitones", [-6.0, -3.0, 3.0, 6.0])
def test_another_final_contour_is_beyond_its_limit_and_alone(semitones):
    """The last 0.1 s of voice, of a movement that takes 0.4 s and ends after it."""
    change = read(contour, final(semitones))
    assert 0.65 * abs(semitones) < change * np.sign(semitones) < abs(semitones)
    assert abs(read(f0, final(semitones))) < 0.5


def test_a_movement_reads_how_far_it_is_in_the_middle_of_the_last_tenth():
    """Of 2 s the last 20 ms have no pitch: the middle is at 1.93 s."""
    rise = np.clip((np.arange(2 * RATE) / RATE - 1.5) / 0.5, 0, 1)
    change = read(contour, buzz(150 * 2 ** (6 * rise / 12)), buzz(np.full(2 * RATE, 150.0)))
    assert change == pytest.approx(6 * 0.43 / 0.5, abs=0.15)


@pytest.mark.parametrize("semitones", [0.0, 3.0, 6.0])
def test_an_end_that_is_another_vowel_reads_how_much_higher_it_is(semitones):
    """What is said there is not what the golden says, and the last that both say is far before it."""
    is_end = np.arange(2 * RATE) > 1.5 * RATE
    accepted = buzz(np.full(2 * RATE, 150.0))
    samples = buzz(150 * 2 ** (semitones * is_end / 12), np.where(is_end, 2_000.0, 700.0))
    assert read(contour, samples, accepted) == pytest.approx(semitones, abs=0.01)


def test_an_end_that_is_missing_or_more_than_it_was_reads_none():
    cut, more = golden()[: round(2.2 * RATE)], np.concatenate([golden(), golden()[RATE:]])
    assert abs(read(contour, cut)) < 0.1
    assert abs(read(contour, more)) < 0.1


def test_the_notes_say_what_was_and_what_is():
    reading = f0.read(heard(buzz(np.full(RATE, 180.0)), golden=buzz(np.full(RATE, 150.0))))
    assert reading.note == "150 -> 180 Hz"
    later = np.concatenate([1e-4 * noise(RATE // 2, 1), final(6.0)])  # the second is that of the golden
    for samples in (final(6.0), later):
        change, _, _, begins, *_ = contour.read(heard(samples, golden=golden())).note.split()
        assert float(change) == pytest.approx(read(contour, samples), abs=0.05)
        assert 2.3 < float(begins) < 2.7


@pytest.mark.parametrize("change", [*HARMLESS, "0.1 dB louder", "noise at 10 dB", "5 % slower"])
@pytest.mark.parametrize("metric", LIMITS, ids=lambda metric: metric.SPEC.name)
def test_the_same_melody_is_far_within_the_limit(metric, change):
    changes = HARMLESS | {
        "0.1 dB louder": lambda x: 1.0116 * x,
        "noise at 10 dB": lambda x: at_snr(x, 10, noise(x.size, 2), speech_mask(x)) / 4,
        "5 % slower": lambda x: stretch(x.astype(np.float32), RATE, 1.05).astype(np.float64),
    }
    slower = 12 * np.log2(21 / 20) if (metric, change) == (f0, "5 % slower and lower") else 0.0
    assert abs(read(metric, changes[change](golden())) + slower) < LIMITS[metric] / 2


@pytest.mark.parametrize("metric", LIMITS, ids=lambda metric: metric.SPEC.name)
def test_the_golden_itself_reads_zero_and_a_whisper_nothing(metric):
    assert read(metric, golden()) == 0.0
    reading = metric.read(heard(noise(2 * RATE, 0) / 8, golden=golden()))
    assert reading.value is None
    assert "s of voice in common with the golden" in reading.reason


@pytest.mark.parametrize(("voiced_s", "f0_reads", "contour_reads"), [(0.18, True, False), (0.32, True, True)])
def test_a_pitch_needs_a_tenth_of_a_second_of_voice_and_its_end_two(voiced_s, f0_reads, contour_reads):
    """Some 30 ms at each end of a voice have no pitch."""
    spoken = np.arange(2 * RATE) < voiced_s * RATE
    samples = np.where(spoken, buzz(np.full(2 * RATE, 150.0)), 1e-4 * noise(2 * RATE, 1))
    evidence = heard(samples / 2, golden=samples)
    assert (f0.read(evidence).value is not None) is f0_reads
    assert (contour.read(evidence).value is not None) is contour_reads


@pytest.mark.parametrize("wrong_st", [-12.0, 12.4])
def test_a_tracker_that_is_an_octave_wrong_in_places_changes_nothing(monkeypatch, wrong_st):
    """At the end, and one time in seven."""
    steady = f0_feature(Sound(buzz(np.full(2 * RATE, 150.0)), RATE))
    wrong = np.copy(steady.hz)
    wrong[-30:] *= 2 ** (wrong_st / 12)
    tracks = iter((steady._replace(hz=wrong), steady))
    monkeypatch.setattr(melody_feature, "f0", lambda _: next(tracks))
    samples = buzz(np.full(2 * RATE, 150.0))
    shared = melody_feature.melody(Sound(samples / 2, RATE), Sound(samples, RATE))
    assert shared.heard.size == np.isfinite(steady.hz[:-30]).sum()
    assert np.abs(shared.heard - shared.golden).max() == 0.0
