"""Tempo about the golden: recorded speech that takes longer by a known share, and what is no tempo."""

from __future__ import annotations

import functools

import numpy as np
import pytest

from tests.metrics.test_words import HARMLESS, golden
from tests.support.sounds import RATE, at_snr, heard, noise, speech_mask
from tts_baseline.core.records import Reading
from tts_baseline.metrics.edits import Edit
from tts_baseline.metrics.golden import tempo
from tts_baseline.pipelines.f5_spanish.post.stretch import stretch

LIMIT = 0.025


def read(samples: np.ndarray, accepted: np.ndarray | None = None) -> Reading:
    return tempo.read(heard(samples, golden=golden() if accepted is None else accepted))


@functools.cache
def slower(times: float) -> np.ndarray:
    return stretch(golden().astype(np.float32), RATE, times).astype(np.float64)


@pytest.mark.parametrize("times", [0.85, 0.95, 0.98, 1.01, 1.05, 1.15])
def test_another_tempo_reads_how_many_times_as_long_it_takes(times):
    assert read(slower(times)).value == pytest.approx(times, abs=0.007)


def test_frames_that_are_matched_one_to_one_but_for_each_tenth():
    """Ten frames are said in eleven: of spans of a second, all begin or end within one frame of that."""
    edits = []
    for run in range(40):
        start, now = 10 * run, 11 * run
        edits += [
            Edit("match", start, start + 10, now, now + 10),
            Edit("extra", start + 10, start + 10, now + 10, now + 11),
        ]
    lengths = tempo._lengths(edits)
    assert lengths.size == 300
    assert np.median(lengths) == pytest.approx(1.1, abs=1e-9)
    assert np.abs(lengths - 1.1).max() <= 0.01


def test_the_note_says_which_way():
    for times, way in ((1.05, "slower"), (0.95, "faster")):
        reading = read(slower(times))
        assert reading.note == f"{abs(reading.value - 1):.1%} {way}"
    assert read(0.9 * golden()).note == ""


def half_a_second_more(samples: np.ndarray, start: int) -> np.ndarray:
    return np.insert(samples, start, samples[start : start + RATE // 2])


NO_TEMPO = HARMLESS | {
    "a pause that is longer": lambda x: np.insert(x, np.abs(x).argmin(), np.zeros(RATE // 3)),
    "words that are missing": lambda x: np.delete(x, slice(2 * RATE, 2 * RATE + RATE // 3)),
    "words that are said twice": lambda x: half_a_second_more(x, 2 * RATE),
    "an end that is missing": lambda x: x[: -RATE // 2],
    "an end that is silent": lambda x: np.concatenate([x, np.zeros(RATE // 3)]),
    "noise at 10 dB": lambda x: at_snr(x, 10, noise(x.size, 2), speech_mask(x)) / 4,
}
del NO_TEMPO["5 % slower and lower"]


@pytest.mark.parametrize("change", NO_TEMPO)
def test_what_is_no_tempo_is_far_within_the_limit(change):
    assert read(NO_TEMPO[change](golden())).value == pytest.approx(1.0, abs=LIMIT / 4)


@pytest.mark.parametrize("seconds", [0.2, 0.4])
def test_too_little_in_common_has_no_value(seconds):
    reading = read(golden()[: round(seconds * RATE)])
    assert reading.value is None
    assert reading.reason == "less than 0.5 s in common with the golden without a gap"
