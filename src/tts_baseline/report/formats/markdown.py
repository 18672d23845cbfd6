"""The report page of a run, for people and for a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tts_baseline.core import outside
from tts_baseline.core.outcome import Outcome
from tts_baseline.core.records import Run
from tts_baseline.core.verdict import Verdict
from tts_baseline.gate import explain, load, votes
from tts_baseline.report import judgement, sheets, table, under_load
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
    notes = [*reasons(verdicts, outcome.heard), *votes.lines(outcome.decided), *outcome.notes]
    if notes:
        lines += [*(f"- {outside.paragraph(note)}" for note in notes), ""]
    lines += table.marked(_tables(run, verdicts))
    if outcome.judgement is not None:
        lines.append(judgement.markdown(outcome.judgement, outcome.pair))
    return "\n".join(lines)


def _tables(run: Run, verdicts: Sequence[Verdict]) -> Iterator[table.Sheet]:
    """One after the other, for those of thousands of cases fill the memory."""
    yield sheets.suite_sheet(run, verdicts)
    if run.traffic is not None:
        yield under_load.sheet(run.traffic)
    yield from sheets.case_sheets(verdicts, None)
    yield from sheets.compared_sheets(run, verdicts)


def _source(run: Run) -> str:
    changes = " with uncommitted changes" if run.dirty else ""
    commit, machine = outside.code((run.commit or "none")[:7]), outside.code(run.environment.key)
    return f"commit {commit}{changes}, machine {machine}"
