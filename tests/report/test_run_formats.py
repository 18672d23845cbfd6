"""What each format of a run shows."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

from msgspec.structs import replace

from tests.support import REPOSITORY
from tests.support.runs import accepted, reading, run
from tests.support.verdicts import outcome, verdict
from tts_baseline.core.records import Baseline
from tts_baseline.core.registry import metrics
from tts_baseline.report.format import View
from tts_baseline.report.formats import comment, junit, markdown, terminal
from tts_baseline.report.formats import json as json_format

WORK = [name for name, metric in metrics().items() if metric.spec.family == "work"]


def test_the_summary_puts_suite_verdicts_before_cases_and_readings() -> None:
    verdicts = [verdict(status="regressed", change=0.2), verdict(status="regressed", case="hola", change=0.3)]
    short = terminal.render(outcome(run(), verdicts), View())
    assert short.index("REGRESSED") < short.index("hola")
    assert "duration" in terminal.render(outcome(run(), verdicts), View(verbose=True)).split("hola", 1)[1]


def test_a_family_without_any_value_is_not_shown() -> None:
    why = "the pipeline uses no torch"
    measured = run(readings=[reading("latency", "hola", 1.0), *(reading(n, "hola", None, why) for n in WORK)])
    shown = terminal.render(outcome(measured, [verdict()]), View(verbose=True, width=200))
    assert "latency" in shown
    assert not [word for word in (*WORK, "torch") if word in shown]


def test_the_page_names_run_commit_and_machine() -> None:
    before = run("r0", acceptance=accepted())
    now = replace(run("r1"), dirty=True, provenance={"voice": "bell"})
    page = markdown.render(
        outcome(now, [verdict(), verdict("snr", "undecided")], baseline=Baseline(runs=(before,))), View()
    )
    head, _, rest = page.partition("\n")
    assert head == "## tts-baseline: 1 undecided, 1 ok"
    assert "Run `r1`" in rest
    assert "commit `c0ffeec` with uncommitted changes" in rest
    assert "machine `box-2c-0123abcd`" in rest
    assert "voice tone -> bell" in rest


def test_the_json_holds_everything_that_was_found() -> None:
    measured = run(
        readings=[reading("latency", "hola", float("nan")), reading("stoi", "hola", None, "no golden")]
    )
    verdicts = [verdict(status="regressed", case="hola", change=0.2)]
    page = json.loads(json_format.render(outcome(measured, verdicts, folder=Path("report/r1")), View()))
    assert (page["run"], page["folder"], page["pipeline"]) == (measured.id, "report/r1", "voice:synthesize")
    assert page["verdicts"][0]["status"] == "regressed"
    assert [(r["metric"], r["value"]) for r in page["readings"]] == [("latency", None), ("stoi", None)]
    assert page["metrics"].keys() == metrics().keys()


def test_junit_has_a_property_a_verdict() -> None:
    page = junit.render(outcome(run(), [verdict(), verdict("snr", "regressed", 'a "b" <c>')]), View())
    properties = [(element.get("name"), element.get("value")) for element in ElementTree.fromstring(page)]
    assert properties == [("tts.latency", "ok"), ('tts.snr.a "b" <c>', "regressed")]


def test_the_last_lines_say_what_was_judged_and_where_it_is() -> None:
    done = outcome(run("r1"), [verdict(), verdict("snr", "worse", "hola")])
    assert terminal.footer(done) == "1 ok    run: report/r1\npage: report/r1/report.html"
    assert terminal.footer(outcome(run("r1"), [verdict()])) == "1 ok    run: report/r1"
    recorded = outcome(run("r1"), recorded=(Path("baselines/quality.json"),))
    assert terminal.footer(recorded).splitlines() == [
        "nothing judged    run: report/r1",
        "recorded: quality.json (there was no baseline)",
    ]


def test_a_comment_begins_with_the_mark_by_which_it_is_found_again_and_says_why() -> None:
    verdicts = [verdict(status="regressed", change=0.2, limit=0.05), verdict(status="worse", case="hola")]
    text = comment.render(outcome(run(), verdicts, notes=("2 cases are gone",)), View())
    assert text.startswith("<!-- tts-baseline -->\n### tts-baseline: 1 regressed\n")
    assert "- 2 cases are gone" in text
    assert "| REGRESSED | latency |" in text
    assert "| worse | hola | latency |" in text
    assert "commit `c0ffeec`, machine `box-2c-0123abcd`" in text


def test_a_comment_is_as_long_as_github_takes_it() -> None:
    notes = tuple(f"note {number} {'x' * 90}" for number in range(1000))
    text = comment.render(outcome(run(), [verdict()], notes=notes), View())
    assert len(text) < 65_536
    assert text.endswith("\n\nThe rest is in report.md of the run's folder.\n")
    assert all(len(row) > 90 for row in text.splitlines() if row.startswith("- note"))


def test_the_workflow_that_comments_runs_no_code_of_the_pull_request() -> None:
    text = (REPOSITORY / "examples/github/tts-comment.yml").read_text(encoding="utf-8")
    steps = text.partition("steps:\n")[2]
    assert "${{" not in steps  # what a fork names (its branch) reaches the shell in variables alone
    assert "ref:" not in steps  # the checkout is the default branch
    assert f'startswith("{comment.MARK}")' in steps
    assert "pull_request_target" not in text
