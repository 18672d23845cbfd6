"""`tts-baseline export`: a run for other programs, printed or written."""

from __future__ import annotations

import json
from pathlib import Path


def test_a_run_is_printed_or_written_for_other_programs(project: Path, call) -> None:
    text = call("export", "last", "--format", "openmetrics").out
    assert text.endswith("# EOF\n")
    assert json.loads(call("export", "last", "--format", "openmetrics", "--json").out)["page"] == text
    answer = call("export", "last", "--format", "openmetrics", "--write", "tts.prom")
    assert (answer.status, answer.out) == (0, "wrote tts.prom\n")
    assert Path("tts.prom").read_text(encoding="utf-8") == text
    page = json.loads(call("export", "last", "--format", "pytest_benchmark").out)
    assert [b["name"].partition("[")[0] for b in page["benchmarks"]]


def test_what_is_for_people_is_no_export(project: Path, call) -> None:
    answer = call("export", "last", "--format", "html")
    assert answer.status == 2
    assert "invalid choice: 'html'" in answer.err
