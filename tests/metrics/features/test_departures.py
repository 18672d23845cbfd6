"""Where a sound differs most: planted in human speech at a known second."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.sounds import RATE, clip, noise
from tts_baseline.core.hearing import Passage, merged
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.counterpart import counterpart
from tts_baseline.metrics.features.departures import departures

START, STOP = int(4.0 * RATE), int(4.4 * RATE)


@pytest.fixture(scope="module")
def golden() -> Sound:
    return Sound(clip()[: 7 * RATE], RATE)


def noisy(samples: np.ndarray) -> np.ndarray:
    samples = samples.copy()
    samples[START:STOP] += 0.02 * noise(STOP - START, seed=1)
    return samples


def only(places: tuple[Passage, ...]) -> Passage:
    (place,) = places
    return place


def test_noise_in_one_place_is_found_there(golden) -> None:
    place = only(departures(Sound(noisy(golden.samples), RATE), golden))
    assert (place.start_s, place.stop_s) == (pytest.approx(4.0, abs=0.04), pytest.approx(4.4, abs=0.04))
    assert (place.heard_start_s, place.heard_stop_s) == (place.start_s, place.stop_s)


def test_of_several_places_the_worst_three_are_told_the_worst_first(golden) -> None:
    samples = golden.samples.copy()
    for start, size in ((1.0, 0.018), (3.0, 0.025), (4.0, 0.030), (5.5, 0.021)):
        stretch = slice(round(start * RATE), round((start + 0.2) * RATE))
        samples[stretch] += size * noise(RATE // 5, seed=1)
    places = departures(Sound(samples, RATE), golden)
    assert [place.start_s for place in places] == [pytest.approx(second, abs=0.04) for second in (4, 3, 5.5)]
    assert [place.stop_s - place.start_s for place in places] == [pytest.approx(0.2, abs=0.06)] * 3


def test_of_a_copy_the_loudest_difference_counts_and_not_the_strangest(golden) -> None:
    """Noise where nothing was is 20 dB softer than noise beside the voice, and far more unlike what was."""
    silent = np.where(np.abs(golden.samples) < 1e-9, 0.002 * noise(golden.samples.size, seed=3), 0.0)
    place = only(departures(Sound(noisy(golden.samples) + silent, RATE), golden))
    assert (place.start_s, place.stop_s) == (pytest.approx(4.0, abs=0.04), pytest.approx(4.4, abs=0.04))


def test_the_place_is_found_in_a_sound_that_is_louder(golden) -> None:
    place = only(departures(Sound(1.5 * noisy(golden.samples), RATE), golden))
    assert (place.start_s, place.stop_s) == (pytest.approx(4.0, abs=0.04), pytest.approx(4.4, abs=0.04))


def test_what_is_everywhere_has_no_place(golden) -> None:
    everywhere = golden.samples + 0.01 * noise(golden.samples.size, seed=2)
    assert departures(Sound(everywhere, RATE), golden) == ()
    assert departures(Sound(2 * golden.samples, RATE), golden) == ()
    assert departures(Sound(golden.samples.copy(), RATE), golden) == ()


def test_what_is_missing_comes_before_what_it_moves(golden) -> None:
    place = departures(Sound(np.delete(golden.samples, slice(START, STOP)), RATE), golden)[0]
    assert (place.start_s, place.stop_s) == (pytest.approx(4.0, abs=0.06), pytest.approx(4.4, abs=0.06))
    assert place.heard_stop_s == pytest.approx(place.heard_start_s, abs=0.03)


def test_the_counterpart_of_a_second_is_where_the_golden_says_it(golden) -> None:
    longer = np.insert(golden.samples, START, np.zeros(RATE // 2))
    place = counterpart(Sound(longer, RATE), golden, 5.0, 5.2)
    assert (place.start_s, place.stop_s) == (pytest.approx(4.5, abs=0.03), pytest.approx(4.7, abs=0.03))
    assert (place.heard_start_s, place.heard_stop_s) == (5.0, 5.2)
    assert counterpart(Sound(longer, RATE), golden, 99.0, 99.0).start_s <= 7.0


def test_places_that_touch_in_both_sounds_are_one() -> None:
    lost, instead = Passage(1.0, 1.3, 1.0, 1.0), Passage(1.3, 1.3, 1.0, 1.3)
    elsewhere = Passage(2.0, 2.1, 2.0, 2.1)
    assert merged([elsewhere, instead, lost]) == [Passage(1.0, 1.3, 1.0, 1.3), elsewhere]
    assert merged([]) == []
