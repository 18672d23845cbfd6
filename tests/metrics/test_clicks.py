"""Clicks of a known place and height, and what is no click."""

from __future__ import annotations

import numpy as np
import pytest

from tests.metrics.test_words import HARMLESS
from tests.support.sounds import RATE, clip, heard
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.impulses import impulses
from tts_baseline.metrics.golden import clicks

PLACES_S = (0.9, 1.7, 2.4, 3.3)


def golden() -> np.ndarray:
    """Four seconds of the clip, which begin and end softly: an edge is a click."""
    samples, fade = clip()[2 * RATE : 6 * RATE], np.hanning(RATE // 10)
    samples[: fade.size // 2] *= fade[: fade.size // 2]
    samples[-fade.size // 2 :] *= fade[-fade.size // 2 :]
    return samples


def clicked(height: float, places_s: tuple[float, ...] = PLACES_S) -> np.ndarray:
    samples = golden()
    for place in places_s:
        samples[round(place * RATE)] += height * np.abs(samples).max()
    return samples


def read(samples: np.ndarray, accepted: np.ndarray) -> float:
    return clicks.read(heard(samples, golden=accepted)).value


def test_an_impulse_is_the_fourth_difference_about_its_surroundings():
    """In noise of one size the fourth difference of a single sample is 6 times its height."""
    samples = np.where(np.arange(RATE) % 2, 0.01, -0.01)  # each fourth difference is 16 * 0.01
    samples[8_000] += 1.0
    standing = impulses(Sound(samples, RATE))
    assert standing.argmax() == 8_000 - 2
    assert standing.max() == pytest.approx((6 * 1.0 - 0.16) / (0.16 + 1e-4 * np.abs(samples).max()), rel=1e-6)
    assert np.median(standing) == pytest.approx(0.16 / (0.16 + 1e-4 * np.abs(samples).max()), rel=1e-6)


def test_the_surroundings_are_10_ms_on_both_sides():
    """Of these 20 ms, the 6 about the sample are ten times as loud, which their median does not see."""
    samples = np.where(np.arange(RATE) % 2, 0.01, -0.01)
    samples[8_000 - 48 : 8_000 + 48] *= 10
    samples[8_000] += 1.0
    assert impulses(Sound(samples, RATE)).max() == pytest.approx(6.0 / 0.16, rel=0.3)


@pytest.mark.parametrize(("height", "found"), [(0.3, 4), (-0.3, 4), (1.0, 4)])
def test_each_click_counts(height, found):
    assert read(clicked(height), golden()) == found


def test_its_second_is_said():
    note = clicks.read(heard(clicked(0.5, (1.7,)), golden=golden())).note
    assert note.startswith("at ")
    assert float(note.removeprefix("at ").removesuffix(" s")) == pytest.approx(1.7, abs=0.01)


def test_clicks_that_the_golden_has_are_none():
    assert read(clicked(0.5), clicked(0.5)) == 0.0
    assert read(0.9 * clicked(0.5), clicked(0.5)) == 0.0
    assert read(golden(), clicked(0.5)) == 0.0


@pytest.mark.parametrize(("apart_s", "found"), [(0.01, 0), (0.05, 1)])
def test_a_click_of_the_golden_excuses_those_within_15_ms(apart_s, found):
    assert read(clicked(0.5, (1.7 + apart_s,)), clicked(0.5, (1.7,))) == found


def test_it_is_heard_where_the_sample_is():
    samples = golden()
    samples[round(1.7 * RATE)] += 0.5 * np.abs(samples).max()
    (place,) = clicks.places(Sound(samples, RATE), Sound(golden(), RATE))
    assert place.heard_start_s == pytest.approx(1.7, abs=1.5 / RATE)


@pytest.mark.parametrize(
    ("stretches_ms", "places"),
    [
        ([(100, 101)], 1),
        ([(100, 103)], 0),  # another sound
        ([(100, 100.2), (100.9, 101)], 1),
        ([(100, 100.2), (103, 103.2)], 2),
    ],
)
def test_what_stands_out_for_a_millisecond_is_one_click_and_for_longer_none(stretches_ms, places):
    standing = np.ones(RATE)
    for start, stop in stretches_ms:
        standing[round(start * RATE / 1000) : round(stop * RATE / 1000)] = 30.0
    assert len(clicks._places(standing, RATE)) == places


@pytest.mark.parametrize(("height", "places"), [(24.0, 0), (26.0, 1)])
def test_a_place_stands_out_by_25(height, places):
    standing = np.ones(RATE)
    standing[8_000] = height
    assert len(clicks._places(standing, RATE)) == places


def test_a_torn_seam_counts():
    samples = golden()
    loud = int(np.abs(samples[2 * RATE : 3 * RATE]).argmax()) + 2 * RATE
    samples[loud:] *= -1
    assert read(samples, golden()) == 1.0


def test_an_end_among_zeros_is_no_click_and_a_click_before_it_is():
    """As a stretch leaves it: a recording that ends in its room tone, and some zeros."""
    ended = golden()[: 3 * RATE] + 0.003
    assert read(np.concatenate([ended, np.zeros(RATE // 200)]), ended) == 0.0
    ended[-RATE // 50] += 0.5
    assert read(np.concatenate([ended, np.zeros(RATE // 200)]), golden()[: 3 * RATE] + 0.003) == 1.0


@pytest.mark.parametrize("change", HARMLESS)
def test_what_is_no_click_counts_for_nothing(change):
    assert read(HARMLESS[change](golden()), golden()) == 0.0
