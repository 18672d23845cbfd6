"""Verdicts and readings as tables; the same table serves the terminal and Markdown."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Sequence
from statistics import fmean, median
from typing import TYPE_CHECKING

from msgspec import Struct

from tts_baseline.core import units
from tts_baseline.core.protocols import MetricSpec
from tts_baseline.core.records import Run
from tts_baseline.core.registry import gates, metrics
from tts_baseline.core.verdict import FAILING, Verdict
from tts_baseline.gate.explain import reason

if TYPE_CHECKING:
    from rich.table import Table

WIDTH = 80
_ORDER = ("invalid", "regressed", "undecided", "no baseline", "not comparable", "improved", "ok")
_COLORS = {
    "invalid": "bold red",
    "regressed": "bold red",
    "undecided": "yellow",
    "no baseline": "cyan",
    "not comparable": "cyan",
    "improved": "green",
    "ok": "green",
}
_SHOWN_CASES = 12


class Sheet(Struct, frozen=True):
    """One table as text: a title, column heads with their width (0: as wide as needed), rows."""

    title: str
    heads: tuple[tuple[str, int], ...]
    rows: tuple[tuple[str, ...], ...]


def suite_sheet(run: Run, verdicts: Sequence[Verdict]) -> Sheet:
    """One row a gate for the whole suite, worst first, then the metrics that are only reported."""
    sheet = verdict_sheet(f"{run.pipeline} @ {run.variant}, suite {run.suite}", verdicts)
    judged = {verdict.metric for verdict in verdicts if verdict.case is None}
    rows = []
    for metric in metrics().values():
        spec = metric.spec
        value = suite_value(run, spec)
        if spec.name not in judged and value is not None:
            rows.append(("reported", spec.name, "", units.value(value, spec.unit), "", ""))
    return Sheet(sheet.title, sheet.heads, (*sheet.rows, *rows))


def verdict_sheet(title: str, verdicts: Sequence[Verdict]) -> Sheet:
    """One row a gate for the whole suite, worst first."""
    own = sorted((v for v in verdicts if v.case is None), key=lambda v: _ORDER.index(v.status))
    heads = (
        ("verdict", 14), ("gate", 11), ("baseline", 9), ("current", 9), ("change [95%]", 24), ("limit", 8),
    )  # fmt: skip
    return Sheet(title, heads, tuple(_suite_row(verdict) for verdict in own))


def case_sheet(verdicts: Sequence[Verdict]) -> Sheet | None:
    """The single cases that are not fine, worst first, at most twelve; None where there is none."""
    found = {(v.case, v.gate): v for v in verdicts if v.case and v.status in (*FAILING, "improved")}
    odd = list(found.values())
    if not odd:
        return None
    odd.sort(key=lambda v: _ORDER.index(v.status))
    rows = [
        (
            _word(v),
            f"{v.case}",
            v.gate,
            units.change(v.change, v.unit, relative=v.relative) if v.change is not None else reason(v),
        )
        for v in odd[:_SHOWN_CASES]
    ]
    if len(odd) > _SHOWN_CASES:
        rows.append((f"+ {len(odd) - _SHOWN_CASES} more", "", "", "-v, or the report, lists all"))
    heads = (("verdict", 14), ("case", 22), ("gate", 11), ("change", 30))
    return Sheet("single cases", heads, tuple(rows))


def reading_sheets(run: Run, width: int = WIDTH) -> list[Sheet]:
    """Every case with every reading, split by columns into as many tables as the width asks for."""
    by_case: dict[str, dict[str, str]] = {case.id: {} for case in run.cases}
    for reading in run.readings:
        if reading.case is not None:
            unit = metrics()[reading.metric].spec.unit
            by_case[reading.case][reading.metric] = units.value(reading.value, unit)
    columns = [
        m.spec.name
        for m in metrics().values()
        if any(cells.get(m.spec.name, "-") != "-" for cells in by_case.values())
    ]
    id_width = max(len("case"), *(len(case) for case in by_case))
    room = max(1, (width - id_width) // 12)
    sheets = []
    for start in range(0, len(columns), room):
        part = columns[start : start + room]
        rows = tuple((case, *(cells.get(name, "-") for name in part)) for case, cells in by_case.items())
        heads = (("case", id_width), *((name, 11) for name in part))
        sheets.append(Sheet("readings", heads, rows))
    return sheets


def suite_value(run: Run, spec: MetricSpec) -> float | None:
    """A metric over all cases: geometric mean of times and sizes, mean of counts, median of scores."""
    values = [r.value for r in run.readings if r.metric == spec.name and r.value is not None]
    if not values:
        return None
    if spec.family == "work":
        return fmean(values)  # counts may be 0
    if spec.decide == "ratio":
        return math.exp(fmean(math.log(value) for value in values))
    return float(median(values))


def counts(verdicts: Iterable[Verdict]) -> str:
    """'1 regressed, 2 undecided, 5 ok': the suite's verdicts, worst first."""
    found = [v.status for v in verdicts]
    return ", ".join(f"{found.count(status)} {status}" for status in _ORDER if status in found)


def text(sheets: Iterable[Sheet], *, width: int = WIDTH, color: bool = False) -> str:
    """The tables for a terminal: verdict first, no line wider than `width`."""
    from rich.console import Console

    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=color, no_color=not color, legacy_windows=False)
    for sheet in sheets:
        console.print(_rich(sheet), crop=True)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def markdown(sheets: Iterable[Sheet]) -> str:
    """The tables as Markdown, each under its title."""
    parts = []
    for sheet in sheets:
        parts += [f"### {_line(sheet.title)}", "", _bar([head for head, _ in sheet.heads])]
        parts += [_bar(["---"] * len(sheet.heads)), *(_bar(row) for row in sheet.rows), ""]
    return "\n".join(parts)


def _bar(cells: Sequence[str]) -> str:
    return "| " + " | ".join(_line(cell).replace("|", "\\|") for cell in cells) + " |"


def _line(text: str) -> str:
    """Messages and reasons may have several lines; a heading and a cell have one."""
    return " ".join(text.split())


def _rich(sheet: Sheet) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), title=None, header_style="dim")
    for number, (head, width) in enumerate(sheet.heads):
        right = number > 1 and head not in ("change", "gate", "case", "accepted")
        table.add_column(
            head, width=width or None, no_wrap=True, justify="right" if right else "left",
            overflow="ellipsis",
        )  # fmt: skip
    for row in sheet.rows:
        style = _COLORS.get(row[0].lower(), "")
        table.add_row(Text(row[0], style=style), *(Text(_line(cell)) for cell in row[1:]))
    return table


def _suite_row(v: Verdict) -> tuple[str, ...]:
    change = units.change(v.change, v.unit, relative=v.relative) if v.change is not None else ""
    if v.unit != "B":
        change = change.removesuffix(f" {v.unit}")  # the values beside it carry the unit
    bounds = units.interval(v.low, v.high, v.unit, relative=v.relative)
    better = gates()[v.gate].better
    return (
        _word(v),
        v.gate,
        units.value(v.baseline, v.unit),
        units.value(v.current, v.unit),
        f"{change} {bounds}".strip(),
        units.limit(v.limit, v.unit, better, relative=v.relative),
    )


def _word(verdict: Verdict) -> str:
    return verdict.status.upper() if verdict.status in FAILING else verdict.status
