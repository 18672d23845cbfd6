"""Two benchmarks of one kind beside each other, figure by figure: what has moved, and no verdict."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from tts_baseline.core import units
from tts_baseline.core.errors import SettingsError
from tts_baseline.core.files import read_bounded
from tts_baseline.report.benchmark.figures import VERSION, Benchmark, BenchmarkKind, Figure
from tts_baseline.report.benchmark.text import written
from tts_baseline.report.table import Sheet

_LARGEST = 2**26  # chosen: a thousand times what the built-in suite gives
_RELATIVE = ("s", "B")


def read(path: Path, kind: BenchmarkKind) -> Benchmark:
    """The benchmark in a file that `--output` wrote. Raises SettingsError for any other file, naming it."""
    hint = f"write one: tts-baseline benchmark {kind} --output before.json"
    try:
        before = msgspec.json.decode(read_bounded(path, _LARGEST), type=Benchmark)
    except (OSError, ValueError, msgspec.MsgspecError, RecursionError) as error:
        raise SettingsError(f"no benchmark can be read: {error}", where=str(path), hint=hint) from error
    if before.version != VERSION or before.kind != kind:
        what = f"this is a benchmark of {before.kind}, version {before.version}"
        raise SettingsError(f"{what}, not of {kind}, version {VERSION}", where=str(path), hint=hint)
    return before


def moved(before: Benchmark, now: Benchmark, *, all_figures: bool = False) -> Sheet:
    """A row a figure that both have, whose intervals exclude each other; or every figure that both have.

    Times of two machines are shown, and say so little that the title tells it.
    """
    pairs = list(_pairs(before, now))
    rows = [
        (where, head, written(then), written(this), _change(then, this))
        for where, head, then, this in pairs
        if all_figures or _is_apart(then, this)
    ]
    apart = sum(_is_apart(then, this) for _, _, then, this in pairs)
    compared = sum(then.low is not None and this.low is not None for _, _, then, this in pairs)
    title = f"against run {before.run}: {apart} of {compared} figures with an interval are apart"
    if before.machine != now.machine:
        title += f"; it was another machine, {before.machine}"
    heads = tuple((head, 0) for head in ("of", "figure", "before", "now", "change"))
    return Sheet(title, heads, tuple(rows))


def _pairs(before: Benchmark, now: Benchmark) -> Iterator[tuple[str, str, Figure, Figure]]:
    known = {
        (table.title, row.name, head): figure
        for table in before.tables
        for row in table.rows
        for head, figure in zip(table.heads, row.cells, strict=True)
    }
    for table in now.tables:
        for row in table.rows:
            for head, figure in zip(table.heads, row.cells, strict=True):
                then = known.get((table.title, row.name, head))
                if then is not None and figure is not None and then.unit == figure.unit:
                    yield f"{table.title}: {row.name}", head, then, figure


def _is_apart(then: Figure, this: Figure) -> bool:
    if then.low is None or then.high is None or this.low is None or this.high is None:
        return False
    return this.low > then.high or this.high < then.low


def _change(then: Figure, this: Figure) -> str:
    if then.unit in _RELATIVE and then.value > 0:
        return units.change(this.value / then.value - 1, then.unit, relative=True)
    return units.change(this.value - then.value, then.unit, relative=False)
