"""When each word is said, in human speech and by another voice; by a guess; how it is named."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest

from tests.support.sounds import RATE, clip, spans
from tts_baseline.core.hearing import Passage
from tts_baseline.core.records import Request
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics.features.cepstrum import cepstrum
from tts_baseline.metrics.features.warping import _normalized
from tts_baseline.metrics.features.word_times import Spelled, TimedWord, aligned, guessed, named
from tts_baseline.pipelines._renderings import spelled
from tts_baseline.pipelines.espeak import create

# What is said in the clip, by the list that comes with its prompts.
PROMPTS = (
    "Muchas gracias por su paciencia.",
    "Su mensaje ha sido guardado.",
    "Algo está terriblemente mal.",
    "Por favor intente de nuevo.",
    "Hasta pronto.",
)
TEXT = " ".join(PROMPTS)


@pytest.fixture(scope="module")
def speech() -> Sound:
    return Sound(clip(), RATE)


def test_coefficients_are_about_their_mean_and_by_their_deviation_over_the_speech(speech) -> None:
    spoken = _normalized(speech)[cepstrum(speech).level_db > -35]
    assert spoken.mean(axis=0) == pytest.approx(np.zeros(26), abs=1e-6)
    assert spoken.std(axis=0) == pytest.approx([0.5, *[1.0] * 25], abs=1e-6)


@pytest.fixture(scope="module")
def prompts() -> list[tuple[float, float]]:
    """The seconds between which each prompt is said: pauses of zeros are around it."""
    pauses = [span for span in spans(np.abs(clip()) < 1e-9) if span[1] - span[0] > 0.3 * RATE]
    return [(stop / RATE, start / RATE) for (_, stop), (start, _) in itertools.pairwise(pauses)]


def rendered(text: str, **settings) -> tuple[Sound, list[Spelled]]:
    said = spelled(create(**settings), Request(text=text))
    silence = np.zeros(said.rate // 5)
    samples = np.frombuffer(said.samples, "<i2") / 32768
    words = [Spelled(at, start + 0.2, stop + 0.2) for at, start, stop in said.words]
    return Sound(np.concatenate([silence, samples, silence]), said.rate), words


def test_the_words_of_human_speech_lie_in_their_prompts(speech, prompts) -> None:
    words = iter(aligned(TEXT, speech, *rendered(TEXT, voice="es-419")))
    for text, (start, stop) in zip(PROMPTS, prompts, strict=True):
        spoken = [next(words) for _ in text.split()]
        assert [word.word for word in spoken] == [word.strip(".") for word in text.split()]
        assert spoken[0].start_s == pytest.approx(start, abs=0.25)
        assert spoken[-1].stop_s == pytest.approx(stop, abs=0.25)
        assert all(word.start_s < word.stop_s for word in spoken)


@pytest.mark.parametrize(
    "settings", [{"rate": 130, "pitch": 20}, {"rate": 220, "pitch": 80, "voice": "es-419"}]
)
def test_another_voice_at_another_pace_is_aligned_to_a_frame_or_two(settings) -> None:
    text = "El 25 de enero, a las 10:30, sale el tren; ¿vienes con Lucía?"
    golden, truth = rendered(text, **settings)
    words = aligned(text, golden, *rendered(text))
    assert [word.word for word in words] == [mark.strip(".,;¿?") for mark in text.split()]
    begins = [match.start() for match in re.finditer(r"\S+", text)]
    known = {max(at for at in begins if at <= each.position): each for each in reversed(truth)}
    errors = [abs(word.start_s - known[at].start_s) for word, at in zip(words, begins, strict=True)]
    assert np.median(errors) < 0.02
    assert max(errors) < 0.1


def test_a_guess_spreads_the_syllables_over_the_speech(speech, prompts) -> None:
    words = guessed(TEXT, speech)
    assert len(words) == len(TEXT.split())
    assert words[0].start_s == pytest.approx(prompts[0][0], abs=0.1)
    assert words[-1].stop_s == pytest.approx(prompts[-1][1], abs=0.1)
    lengths = {word.word: word.stop_s - word.start_s for word in words}
    assert lengths["terriblemente"] > 2 * lengths["mal"]
    assert guessed("…", speech) == ()


WORDS = [
    TimedWord("uno", 1.0, 1.4),
    TimedWord("y", 1.4, 1.5),
    TimedWord("dos", 2.0, 2.4),
    TimedWord("tres", 2.4, 3.0),
]
NAMES = {
    (2.0, 2.4): "«dos»",
    (2.1, 2.2): "«dos»",
    (2.35, 2.95): "«tres»",
    (1.1, 2.3): "the whole sentence",
    (1.05, 1.5): "«uno y»",
    (1.55, 1.95): "between «y» and «dos»",
    (0.2, 0.9): "before «uno»",
    (3.1, 3.2): "after «tres»",
    (1.2, 1.2): "«uno»",
    (2.41, 2.41): "between «dos» and «tres»",
    (0.98, 0.98): "before «uno»",
    (3.0, 3.0): "after «tres»",
}


@pytest.mark.parametrize("seconds", NAMES)
def test_a_place_is_named_by_its_words(seconds: tuple[float, float]) -> None:
    place = Passage(*seconds, *seconds)
    assert named(place, WORDS) == NAMES[seconds]


def test_a_long_place_is_named_by_its_ends_and_a_text_without_words_not_at_all() -> None:
    many = [TimedWord(f"w{number}", number, number + 0.9) for number in range(20)]
    assert named(Passage(3.0, 9.9, 3.0, 9.9), many) == "«w3 … w9»"
    assert named(Passage(3.0, 9.9, 3.0, 9.9), []) == ""
