"""The short suite is a choice of `es`, which covers what it promises."""

from __future__ import annotations

from pathlib import Path

from tts_baseline.suites.reader import read

WHOLE = {case.id: case for case in read("es", Path())}
SHORT = read("es_short", Path())


def test_each_of_twelve_cases_is_as_it_is_in_es() -> None:
    assert len(SHORT) == 12
    assert [case for case in SHORT if WHOLE.get(case.id) != case] == []


def test_every_region_and_every_type_of_sentence_is_there() -> None:
    assert {case.region for case in SHORT} == {case.region for case in WHOLE.values()}
    types = {"statement", "wh-question", "yes-no-question", "exclamation", "emphasis"}
    assert types <= {tag for case in SHORT for tag in case.tags}


def test_none_takes_longer_than_a_short_sentence() -> None:
    assert max(len(case.text) for case in SHORT) <= 60
