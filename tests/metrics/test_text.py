"""The words of a text that a pipeline tells, and pipelines that tell none."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.support.sounds import CASE
from tests.support.tones import tone
from tts_baseline.core.protocols import Evidence
from tts_baseline.metrics.text import text


def evidence(*texts: str | None) -> Evidence:
    return Evidence(case=CASE, utterances=tuple(replace(tone(), text=told) for told in texts))


@pytest.mark.parametrize(("told", "count"), [("son las  diez y media", 5.0), ("Hola.", 1.0), ("", 0.0)])
def test_words_are_between_blanks(told, count):
    reading = text.read(evidence(told))
    assert (reading.value, reading.values, reading.case) == (count, (count,), CASE.id)


def test_the_first_utterance_tells():
    assert text.read(evidence("una", "una y dos")).value == 1.0


def test_a_pipeline_that_does_not_tell_and_a_case_without_utterance_have_none():
    assert text.read(evidence()).reason == "no utterance"
    reading = text.read(evidence(None, "una"))
    assert reading.value is None
    assert "does not tell" in reading.reason
