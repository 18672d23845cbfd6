"""A table as text; the same table serves the terminal and Markdown."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING

from msgspec import Struct

from tts_baseline.core import outside

if TYPE_CHECKING:
    from rich.table import Table

WIDTH = 80
_COLORS = {
    "invalid": "bold red",
    "regressed": "bold red",
    "undecided": "yellow",
    "no baseline": "cyan",
    "not comparable": "cyan",
    "worse": "bright_black",
    "improved": "green",
    "better": "bright_black",
    "ok": "green",
}
_LEFT = ("change", "gate", "case", "accepted")


class Sheet(Struct, frozen=True):
    """One table as text: a title, column heads with their width (0: as wide as needed), rows."""

    title: str
    heads: tuple[tuple[str, int], ...]
    rows: tuple[tuple[str, ...], ...]


def text(sheets: Iterable[Sheet], *, width: int = WIDTH, color: bool = False) -> str:
    """The tables for a terminal: verdict first, no line wider than `width`.

    A number too wide for its column goes on in the next line, because half a number is none; words are cut.
    """
    from rich.console import Console

    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=color, no_color=not color, legacy_windows=False)
    for sheet in sheets:
        console.print(_rich(sheet), crop=True)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def markdown(sheets: Iterable[Sheet]) -> str:
    """The tables as Markdown, each under its title."""
    return "\n".join(marked(sheets))


def marked(sheets: Iterable[Sheet]) -> Iterator[str]:
    """The lines of the tables as Markdown; each table is let go of before the next is asked for."""
    return chain.from_iterable(map(_marked, sheets))


def _marked(sheet: Sheet) -> Iterator[str]:
    yield from (f"### {outside.markdown(sheet.title)}", "")
    yield outside.row([head for head, _ in sheet.heads])
    yield outside.row(["---"] * len(sheet.heads))
    yield from map(outside.row, sheet.rows)
    yield ""


def _rich(sheet: Sheet) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), title=None, header_style="dim")
    for number, (head, width) in enumerate(sheet.heads):
        right = number > 1 and head not in _LEFT
        table.add_column(
            head, width=width or None, no_wrap=not right, justify="right" if right else "left",
            overflow="ellipsis",
        )  # fmt: skip
    for row in sheet.rows:
        style = _COLORS.get(row[0].lower(), "")
        table.add_row(Text(_cell(row[0]), style=style), *(Text(_cell(cell)) for cell in row[1:]))
    return table


def _cell(text: str) -> str:
    """Messages and reasons may have several lines; a cell has one."""
    return " ".join(outside.line(text).split())
