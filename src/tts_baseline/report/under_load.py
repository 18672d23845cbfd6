"""What a run did under load: its levels as a table, and throughput against the 95th percentile as a plot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tts_baseline.core import units
from tts_baseline.core.traffic import LoadLevel, Traffic
from tts_baseline.metrics.under_load import named, said
from tts_baseline.report.markup import Markup, element
from tts_baseline.report.table import Sheet

WIDTH, HEIGHT = 460, 220
_LEFT, _BELOW, _ABOVE = 60, 34, 14
_HEADS = (
    ("load", 16), ("req/s", 8), ("audio s/s", 9), ("p50", 9), ("p95", 9), ("p99", 9), ("in time", 8),
    ("failed", 6),
)  # fmt: skip

_HEARD = (("heard p50", 10), ("heard p95", 10), ("starved", 8))


def sheet(traffic: Traffic) -> Sheet:
    """One row a level: clients that wait for their answers, then arrivals that wait for nobody."""
    way: str = traffic.way
    if way in ("workers", "stream"):
        way = f"{traffic.workers} workers{', streamed' * (way == 'stream')}"
    crossed = traffic.checked - sum(traffic.proven.values())
    proof = f"{crossed} of {traffic.checked} answers are not their requests' own"
    if not crossed:
        proof = f"each of {traffic.checked} answers is its request's own"
    is_streamed = any(level.starved is not None for level in traffic.levels)
    rows = (_row(level) + _heard(level) * is_streamed for level in traffic.levels)
    return Sheet(f"Under load ({way}): {proof}", _HEADS + _HEARD * is_streamed, tuple(rows))


def mixups(traffic: Traffic) -> tuple[str, ...]:
    """A sentence for each answer that is not its request's own, of those that are kept."""
    return tuple(map(said, traffic.mixups))


def plot(traffic: Traffic) -> Markup:
    """Throughput (to the right) against the 95th percentile (up) as SVG; empty of fewer than two levels."""
    drawn = [level for level in traffic.levels if level.p95_s is not None and level.throughput > 0]
    if len(drawn) < 2:
        return Markup("")
    frame = _Frame(drawn)
    closed = [level for level in drawn if level.clients]
    path = " ".join(f"{frame.x(level):.1f},{frame.y(level):.1f}" for level in closed)
    line = element("polyline", points=path, fill="none", stroke="currentColor", **{"stroke-width": "1.2"})
    marks = [mark for level in drawn for mark in frame.mark(level)]
    return element("svg", *frame.axes(), line, *marks, viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img")


def _row(level: LoadLevel) -> tuple[str, ...]:
    return (
        f"{named(level)}{' (knee)' * level.is_knee}",
        f"{level.throughput:.2f}",
        f"{level.audio:.1f}",
        *(units.value(value, "s") for value in (level.p50_s, level.p95_s, level.p99_s)),
        f"{level.goodput:.2f}",
        str(level.requests - level.answered),
    )


def _heard(level: LoadLevel) -> tuple[str, ...]:
    """When something is heard, and how many players run dry, of streamed answers."""
    first = (units.value(value, "s") for value in (level.first_audio_p50_s, level.first_audio_p95_s))
    return (*first, "" if level.starved is None else f"{level.starved:.0%}")


class _Frame:
    """Where a level is in the picture; both axes begin at nothing."""

    def __init__(self, levels: Sequence[LoadLevel]) -> None:
        self._most = max(level.throughput for level in levels)
        self._slowest = max(level.p95_s or 0.0 for level in levels)

    def x(self, level: LoadLevel) -> float:
        return _LEFT + level.throughput / self._most * (WIDTH - _LEFT - 70)

    def y(self, level: LoadLevel) -> float:
        return HEIGHT - _BELOW - (level.p95_s or 0.0) / self._slowest * (HEIGHT - _BELOW - _ABOVE)

    def mark(self, level: LoadLevel) -> Iterator[Markup]:
        """A dot with its name: full for clients, open for arrivals."""
        x, y = self.x(level), self.y(level)
        fill = "currentColor" if level.clients else "none"
        yield element("circle", cx=f"{x:.1f}", cy=f"{y:.1f}", r="3.5", fill=fill, stroke="currentColor")
        name = str(level.clients) if level.clients else f"{level.share:.0%}"
        yield _text(name, x + 6, y - 4)

    def axes(self) -> Iterator[Markup]:
        """Both axes, each with its largest value."""
        bottom = HEIGHT - _BELOW
        corner = f"{_LEFT},{_ABOVE} {_LEFT},{bottom} {WIDTH},{bottom}"
        yield element("polyline", points=corner, fill="none", stroke="currentColor", opacity="0.4")
        yield _text(f"{self._most:.2f} req/s", WIDTH - 110, HEIGHT - 18)
        yield _text("throughput, by clients; in % of the knee where requests arrive", _LEFT, HEIGHT - 4)
        yield _text(units.value(self._slowest, "s"), 0, _ABOVE + 4)
        yield _text("p95", 0, _ABOVE + 18)


def _text(text: str, x: float, y: float) -> Markup:
    return element("text", text, x=f"{x:.1f}", y=f"{y:.1f}")
