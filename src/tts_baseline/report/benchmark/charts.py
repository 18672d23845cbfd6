"""The pictures of a benchmark, as SVG that loads nothing: how latency is spread, and what it is made of."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

from tts_baseline.core import units
from tts_baseline.report.benchmark.figures import LatencySpread, Shares
from tts_baseline.report.markup import Markup, element

STYLE = """
.plot { max-width: 40rem; }
.box { fill: #4a90d955; stroke: #4a90d9; }
.whisker { stroke: #4a90d9; stroke-width: 1.5; }
.middle { stroke: #d9304a; stroke-width: 2.5; }
.interval { fill: #d9304a44; }
.grid { stroke: var(--soft); stroke-width: .5; }
.stage0 { fill: #4a90d9; } .stage1 { fill: #e8963c; } .stage2 { fill: #4aa564; } .stage3 { fill: #a667b9; }
.stage4 { fill: #c75a5a; } .stage5 { fill: #7f8c8d; }
"""
_COLORS = 6
_WIDTH, _ROW, _LEFT, _RIGHT, _AXIS = 720, 26, 90, 70, 18
_STEPS = (1.0, 2.0, 5.0)
_LABEL = 52  # as wide as "100.0 ms", and a gap


def spreads(rows: Sequence[LatencySpread]) -> Markup:
    """A line from the 5th to the 95th percentile, a box of the middle half, the median, on a log scale.

    The median's interval is the band behind it.
    """
    low = min(min(row.percentiles[0], row.low) for row in rows)
    high = max(max(row.percentiles[-1], row.high) for row in rows)
    low, high = low / 1.1, high * 1.1

    def place(value: float) -> float:
        return _LEFT + math.log(value / low) / math.log(high / low) * (_WIDTH - _LEFT - _RIGHT)

    marks = [mark for number, row in enumerate(rows) for mark in _strip(row, number * _ROW, place)]
    return _picture([*_grid(_round_values(low, high), place, len(rows)), *marks], len(rows))


def shares(rows: Sequence[Shares]) -> Markup:
    """A bar a row, as long as all of its parts together; the legend names the parts."""
    longest = max(sum(row.parts.values()) for row in rows)
    scale = (_WIDTH - _LEFT - _RIGHT) / longest
    marks = [mark for number, row in enumerate(rows) for mark in _bar(row, number * _ROW, scale)]
    return _picture([*marks, *_legend(tuple(rows[0].parts), len(rows) * _ROW)], len(rows))


def _strip(row: LatencySpread, top: float, place: Callable[[float], float]) -> Iterator[Markup]:
    p5, p25, p50, p75, p95 = map(place, row.percentiles)
    middle, upper, height = top + _ROW / 2, top + 5, _ROW - 10
    yield _words(row.name, 0, middle)
    yield _box("interval", place(row.low), top + 1, place(row.high) - place(row.low), _ROW - 2)
    yield _line("whisker", p5, middle, p95, middle)
    yield _box("box", p25, upper, p75 - p25, height)
    yield _line("middle", p50, upper, p50, upper + height)
    yield _words(units.seconds(row.percentiles[2]), _WIDTH - _RIGHT + 8, middle)


def _bar(row: Shares, top: float, scale: float) -> Iterator[Markup]:
    yield _words(row.name, 0, top + _ROW / 2)
    left = float(_LEFT)
    for number, seconds in enumerate(row.parts.values()):
        yield _box(f"stage{number % _COLORS}", left, top + 5, seconds * scale, _ROW - 10)
        left += seconds * scale
    yield _words(units.seconds(sum(row.parts.values())), left + 8, top + _ROW / 2)


def _legend(names: Sequence[str], top: float) -> Iterator[Markup]:
    left = float(_LEFT)
    for number, name in enumerate(names):
        yield _box(f"stage{number % _COLORS}", left, top + 4, 10, 10)
        yield _words(name, left + 14, top + 9)
        left += 30 + 7 * len(name)


def _grid(values: Sequence[float], place: Callable[[float], float], rows: int) -> Iterator[Markup]:
    free = -math.inf
    for value in values:
        at = place(value)
        yield _line("grid", at, 0, at, rows * _ROW)
        if at >= free:
            yield _words(units.seconds(value), at - 12, rows * _ROW + _AXIS / 2)
            free = at + _LABEL


def _round_values(low: float, high: float) -> list[float]:
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    values = [step * 10.0**decade for decade in decades for step in _STEPS]
    return [value for value in values if low <= value <= high]


def _picture(marks: Sequence[Markup], rows: int) -> Markup:
    return element("svg", *marks, viewBox=f"0 0 {_WIDTH} {rows * _ROW + _AXIS}", role="img")


def _box(kind: str, x: float, y: float, width: float, height: float) -> Markup:
    size = {"x": f"{x:.1f}", "y": f"{y:.1f}", "width": f"{max(width, 0.5):.1f}", "height": f"{height:.1f}"}
    return element("rect", class_=kind, **size)


def _line(kind: str, x1: float, y1: float, x2: float, y2: float) -> Markup:
    ends = {"x1": x1, "y1": y1, "x2": x2, "y2": y2}
    return element("line", class_=kind, **{name: f"{end:.1f}" for name, end in ends.items()})


def _words(text: str, x: float, y: float) -> Markup:
    return element("text", text, x=f"{x:.1f}", y=f"{y + 3:.1f}")
