"""The suite of texts that a front end stumbles over: no case raises, and no span of one is torn."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import fuzz
import pytest

from tts_baseline.core.records import Case
from tts_baseline.pipelines.f5_spanish.text.options import ClipPace, TextOptions
from tts_baseline.pipelines.f5_spanish.text.planner import make_plan
from tts_baseline.pipelines.f5_spanish.text.vocabulary import SPANISH, Vocabulary
from tts_baseline.suites.reader import read

CASES = read("es_edge", Path())
VOCABULARY = Vocabulary.default()
KINDS = {
    "unusual", "long", "signs", "tongue-twister", "homograph", "loan-word", "list", "chat", "code", "address",
}  # fmt: skip


def test_there_are_80_cases_and_several_of_each_kind() -> None:
    kinds = Counter(case.tags[0] for case in CASES)
    assert len(CASES) >= 80
    assert kinds.keys() == KINDS
    assert min(kinds.values()) >= 8
    assert len({case.text for case in CASES}) == len(CASES)
    assert all(case.tags[1:] == (case.region,) for case in CASES)


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_a_case_is_said_and_none_of_its_spans_is_torn(case: Case) -> None:
    for breath_s in (0.0, 0.4, 0.7, 1.5, 5.0, 12.0):
        for size in (40, 60, 120, 300):
            plan = make_plan(
                case.text, region=case.region, style=None, speed=1.0,
                options=TextOptions(breath_s=breath_s, pauses="clauses", emphasis=True),
                pace=lambda _, size=size: ClipPace(bytes_per_s=15.0, speech_s=size / 15),
                vocabulary=VOCABULARY,
            )  # fmt: skip
            assert [span.written for span in fuzz.torn(plan, size)] == []
    assert set(plan.text.lower()) & set(SPANISH)
    assert not set(plan.text) & set("0123456789")
