"""The report page of a run, for people and for a pull request."""

from __future__ import annotations

from tts_baseline.core import outside
from tts_baseline.core.outcome import Outcome
from tts_baseline.core.records import Run
from tts_baseline.gate import explain, load
from tts_baseline.report import judgement, sheets, table
from tts_baseline.report.format import FormatSpec, View
from tts_baseline.report.reasons import reasons

SPEC = FormatSpec(name="markdown", file="report.md")


def render(outcome: Outcome, view: View) -> str:
    """Verdicts, the changes around the run, every reading, and the judge's report where it was called."""
    run, verdicts = outcome.run, outcome.verdicts
    lines = [
        f"## tts-baseline: {sheets.counts(verdicts)}",
        "",
        f"Run {outside.code(run.id)}, {outside.markdown(run.created)}, {_source(run)}.",
        "",
    ]
    if busy := load.trouble(run):
        lines += [outside.markdown(f"{busy[0].upper()}{busy[1:]}."), ""]
    around = explain.surroundings(run, outcome.baseline)
    if around:
        lines += [outside.markdown(f"Changed around it: {', '.join(around)}."), ""]
    notes = [*reasons(verdicts, outcome.heard), *outcome.notes]
    if notes:
        lines += [*(f"- {outside.paragraph(note)}" for note in notes), ""]
    tables = [sheets.suite_sheet(run, verdicts), *sheets.case_sheets(verdicts, None)]
    lines.append(table.markdown([*tables, *sheets.compared_sheets(run, verdicts)]))
    if outcome.judgement is not None:
        lines.append(judgement.markdown(outcome.judgement, outcome.pair))
    return "\n".join(lines)


def _source(run: Run) -> str:
    changes = " with uncommitted changes" if run.dirty else ""
    commit, machine = outside.code((run.commit or "none")[:7]), outside.code(run.environment.key)
    return f"commit {commit}{changes}, machine {machine}"
