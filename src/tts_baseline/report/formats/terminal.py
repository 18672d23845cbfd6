"""The summary of a run for a terminal: a table with the verdict first, then why."""

from __future__ import annotations

import textwrap

from tts_baseline.core.outcome import Outcome
from tts_baseline.core.outside import line
from tts_baseline.gate import load, votes
from tts_baseline.gate.newness import newness
from tts_baseline.report import judgement, sheets, table
from tts_baseline.report.format import FormatSpec, View
from tts_baseline.report.formats.html import SPEC as PAGE_SPEC
from tts_baseline.report.reasons import reasons

SPEC = FormatSpec(name="terminal")


def render(outcome: Outcome, view: View) -> str:
    """Suite verdicts first, why they are so, then single cases that are not fine; all readings if verbose."""
    run, verdicts = outcome.run, outcome.verdicts
    below = sheets.case_sheets(verdicts, None if view.verbose else sheets.SHOWN_CASES)
    if view.verbose:
        below += sheets.reading_sheets(run, view.width)
    said = (*reasons(verdicts, outcome.heard), *votes.lines(outcome.decided), *outcome.notes)
    notes = filter(None, (*said, load.trouble(run)))
    lines = [textwrap.fill(line(note), view.width, subsequent_indent="  ") for note in notes]
    parts = [
        _text(sheets.suite_sheet(run, verdicts), view),
        "\n".join(lines),
        *(_text(sheet, view) for sheet in below),
    ]
    return "\n\n".join(filter(None, parts))


def footer(outcome: Outcome) -> str:
    """The lines after a summary: what the judge compared, counts, where run and page are, what is new."""
    lines = [f"{sheets.counts(outcome.verdicts)}    run: {outcome.folder}"]
    if outcome.judgement is not None:
        lines = [*(f"judge: {said}" for said in judgement.lines(outcome.judgement)), *lines]
    if outcome.sound:
        lines.append(f"sound: {outcome.sound}")
    if sheets.worst_status(outcome.verdicts) != "ok":
        lines.append(f"page: {outcome.folder / PAGE_SPEC.file}")
    if outcome.recorded:
        names = ", ".join(path.name for path in outcome.recorded)
        lines.append(f"recorded: {names} ({newness(outcome.verdicts, outcome.baseline)})")
    return "\n".join(map(line, lines))


def _text(sheet: table.Sheet, view: View) -> str:
    return table.text([sheet], width=view.width, color=view.color)
