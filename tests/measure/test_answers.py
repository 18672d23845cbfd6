"""Answers that were not made for their texts, and the many that were."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.measure.conftest import worker_spec
from tts_baseline.core.records import Case
from tts_baseline.measure.answers import kept, one_for_all
from tts_baseline.measure.protocol import Spoken
from tts_baseline.measure.replicate import ReplicatePace, measure

PACE = ReplicatePace(passes=3, timeout=5, load_timeout=20)


def cases(*texts: str) -> list[Case]:
    return [Case(id=f"c{number}", text=text) for number, text in enumerate(texts)]


def sounds(*hashes: str) -> dict[str, str]:
    return {f"c{number}": sound for number, sound in enumerate(hashes)}


def took(*seconds: float, audio_s: float = 1.0) -> list[Spoken]:
    return [
        Spoken(
            wall_s=wall_s,
            cpu_s=wall_s,
            reference_s=0.01,
            stages={},
            sample_rate=16_000,
            samples=round(16_000 * audio_s),
            sha256="0" * 64,
        )
        for wall_s in seconds
    ]


def test_three_texts_with_one_sound_were_not_spoken() -> None:
    why = one_for_all(cases("uno", "dos", "tres"), sounds("a", "a", "a"))
    assert why == "all 3 texts have the same sound, sample by sample"
    assert not one_for_all(cases("uno", "dos", "tres"), sounds("a", "a", "b"))


@pytest.mark.parametrize(
    "texts", [("uno", "dos"), ("uno", "1"), ("Sí.", "¡Sí!", "sí", "¿Sí?"), ("uno", "Uno.", "1")]
)
def test_few_texts_may_have_one_sound(texts: tuple[str, ...]) -> None:
    assert not one_for_all(cases(*texts), sounds(*"a" * len(texts)))


def test_of_cases_that_failed_nothing_is_known() -> None:
    assert not one_for_all(cases("uno", "dos", "tres"), sounds("a", "a"))


def test_a_sound_that_is_kept_is_told_by_two_other_texts() -> None:
    asked: list[str] = []

    def say(text: str) -> float:
        asked.append(text)
        return 0.2 if len(asked) == 1 else 0.1

    why = kept("dos y tres", took(0.001, 0.002, 0.001), say)
    assert why.startswith("a text that was said before takes 1.00 ms, another as long 100.0 ms")
    assert asked == ["y tres dos", "tres dos y"]


@pytest.mark.parametrize("text", ["Sí", "Dos tres"])
def test_where_there_are_few_words_letters_change_their_order(text: str) -> None:
    asked: list[str] = []
    kept(text, took(0.001), lambda other: asked.append(other) or 1.0)
    assert [sorted(other) for other in asked] == [sorted(text)] * 2
    assert len({text, *asked}) == len({text, text[::-1], text[1:] + text[:1]})


@pytest.mark.parametrize(
    ("again", "others"),
    [
        (0.006, (1.0, 1.0)),  # slower than 0.005 s for a second of sound: nothing is asked
        (0.001, (0.019, 0.1)),  # less than twenty times as long
        (0.001, (0.1, 0.001)),  # a pause of the machine
        (0.001, (None, None)),  # no answer to such a text
    ],
)
def test_what_is_quick_is_not_kept(again: float, others: tuple[float | None, ...]) -> None:
    left = list(others)
    assert not kept("dos y tres", took(again), lambda _: left.pop(0))


KEEPS = """
import time
import numpy as np
known = {}

def synthesize(text):
    if text not in known:
        time.sleep(0.3)
        known[text] = np.random.default_rng(len(text)).normal(0, 0.1, 16000).astype("float32"), 16000
    return known[text]
"""


def test_a_process_whose_answers_are_kept_has_none(tmp_path) -> None:
    (tmp_path / "voice.py").write_text(KEEPS)
    built = worker_spec(tmp_path, "voice:synthesize", "tts_baseline.pipelines._prepare:prepare")
    spec = replace(built, settings={}, paths=(str(tmp_path),))
    taken = measure(spec, cases("uno", "dos y tres"), index=0, pace=PACE)
    assert taken.replicate.calls == taken.utterances == {}
    assert {failure.case for failure in taken.failures} == {"c0", "c1"}
    assert all("its sound is kept" in failure.message for failure in taken.failures)
    assert {failure.kind for failure in taken.failures} == {"error"}
