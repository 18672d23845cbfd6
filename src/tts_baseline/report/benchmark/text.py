"""A benchmark as text: tables for the terminal, and a page of Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from tts_baseline.core import outside, units
from tts_baseline.report import under_load
from tts_baseline.report.benchmark import criteria
from tts_baseline.report.benchmark.figures import Benchmark, Figure, FigureTable
from tts_baseline.report.table import WIDTH, Sheet, markdown, text

_CELL = 10  # the width of a value beside others in 80 columns
_FEW = 4  # figures in a row that leave room for an interval and the counts


def terminal(shown: Benchmark, more: Sequence[Sheet] = (), *, width: int = WIDTH, color: bool = False) -> str:
    """What the benchmark tells in a line, and its tables; of each row, the first figure with its interval."""
    sheets = [*(Sheet(table.title, *_narrow(table)) for table in shown.tables), *under(shown)]
    parts = [outside.line(about(shown))]
    for sheet in (*sheets, *more):
        parts += ["", outside.line(sheet.title), text([sheet], width=width, color=color)]
    return "\n".join(parts)


def page(shown: Benchmark, more: Sequence[Sheet] = ()) -> str:
    """The same as a page of Markdown, every figure with its interval."""
    sheets = [*map(sheet, shown.tables), *under(shown), *more]
    return f"# Benchmark of {shown.kind}\n\n{outside.paragraph(about(shown))}\n\n{markdown(sheets)}"


def about(shown: Benchmark) -> str:
    """Of what the figures are: pipeline, suite, cases, run, commit, machine."""
    cases = f"{shown.cases - shown.failed} of {shown.cases} cases" if shown.failed else f"{shown.cases} cases"
    return (
        f"{shown.pipeline} @ {shown.variant}, suite {shown.suite}, {cases}, run {shown.run}, "
        f"commit {(shown.commit or 'none')[:7]}, machine {shown.machine}"
    )


def under(shown: Benchmark) -> list[Sheet]:
    """The levels of load, where the run was put under load, and what was asked for, where that was."""
    sheets = [under_load.sheet(shown.traffic)] if shown.traffic else []
    return [*sheets, criteria.sheet(shown.criteria)] if shown.criteria else sheets


def sheet(table: FigureTable) -> Sheet:
    """The table as text, every figure with its interval in brackets."""
    heads = tuple((head, 0) for head in (table.about, *table.heads))
    return Sheet(table.title, heads, tuple((row.name, *map(written, row.cells)) for row in table.rows))


def written(figure: Figure | None) -> str:
    """'31.20 dB [30.11, 32.04] (4 of 6)': the interval and the counts where there is something to say."""
    if figure is None:
        return "-"
    return " ".join(
        filter(None, (units.value(figure.value, figure.unit), _interval(figure), _counts(figure)))
    )


def _narrow(table: FigureTable) -> tuple[tuple[tuple[str, int], ...], tuple[tuple[str, ...], ...]]:
    """Heads and rows for 80 columns: of the first figure its interval and counts, where few others follow."""
    columns = [[table.about, *(row.name for row in table.rows)]]
    for number, head in enumerate(table.heads):
        figures = [row.cells[number] for row in table.rows]
        columns.append([head, *map(_value, figures)])
        if number == 0 and len(table.heads) <= _FEW:
            columns.append(["95 %", *(_interval(figure) for figure in figures)])
            measured = ["measured", *(_counts(figure) for figure in figures)]
    if len(table.heads) <= _FEW:
        columns.append(measured)
    told = [column for column in columns if any(cell not in ("", "-") for cell in column[1:])]
    heads, *rows = zip(*told, strict=True)
    return tuple((head, 0) for head in heads), tuple(rows)


def _value(figure: Figure | None) -> str:
    return "-" if figure is None else units.value(figure.value, figure.unit, most=_CELL)


def _interval(figure: Figure | None) -> str:
    """'[11.2, 23.6]', in the unit of the figure where all three have one."""
    if figure is None or figure.low is None or figure.high is None:
        return ""
    each = [units.value(number, figure.unit) for number in (figure.value, figure.low, figure.high)]
    low, high = (
        each[1:]
        if len({text.partition(" ")[2] for text in each}) > 1
        else (text.partition(" ")[0] for text in each[1:])
    )
    return f"[{low}, {high}]"


def _counts(figure: Figure | None) -> str:
    return f"{figure.count} of {figure.of}" if figure and figure.count < figure.of else ""
