"""A benchmark as a page of HTML to look at: its pictures, then every figure with its interval."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tts_baseline.report import held, under_load
from tts_baseline.report.benchmark import charts
from tts_baseline.report.benchmark.figures import Benchmark
from tts_baseline.report.benchmark.text import about, sheet, under
from tts_baseline.report.document import STYLE, document
from tts_baseline.report.markup import Markup, element, together
from tts_baseline.report.table import Sheet


def html(shown: Benchmark, more: Sequence[Sheet] = ()) -> str:
    """The page; it needs no network and runs no script."""
    title = f"tts-baseline: benchmark of {shown.kind}"
    body = [element("h1", title), element("p", about(shown)), *_pictures(shown)]
    body += [part for each in (*map(sheet, shown.tables), *under(shown), *more) for part in _table(each)]
    return document(title, STYLE + charts.STYLE, together(body))


def _pictures(shown: Benchmark) -> Iterator[Markup]:
    if shown.spreads:
        yield element("h2", "warm latency by length of text: 5th to 95th percentile, median and its interval")
        yield charts.spreads(shown.spreads)
    if shown.shares:
        yield element("h2", "what a warm call is made of, mean")
        yield charts.shares(shown.shares)
    if shown.traffic:
        yield element("h2", "throughput against the 95th percentile of latency")
        yield element("div", under_load.plot(shown.traffic), class_="plot")
    if shown.soak:
        yield element("h2", held.TITLE)
        yield element("div", held.plot(shown.soak), class_="plot")


def _table(shown: Sheet) -> Iterator[Markup]:
    rows = [element("tr", *(element("th", head) for head, _ in shown.heads))]
    rows += [element("tr", *(element("td", cell) for cell in row)) for row in shown.rows]
    yield element("h2", shown.title)
    yield element("table", together(rows))
