"""A style that acts: what was done to the voice is read back, and what was not is not."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support import sounds
from tests.support.sounds import RATE
from tts_baseline.core.protocols import Evidence
from tts_baseline.core.records import Case, Utterance
from tts_baseline.faults.melody import paced
from tts_baseline.metrics.prosody import control

SECONDS = 2


def clip() -> np.ndarray:
    """Four seconds of the clip: of all of it, each reading takes three times as long."""
    return sounds.clip()[: 4 * RATE]


def voice(above_st: float = 0.0, swing_st: float = 0.0, share: float = 1.0) -> np.ndarray:
    """Twelve harmonics of 150 Hz, some semitones above it, swinging; those above 1 kHz weaker by a share."""
    times = np.arange(SECONDS * RATE) / RATE
    hz = 150 * 2 ** ((above_st + swing_st * np.sin(2 * np.pi * times)) / 12)
    phase = 2 * np.pi * np.cumsum(hz) / RATE
    parts = [np.sin(n * phase) / n * (share if n * 150 > 1_000 else 1.0) for n in range(1, 13)]
    return 0.1 * np.sum(parts, axis=0)


def read(samples: np.ndarray, plain: np.ndarray | None):
    said = Utterance(samples=samples, sample_rate=RATE)
    neutral = None if plain is None else Utterance(samples=plain, sample_rate=RATE)
    case = Case(id="a", text="[happy] Gracias.")
    return control.read(Evidence(case=case, utterances=(said,), neutral=neutral))


@pytest.mark.parametrize(
    ("styled", "plain", "value", "within", "note"),
    [
        (voice(3.0), voice(), 3.0, 0.02, "pitch +3.0 st, tilt +1.5 dB"),
        (voice(-3.0), voice(), 3.0, 0.02, "pitch -3.0 st, tilt -1.5 dB"),
        # Of a sine, 10 to 90 % are 1.9 of its 3 semitones to both sides, and a step is 1.5.
        (voice(0.0, 3.0), voice(), 3 * 1.902 / 1.5, 0.1, "range +5.7 st"),
        (voice(), voice(0.0, 3.0), 3 * 1.902 / 1.5, 0.1, "range -5.7 st"),
        (2 * voice(), voice(), 6.02, 0.01, "level +6.0 dB"),
        (voice(share=0.5), voice(), 6.02, 0.1, "tilt -6.0 dB"),
        (paced(clip(), RATE, 0.25), clip(), 0.2 / 0.05, 0.2, "pace -20%"),
        (paced(clip(), RATE, -0.2), clip(), 0.25 / 0.05, 0.4, "pace +26%"),
    ],
)
def test_what_was_done_is_read_and_named(styled, plain, value, within, note):
    reading = read(styled, plain)
    assert reading.value == pytest.approx(value, abs=within)
    assert reading.note == note


def test_a_control_that_does_nothing_says_so():
    reading = read(voice() + 1e-5 * np.random.default_rng(0).standard_normal(SECONDS * RATE), voice())
    assert reading.value < 0.1
    assert reading.note == "acts on nothing that is heard"


def test_silence_at_the_end_is_no_pace():
    assert read(np.concatenate([clip(), np.zeros(RATE)]), clip()).value < 0.1


def test_without_a_neutral_reading_or_with_a_silent_one_there_is_no_value_and_a_reason():
    assert read(voice(), None).reason == "no style, or no case of the same words without it"
    assert read(voice(), np.zeros(RATE)).reason == "neutral: silent audio"


def test_noise_has_no_pitch_and_still_a_level():
    noise = 0.1 * np.random.default_rng(0).standard_normal(RATE)
    assert read(0.25 * noise, noise).note == "level -12.0 dB"
