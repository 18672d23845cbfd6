"""The verdicts of a run as a comment on a pull request, or a step summary: short, and text throughout."""

from __future__ import annotations

from tts_baseline.core import outside
from tts_baseline.core.outcome import Outcome
from tts_baseline.gate import explain, load
from tts_baseline.report import sheets, table
from tts_baseline.report.format import FormatSpec, View
from tts_baseline.report.reasons import reasons

SPEC = FormatSpec(name="comment")

MARK = "<!-- tts-baseline -->"  # by which a workflow finds its comment of before
_MOST = 60_000  # characters; GitHub refuses a comment of more than 65,536


def render(outcome: Outcome, view: View) -> str:
    """The mark, the counts, the suite's verdicts, why, and the worst single cases."""
    run, verdicts = outcome.run, outcome.verdicts
    around = explain.surroundings(run, outcome.baseline)
    notes = [
        *reasons(verdicts, outcome.heard),
        *outcome.notes,
        *([f"changed around it: {', '.join(around)}"] if around else ()),
        *filter(None, [load.trouble(run)]),
    ]
    commit, changes = outside.code((run.commit or "none")[:7]), ", with uncommitted changes" * run.dirty
    lines = [
        MARK,
        f"### tts-baseline: {sheets.counts(verdicts)}",
        "",
        *(f"- {outside.paragraph(note)}" for note in notes),
        "",
        *table.marked([sheets.suite_sheet(run, verdicts), *sheets.case_sheets(verdicts)]),
        "",
        f"Run {outside.code(run.id)}, commit {commit}{changes}, machine {outside.code(run.environment.key)}.",
    ]
    return _short("\n".join(lines)) + "\n"


def _short(text: str) -> str:
    """The text, or as many of its lines as a comment holds."""
    if len(text) <= _MOST:
        return text
    return f"{text[:_MOST].rpartition(chr(10))[0]}\n\nThe rest is in report.md of the run's folder."
