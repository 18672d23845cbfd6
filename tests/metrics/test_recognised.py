"""WER, CER, changed, repeated and leaked words of what a recogniser is made to hear: known answers."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from tests.support.sounds import RATE, clip, utterance
from tts_baseline.core.ears import Ears
from tts_baseline.core.protocols import Evidence
from tts_baseline.core.records import Case, Reading
from tts_baseline.core.sounds import Sound
from tts_baseline.metrics import recognised
from tts_baseline.metrics.asr import cer, changed_words, leaked_words, repeated_words, wer
from tts_baseline.metrics.features.differences import Difference
from tts_baseline.metrics.features.transcript import HeardText
from tts_baseline.metrics.features.word_times import TimedWord
from tts_baseline.session.ears import spanish

SECONDS = 4.0
SPOKEN = 8 * RATE // 5  # from here the clip speaks without a pause for 0.6 s


class Recogniser:
    """It hears in each sound what it is told, its words of equal length, and nothing where it is not told."""

    def __init__(self) -> None:
        self.told: dict[int, str] = {}

    def __call__(self, sound: Sound, model: str) -> HeardText:
        text = self.told.get(sound.samples.size, "")
        step = sound.samples.size / sound.rate / max(1, len(text.split()))
        words = (TimedWord(word, at * step, (at + 1) * step) for at, word in enumerate(text.split()))
        return HeardText(text, tuple(words))


@pytest.fixture
def recogniser(monkeypatch: pytest.MonkeyPatch) -> Recogniser:
    told = Recogniser()
    monkeypatch.setattr(recognised, "transcript", told)
    return told


def speech(seconds: float = SECONDS) -> np.ndarray:
    return clip()[2 * RATE : 2 * RATE + round(seconds * RATE)]


def read(
    metric: ModuleType,
    text: str,
    samples: np.ndarray,
    *,
    golden: np.ndarray | None = None,
    region: str = "mexican",
    models: dict[str, str] | None = None,
    rate: int = RATE,
) -> Reading:
    return metric.read(
        Evidence(
            case=Case(id="a", text=text, region=region),
            utterances=(utterance(samples, rate),),
            golden=None if golden is None else utterance(golden),
            ears=Ears(models={"asr": "told"} | (models or {}), reader=spanish),
        )
    )


@pytest.mark.parametrize(
    ("heard", "errors"),
    [
        ("Uno, dos, tres y cuatro.", 0),
        ("¡uno dos tres y cuatro!", 0),
        ("1, 2, 3 y 4", 0),
        ("uno doz trez i quatro", 0),
        ("uno dos tres cuatro", 1),
        ("uno dos gato y cuatro", 1),
        ("uno dos dos tres y cuatro", 1),
        ("", 5),
    ],
)
def test_wer_is_the_share_of_words_that_sound_otherwise(recogniser, heard, errors):
    recogniser.told[speech().size] = heard
    assert read(wer, "Uno, dos, tres y 4.", speech()).value == pytest.approx(errors / 5)


@pytest.mark.parametrize(("heard", "errors"), [("la vaca", 0), ("la baca", 0), ("la vara", 1), ("la", 5)])
def test_cer_is_the_share_of_letters_and_blanks(recogniser, heard, errors):
    recogniser.told[speech().size] = heard
    assert read(cer, "La vaca.", speech()).value == pytest.approx(errors / 7)


def test_the_region_decides_which_words_are_one(recogniser):
    recogniser.told[speech().size] = "la caza"
    assert read(wer, "La casa.", speech()).value == 0
    assert read(wer, "La casa.", speech(), region="castilian").value == 0.5


def test_a_word_that_is_cut_out_and_not_heard_is_changed(recogniser):
    golden = speech()
    cut = np.delete(golden, slice(SPOKEN, SPOKEN + RATE // 4))
    recogniser.told |= {golden.size: "uno dos tres cuatro", cut.size: "uno tres cuatro"}
    reading = read(changed_words, "", cut, golden=golden)
    assert (reading.value, reading.note) == (1.0, "no «dos»")


def test_what_a_recogniser_alone_hears_is_no_changed_word(recogniser):
    golden = speech()
    later = np.concatenate([np.zeros(16), golden])
    recogniser.told |= {golden.size: "uno dos tres cuatro", later.size: "uno gato tres cuatro"}
    assert read(changed_words, "", later, golden=golden).value == 0.0


def differing(monkeypatch: pytest.MonkeyPatch, start_s: float, speech_s: float) -> None:
    """Let the two sounds differ at one place."""
    place = Difference("changed", start_s, start_s + 0.1, start_s, start_s + 0.1, speech_s, pause_s=0.0)
    monkeypatch.setattr(changed_words, "differences", lambda *_: (place,))


@pytest.mark.parametrize(
    ("start_s", "speech_s", "count"),
    [(0.5, 0.03, 1), (0.5, 0.029, 0), (1.15, 0.03, 1), (1.25, 0.03, 0), (3.0, 0.1, 0)],
)
def test_only_enough_of_a_difference_at_its_place_speaks_for_the_recogniser(
    recogniser, monkeypatch, start_s, speech_s, count
):
    golden = speech()
    later = np.concatenate([np.zeros(16), golden])
    recogniser.told |= {golden.size: "uno dos tres cuatro", later.size: "gato dos tres cuatro"}
    differing(monkeypatch, start_s, speech_s)
    assert read(changed_words, "", later, golden=golden).value == count


def test_a_doubled_word_that_the_recogniser_mends_counts(recogniser):
    golden = speech()
    doubled = np.concatenate([golden[: SPOKEN + RATE // 3], golden[SPOKEN:]])
    recogniser.told |= {golden.size: "uno dos tres cuatro", doubled.size: "uno dos tres cuatro"}
    reading = read(changed_words, "", doubled, golden=golden)
    assert reading.value == 1.0
    assert "extra" in reading.note
    assert "no transcript" in reading.note


def test_homophones_are_no_changed_words(recogniser, monkeypatch):
    golden = speech()
    later = np.concatenate([np.zeros(16), golden])
    recogniser.told |= {golden.size: "la vaca ve la casa", later.size: "la baca be la caza"}
    differing(monkeypatch, 1.0, 0.1)
    assert read(changed_words, "", later, golden=golden).value == 0.0


@pytest.mark.parametrize(
    ("text", "heard", "count"),
    [
        ("Uno, dos, tres.", "uno dos tres", 0),
        ("Uno, dos, tres.", "uno dos dos tres", 1),
        ("Uno, dos, tres.", "uno dos uno dos uno dos tres", 4),
        ("No, no, no sé.", "no no no sé", 0),
        ("No, no sé.", "no no no sé", 1),
    ],
)
def test_repeated_words_are_those_that_the_text_does_not_repeat(recogniser, text, heard, count):
    recogniser.told[speech().size] = heard
    assert read(repeated_words, text, speech()).value == count


@pytest.mark.parametrize(
    ("heard", "count"),
    [
        ("buenos días a todos", 0),
        ("el tren de la mañana buenos días a todos", 5),
        ("el tren buenos días a todos", 0),
        ("buenos días de la manyana a todos", 0),
    ],
)
def test_leaked_words_are_rows_of_the_reference(recogniser, heard, count):
    recogniser.told[speech().size] = heard
    models = {"reference_text": "El tren de la mañana sale."}
    reading = read(leaked_words, "Buenos días a todos.", speech(), models=models)
    assert reading.value == count
    assert reading.note == ("el tren de la mañana" if count else "")


METRICS = (wer, cer, changed_words, repeated_words, leaked_words)
NOWHERE = {"reference_text": "El tren de la mañana sale."}


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize(
    ("samples", "reason"),
    [
        (np.zeros(RATE), "silent audio"),
        (speech(0.1), "shorter than 1 s"),
        (speech(0.99), "shorter than 1 s"),
        (np.full(2 * RATE, np.nan), "NaN in 32000 samples"),
        (np.zeros(0), "empty audio"),
    ],
)
def test_what_cannot_be_heard_has_a_reason(recogniser, metric, samples, reason):
    reading = read(metric, "Uno, dos.", samples, golden=speech(), models=NOWHERE)
    assert (reading.value, reading.reason) == (None, reason)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("rate", [8_000, 96_000])
def test_any_rate_is_heard(recogniser, metric, rate):
    samples = np.repeat(speech(), 6) if rate == 96_000 else speech()[::2]
    recogniser.told |= {samples.size: "uno dos", speech().size: "uno dos"}
    reading = read(metric, "Uno, dos.", samples + 0.01, golden=speech(), models=NOWHERE, rate=rate)
    assert reading.value is not None


@pytest.mark.parametrize("metric", [wer, cer])
def test_a_text_without_words_has_no_rate_of_errors(recogniser, metric):
    recogniser.told[speech().size] = "uno"
    assert read(metric, "¡…!", speech()).reason == "the text has no words"


@pytest.mark.parametrize("metric", METRICS)
def test_without_a_model_nothing_is_read(metric):
    reading = metric.read(Evidence(utterances=(utterance(speech()),), golden=utterance(speech())))
    assert reading.reason == f"no model is named: ears.{metric.SPEC.needs}"
