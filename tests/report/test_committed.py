"""What is committed fits together: the page, the schema and the baselines."""

from __future__ import annotations

from pathlib import Path

from tts_baseline.baseline import audit
from tts_baseline.baseline.schema import json_schema
from tts_baseline.baseline.store import Store
from tts_baseline.report.formats import performance
from tts_baseline.suites import reader

ROOT = Path(__file__).parents[2]


def test_the_performance_page_is_what_the_baselines_say() -> None:
    page = (ROOT / "PERFORMANCE_BASELINE.md").read_text(encoding="utf-8")
    assert page == performance.render(ROOT / "baselines"), "stale: make page"


def test_the_committed_schema_is_the_generated_one() -> None:
    assert (ROOT / "baselines/schema/v2.json").read_bytes() == json_schema()


def test_nothing_is_wrong_with_what_was_accepted() -> None:
    found = [problem for folder in audit.folders(ROOT / "baselines") for problem in audit.problems(folder)]
    assert found == []


def test_every_case_of_the_suite_has_an_accepted_golden() -> None:
    store = Store(ROOT / "baselines", "espeak", "cpu")
    quality = store.load("").quality
    asked = {case.id: case.request for case in reader.read("es", ROOT)}
    assert {case: accepted.request for case, accepted in quality.cases.items()} == asked
    assert store.goldens(quality).keys() == asked.keys()
