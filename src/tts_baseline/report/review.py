"""Histories for people: a terminal table and a Markdown page."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence

from tts_baseline.core import outside, units
from tts_baseline.core.registry import headlines, metrics
from tts_baseline.report.history import AcceptedRun, History
from tts_baseline.report.table import Sheet, markdown, text

WIDTH = 110
_TREND = 15


def terminal(histories: Sequence[History], *, width: int = WIDTH, color: bool = False) -> str:
    """Each history as a table, newest run last, and under it what it means."""
    parts = []
    for history in histories:
        trend = text([_narrow(history, width)], width=width, color=color)
        parts += [outside.line(_title(history)), trend, ""]
        for advice in history.advice:
            parts.append(textwrap.fill(outside.line(advice.text), width))
            parts += [f"  next   {outside.line(command)}" for command in advice.commands]
        parts.append("")
    return "\n".join(parts).rstrip()


def page(histories: Sequence[History]) -> str:
    """The same as a Markdown page, with dates, quality and reasons in full."""
    parts = ["# Review of the accepted runs\n"]
    for history in histories:
        parts.append(markdown([_wide(history)]))
        for advice in history.advice:
            parts.append(f"{outside.paragraph(advice.text)}\n")
            if advice.commands:
                parts.append("\n".join(("```", *map(outside.line, advice.commands), "```\n")))
    return "\n".join(parts).rstrip() + "\n"


def _title(history: History) -> str:
    cases = f", {history.cases} cases" if history.cases else ""
    return (
        f"{history.pipeline} @ {history.variant}, suite {history.suite}{cases}, machine {history.machine}: "
        f"{history.gate}, limit {history.limit:.1%}"
    )


def _narrow(history: History, width: int) -> Sheet:
    """What fits a terminal; an id begins with the date. The last column takes the room that is left."""
    names = ("mark", "run", "commit", "epoch", history.gate, "since last", "since anchor", "trend")
    trend = _trend(history.rows, history.limit)
    rows = [(*_cells(row, history.unit), dots) for row, dots in zip(history.rows, trend, strict=True)]
    wide = [max(map(len, column)) for column in zip(names, *rows, strict=True)]
    room = max(10, width - sum(wide) - len(wide))
    heads = (*zip(names, wide, strict=True), ("accepted", room))
    accepted = [f"{row.by}: {row.reason}" for row in history.rows]
    return Sheet(_title(history), heads, tuple((*c, a) for c, a in zip(rows, accepted, strict=True)))


def _wide(history: History) -> Sheet:
    scores = [name for name in headlines() if any(row.quality[name] is not None for row in history.rows)]
    specs = [metrics()[name].spec for name in scores]
    rows = tuple(
        (
            *_cells(row, history.unit),
            row.date,
            *(units.value(row.quality[spec.name], spec.unit) for spec in specs),
            row.by,
            row.reason,
        )
        for row in history.rows
    )
    names = ("mark", "run", "commit", "epoch", history.gate, "since last", "since anchor", "date")
    heads = (*names, *(spec.key for spec in specs), "accepted by", "reason")
    return Sheet(_title(history), tuple((name, 0) for name in heads), rows)


def _cells(row: AcceptedRun, unit: str) -> tuple[str, ...]:
    return (
        ", ".join(row.marks),
        row.run,
        f"{(row.commit or '-')[:7]}{'+' if row.dirty else ''}",
        str(row.epoch),
        units.value(row.value, unit),
        units.change(row.change, "1", relative=True),
        units.change(row.since_anchor, "1", relative=True),
    )


def _trend(rows: Sequence[AcceptedRun], limit: float) -> list[str]:
    """A dot a run on a scale from the lowest value to the highest; as wide as the limit at least."""
    heights = [math.log(row.value) for row in rows if row.value]
    low, high = min(heights), max(heights)
    span = max(high - low, math.log1p(limit))
    start = (low + high - span) / 2
    dots = []
    for row in rows:
        cells = ["·"] * _TREND
        if row.value:
            cells[round((math.log(row.value) - start) / span * (_TREND - 1))] = "●"
        dots.append("".join(cells))
    return dots
