"""Lost, doubled and changed words: known places and lengths, and what must not matter."""

from __future__ import annotations

import numpy as np
import pytest
import soxr

from tests.support.sounds import RATE, at_snr, clip, heard, noise, speech_mask
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.cepstrum import cepstrum
from tts_baseline.metrics.golden import words

STEP = RATE // 100


def golden() -> np.ndarray:
    """Four seconds of the clip."""
    return clip()[2 * RATE : 6 * RATE]


def voiced_places(count: int, clear_s: float) -> list[int]:
    """Samples, at multiples of 10 ms, at which the clip speaks without a pause for `clear_s`."""
    loud = cepstrum(Sound(golden(), RATE)).level_db > -20
    needed = round(clear_s * 100)
    places = [frame for frame in range(len(loud) - needed) if loud[frame : frame + needed].all()]
    return [places[i] * STEP for i in np.linspace(0, len(places) - 1, count).astype(int)]


def read(samples: np.ndarray, **rates: int) -> float:
    reading = words.read(heard(samples, golden=golden(), **rates))
    assert reading.reason is None
    return reading.value


@pytest.mark.parametrize("length_s", [0.06, 0.10, 0.15])
def test_speech_that_is_cut_out_is_missing(length_s):
    for start in voiced_places(6, length_s):
        cut = np.delete(golden(), slice(start, start + round(length_s * RATE)))
        assert read(cut) == pytest.approx(length_s, abs=0.021), start


@pytest.mark.parametrize("length_s", [0.06, 0.10, 0.15])
def test_speech_that_is_said_twice_is_extra(length_s):
    for start in voiced_places(6, length_s):
        stop = start + round(length_s * RATE)
        assert read(np.concatenate([golden()[:stop], golden()[start:]])) == pytest.approx(
            length_s, abs=0.021
        ), start


def test_the_place_is_said():
    start = voiced_places(3, 0.15)[1]
    reading = words.read(heard(np.delete(golden(), slice(start, start + 2400)), golden=golden()))
    length, kind, place = reading.note.replace(" s", "").replace(" at", "").split()
    assert (float(length), kind) == (pytest.approx(0.15, abs=0.02), "missing")
    assert float(place) == pytest.approx(start / RATE, abs=0.05)


def test_another_sound_in_place_of_one_is_changed():
    """A stretch of 120 ms is replaced by noise of the same power: the length stays."""
    start = voiced_places(3, 0.12)[1]
    changed = golden()
    stretch = slice(start, start + round(0.12 * RATE))
    changed[stretch] = noise(round(0.12 * RATE), 3) * np.sqrt(np.mean(changed[stretch] ** 2))
    assert 0.06 <= read(changed) <= 0.30


@pytest.mark.parametrize("length_s", [0.12, 0.15])
def test_another_sound_of_the_voice_is_changed_and_not_made_up_of_gaps(length_s):
    """As loud, from the start of the clip: of what is replaced, what is said anyway is no change."""
    start, size = voiced_places(3, 0.12)[1], round(length_s * RATE)
    changed, other = golden(), golden()[:size]
    replaced = slice(start, start + size)
    changed[replaced] = other * np.sqrt(np.mean(changed[replaced] ** 2) / np.mean(other**2))
    length, kind = words.read(heard(changed, golden=golden())).note.split(" at")[0].split(" s ")
    assert (0.5 * length_s <= float(length) <= length_s, kind) == (True, "changed")


@pytest.mark.parametrize("start", [2_720, 44_000])
def test_a_sound_that_moved_is_missing_where_it_was_and_extra_where_it_is(start):
    """A tenth of a second is cut out, and what is said 0.2 s later is said twice: the length stays."""
    stop, length = start + 3 * RATE // 10, RATE // 10
    moved = np.concatenate(
        [golden()[:start], golden()[start + length : stop], golden()[stop - length : stop], golden()[stop:]]
    )
    note = words.read(heard(moved, golden=golden())).note
    assert [part.split(" at")[0] for part in note.split(", ")] == ["0.10 s missing", "0.10 s extra"]


def test_another_sentence_has_hardly_a_word_in_common():
    half = golden().size // 2
    reading = words.read(heard(golden()[:half], golden=golden()[half:]))
    assert reading.value > 0.5 * half / RATE


HARMLESS = {
    "itself": lambda x: x,
    "louder": lambda x: 1.4 * x,
    "inverted": lambda x: -x,
    "1 ms later": lambda x: np.concatenate([np.zeros(16), x]),
    "dither": lambda x: x + 2**-16 * noise(x.size, 1),
    "noise at 30 dB": lambda x: at_snr(x, 30, noise(x.size, 2), speech_mask(x)),
    "noise at 20 dB": lambda x: at_snr(x, 20, noise(x.size, 2), speech_mask(x)),
    "5 % slower and lower": lambda x: soxr.resample(x, 20_000, 21_000, quality="HQ"),
    "by way of 24 kHz": lambda x: soxr.resample(soxr.resample(x, RATE, 24_000), 24_000, RATE),
    "treble cut by 6 dB": lambda x: x + 0.5 * (np.convolve(x, np.ones(3) / 3, "same") - x),
}


@pytest.mark.parametrize("change", HARMLESS)
def test_the_same_words_differ_nowhere(change):
    assert read(HARMLESS[change](golden())) == 0.0


def test_rates_may_differ():
    assert read(soxr.resample(golden(), RATE, 24_000, quality="HQ"), rate=24_000, golden_rate=RATE) == 0.0
