"""Pauses that are lost, added, moved."""

from __future__ import annotations

import numpy as np
import pytest

from tests.metrics.test_words import golden, voiced_places
from tests.support.sounds import RATE, at_snr, heard, noise, speech_mask
from tts_baseline.metrics.golden import pauses, words


def read(samples: np.ndarray, accepted: np.ndarray) -> tuple[float, float]:
    evidence = heard(samples, golden=accepted)
    return pauses.read(evidence).value, words.read(evidence).value


def with_pause(samples: np.ndarray, place: int, length_s: float) -> np.ndarray:
    return np.insert(samples, place, 1e-4 * noise(round(length_s * RATE), 5))


@pytest.mark.parametrize("length_s", [0.15, 0.3, 0.6])
def test_a_pause_that_is_added_or_lost_counts_with_its_length(length_s):
    for place in voiced_places(4, 0.1):
        paused = with_pause(golden(), place + RATE // 20, length_s)
        for samples, accepted in ((paused, golden()), (golden(), paused)):
            pause, speech = read(samples, accepted)
            assert pause == pytest.approx(length_s, abs=0.05)
            assert speech <= 0.05


@pytest.mark.parametrize(("level", "pause_s", "speech_s"), [(2e-3, 0.3, 0.0), (8e-3, 0.0, 0.3)])
def test_noise_that_is_35_db_below_the_loud_frames_is_a_pause(level, pause_s, speech_s):
    """It lies 40 and 28 dB below them, among other pauses that are silent."""
    place = voiced_places(3, 0.1)[1]
    said = read(np.insert(golden(), place, level * noise(3 * RATE // 10, 5)), golden())
    assert said == (pytest.approx(pause_s, abs=0.025), pytest.approx(speech_s, abs=0.025))


def test_a_pause_that_moved_counts_twice():
    first, last = voiced_places(5, 0.1)[1::2]
    pause, _ = read(with_pause(golden(), last, 0.3), with_pause(golden(), first, 0.3))
    assert pause == pytest.approx(0.6, abs=0.1)


def test_silence_at_the_end_counts():
    assert read(np.concatenate([golden(), np.zeros(4800)]), golden()) == (pytest.approx(0.3, abs=0.021), 0.0)


@pytest.mark.parametrize("change", [0.5, 2.0])
def test_a_pause_of_another_length_counts_by_the_difference(change):
    place = voiced_places(3, 0.1)[1]
    pause, _ = read(with_pause(golden(), place, 0.4 * change), with_pause(golden(), place, 0.4))
    assert pause == pytest.approx(0.4 * abs(change - 1), abs=0.05)


def test_speech_that_is_missing_is_no_pause():
    for start in voiced_places(3, 0.15):
        pause, speech = read(np.delete(golden(), slice(start, start + 2400)), golden())
        assert (pause, speech) == (pytest.approx(0.0, abs=0.021), pytest.approx(0.15, abs=0.021))


def test_noise_is_no_change_of_pauses():
    noisy = at_snr(golden(), 20, noise(golden().size, 4), speech_mask(golden()))
    assert read(noisy, golden()) == (0.0, 0.0)


def test_the_place_is_said():
    place = voiced_places(3, 0.1)[1]
    reading = pauses.read(heard(with_pause(golden(), place, 0.3), golden=golden()))
    length, kind, second = reading.note.replace(" s", "").replace(" at", "").split()
    assert (float(length), kind) == (pytest.approx(0.3, abs=0.05), "extra")
    assert float(second) == pytest.approx(place / RATE, abs=0.1)
