"""The built-in Spanish suite covers what it promises and stays within the length its goldens may have."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tts_baseline.core.records import Case
from tts_baseline.pipelines.espeak import create
from tts_baseline.suites.reader import read

LENGTHS = {
    "very-short": (1, 15),
    "short": (16, 45),
    "medium": (46, 100),
    "long": (101, 200),
    "paragraph": (201, 400),
}
TYPES = {"statement", "wh-question", "yes-no-question", "exclamation", "emphasis"}
REGIONS = {"neutral", "castilian", "rioplatense", "colombian", "mexican"}
CONTENTS = {
    "numbers", "dates", "times", "currency", "percent", "units", "fractions", "ordinals", "roman-numerals",
    "abbreviations", "acronyms", "phone-number", "agreement", "voseo", "yeismo", "distincion", "coda-s",
}  # fmt: skip
ROBUSTNESS = {
    "unusual-characters", "long-word", "emoji", "repeated-punctuation", "all-caps", "url", "e-mail",
}  # fmt: skip


@pytest.fixture(scope="module")
def cases() -> tuple[Case, ...]:
    return read("es", Path())


@pytest.fixture(scope="module")
def seconds(cases: tuple[Case, ...]) -> dict[str, float]:
    pipeline = create()
    spoken = {case.id: pipeline.synthesize(case.request) for case in cases}
    return {name: len(utterance.samples) / utterance.sample_rate for name, utterance in spoken.items()}


def test_there_are_44_to_50_cases_with_texts_of_their_own(cases: tuple[Case, ...]) -> None:
    assert 44 <= len(cases) <= 50
    assert len({case.text for case in cases}) == len(cases)
    assert all(case.text == case.text.strip() and "\n" not in case.text for case in cases)


def test_each_case_has_the_length_that_its_one_length_tag_says(cases: tuple[Case, ...]) -> None:
    for case in cases:
        (length,) = LENGTHS.keys() & set(case.tags)
        shortest, longest = LENGTHS[length]
        assert shortest <= len(case.text) <= longest, case.id


def test_each_case_has_a_type_and_only_known_tags(cases: tuple[Case, ...]) -> None:
    for case in cases:
        assert TYPES & set(case.tags), case.id
        assert len(set(case.tags)) == len(case.tags), case.id


def test_the_region_tag_is_the_region(cases: tuple[Case, ...]) -> None:
    for case in cases:
        assert REGIONS & set(case.tags) == {case.region}, case.id


def test_every_class_is_there_more_than_once_where_it_is_compared(cases: tuple[Case, ...]) -> None:
    count = Counter(tag for case in cases for tag in case.tags)
    for tag in (*LENGTHS, *TYPES, *REGIONS):
        assert count[tag] >= 2, tag
    assert all(count[region] >= 3 for region in REGIONS)


def test_every_hard_content_is_there(cases: tuple[Case, ...]) -> None:
    tags = {tag for case in cases for tag in case.tags}
    assert tags >= CONTENTS
    assert {tag for case in cases if "robustness" in case.tags for tag in case.tags} >= ROBUSTNESS


@pytest.mark.parametrize("kind", ["wh-question", "yes-no-question"])
def test_questions_are_written_with_both_marks(cases: tuple[Case, ...], kind: str) -> None:
    assert all("¿" in case.text and "?" in case.text for case in cases if kind in case.tags)


def test_voseo_yeismo_and_distincion_are_in_the_words(cases: tuple[Case, ...]) -> None:
    def texts(tag: str) -> list[str]:
        return [case.text.lower() for case in cases if tag in case.tags]

    assert all(any(v in text for v in ("vos", "vení", "tenés", "mirá", "podés")) for text in texts("voseo"))
    assert all("ll" in text for text in texts("yeismo"))
    assert all("z" in text and "ce" in text and "s" in text for text in texts("distincion"))


def test_every_letter_of_the_alphabet_is_said(cases: tuple[Case, ...]) -> None:
    assert set("abcdefghijklmnñopqrstuvwxyzáéíóúü") <= set("".join(case.text for case in cases).lower())


def test_the_whole_is_three_to_four_minutes(seconds: dict[str, float]) -> None:
    assert 180 <= sum(seconds.values()) <= 240


def test_no_case_is_longer_than_twenty_seconds(seconds: dict[str, float]) -> None:
    assert max(seconds.values()) <= 20
    assert min(seconds.values()) > 0.2
