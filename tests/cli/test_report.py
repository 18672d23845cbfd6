"""`tts-baseline report`: the page of the baselines, and a run in any format."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.commands import (
    pending,
    refused,
)


def test_the_page_is_printed_written_and_checked(project: Path, call) -> None:
    page = call("report").out
    assert page.startswith("# Performance baseline")
    assert json.loads(call("report", "--json").out)["page"] == page.removesuffix("\n")

    answer = call("report", "--check", "PAGE.md")
    assert (answer.status, answer.out) == (1, "PAGE.md is stale: tts-baseline report --write PAGE.md\n")
    assert call("report", "--write", "PAGE.md").out == "wrote PAGE.md\n"
    assert Path("PAGE.md").read_text(encoding="utf-8") == page.removesuffix("\n")
    answer = call("report", "--check", "PAGE.md")
    assert (answer.status, answer.out) == (0, "PAGE.md is up to date\n")

    call("accept", "last", "--reason", "one more")
    answer = call("report", "--check", "PAGE.md", "--json")
    assert (answer.status, json.loads(answer.out)) == (1, {"path": "PAGE.md", "stale": True})


def test_a_page_that_is_no_text_is_stale(project: Path, call) -> None:
    Path("PAGE.md").write_bytes(b"\xff\xfe")
    assert call("report", "--check", "PAGE.md").status == 1


def test_the_page_of_other_baselines(project: Path, call) -> None:
    (project / "baselines").rename(project / "kept")
    assert "voice:synthesize" not in call("report").out
    assert "voice:synthesize" in call("report", "--dir", "kept").out


def test_a_run_is_shown_in_the_format_asked_for(project: Path, call) -> None:
    run = pending(project)[-1]
    assert call("report", "last").out.startswith("## tts-baseline: ")
    assert f"Run `{run}`" in call("report", "last").out
    assert json.loads(call("report", "last", "--format", "json").out)["run"] == run
    assert call("report", run, "--format", "terminal").out in call("compare", run).out
    assert call("report", run, "--format", "junit", "--write", "p.xml").out == "wrote p.xml\n"
    assert '<property name="tts.duration" value="ok" />' in Path("p.xml").read_text(encoding="utf-8")
    answer = call("report", run, "--check", "report.md")
    assert answer.out == f"report.md is stale: tts-baseline report {run} --write report.md\n"


def test_a_format_is_told_what_it_shows(project: Path, call) -> None:
    refused(call("report", "--format", "json"), "the format 'json' shows a run", "report last --format json")
    refused(
        call("report", "last", "--format", "performance"), "everything that was accepted", "report --format"
    )
    assert "invalid choice: 'pdf'" in call("report", "last", "--format", "pdf").err
