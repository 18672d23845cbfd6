"""What one process held after each request of a soak, as a plot."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from tts_baseline.core import units
from tts_baseline.core.soak import Soak
from tts_baseline.report.markup import Markup, element
from tts_baseline.stats.slope import slope

TITLE = "memory over requests"
WIDTH, HEIGHT = 460, 200
_LEFT, _BELOW, _ABOVE = 80, 34, 12
_LEAST_SPAN = 2**20  # chosen: 1 MiB up to down, so that pages of an allocator look like no mountains
_FEWEST = 3  # warm requests that have a slope


def plot(soak: Soak) -> Markup:
    """Bytes held (up) after each request (to the right) as SVG; empty of fewer than two.

    What fills on purpose is shaded; the line is the robust slope of the rest, through its median.
    """
    if len(soak.held) < 2:
        return Markup("")
    low, high = min(soak.held), max(soak.held)
    spare = max(_LEAST_SPAN - (high - low), 0) / 2
    frame = _Frame(len(soak.held), low - spare, high + spare)
    dots = (
        element("circle", cx=f"{frame.x(at):.1f}", cy=f"{frame.y(held):.1f}", r="1.6", fill="currentColor")
        for at, held in enumerate(soak.held)
    )
    marks = [*frame.shade(soak.warm), *frame.axes(), *dots, *_trend(soak, frame)]
    return element("svg", *marks, viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img")


class _Frame:
    """Where a request is in the picture, and where its bytes are."""

    def __init__(self, requests: int, low: float, high: float) -> None:
        self._requests, self._low, self._high = requests, low, high

    def x(self, request: float) -> float:
        return _LEFT + request / (self._requests - 1) * (WIDTH - _LEFT - 8)

    def y(self, held: float) -> float:
        share = (held - self._low) / (self._high - self._low)
        return HEIGHT - _BELOW - share * (HEIGHT - _BELOW - _ABOVE)

    def shade(self, warm: int) -> Iterator[Markup]:
        """The requests that fill what is kept on purpose."""
        if warm:
            size = {"width": f"{self.x(warm - 0.5) - _LEFT:.1f}", "height": str(HEIGHT - _BELOW - _ABOVE)}
            yield element("rect", x=str(_LEFT), y=str(_ABOVE), fill="currentColor", opacity="0.1", **size)

    def axes(self) -> Iterator[Markup]:
        """Both axes, with the least and the most bytes."""
        bottom = HEIGHT - _BELOW
        corner = f"{_LEFT},{_ABOVE} {_LEFT},{bottom} {WIDTH},{bottom}"
        yield element("polyline", points=corner, fill="none", stroke="currentColor", opacity="0.4")
        yield _text(units.value(self._high, "B"), 0, _ABOVE + 4)
        yield _text(units.value(self._low, "B"), 0, bottom)
        yield _text(f"bytes held after each of {self._requests} requests", _LEFT, HEIGHT - 8)

    def line(self, first: float, at_first: float, last: float, at_last: float) -> Markup:
        ends = {"x1": self.x(first), "y1": self.y(at_first), "x2": self.x(last), "y2": self.y(at_last)}
        return element(
            "line",
            stroke="#d9304a",
            **{"stroke-width": "2"},
            **{name: f"{at:.1f}" for name, at in ends.items()},
        )


def _trend(soak: Soak, frame: _Frame) -> Iterator[Markup]:
    warm = soak.held[soak.warm :]
    if len(warm) >= _FEWEST:
        rise, middle, half = slope(warm).value, median(warm), (len(warm) - 1) / 2
        yield frame.line(soak.warm, middle - rise * half, len(soak.held) - 1, middle + rise * half)


def _text(text: str, x: float, y: float) -> Markup:
    return element("text", text, x=f"{x:.1f}", y=f"{y:.1f}")
