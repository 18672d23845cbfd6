"""Speed against quality over all variants that stood beside the reference, as SVG that loads nothing."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

from tts_baseline.core.preset import Attempt
from tts_baseline.core.switches import named
from tts_baseline.report.markup import Markup, element

_WIDTH, _HEIGHT, _LEFT, _TOP, _RIGHT, _BOTTOM = 640, 360, 56, 16, 130, 40
# Colours that stay apart for people who see fewer of them (Okabe and Ito 2008).
_COLORS = {"faster": "#009E73", "no faster": "#7F7F7F", "undecided": "#E69F00", "refused": "#D55E00"}
_MOST = 2.5  # chosen: limits; what lost more is drawn there, at the lower edge
_STEPS = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 7.0, 10.0, 15.0, 20.0, 30.0, 50.0, 100.0)


def pareto(attempts: Sequence[Attempt]) -> Markup:
    """The plot: to the right, times as fast as the reference with 95 %; downwards, the limits that were lost.

    The line joins what no other faster variant beats in both. Variants that were never timed are left out.
    """
    shown = [each for each in attempts if not each.beside and each.time and each.loss is not None]
    # What is refused may be fast beyond all measure: it stands at the edge.
    speeds = [1.0, *(_speed(each.time.low) for each in shown if each.time and each.verdict != "refused")]
    most = next((step for step in _STEPS if step >= max(speeds) * 1.02), max(speeds))
    right, bottom = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM

    def x(speed: float) -> float:
        return _LEFT + (right - _LEFT) * min(max(speed, 0.0), most) / most

    def y(loss: float) -> float:
        return _TOP + (bottom - _TOP) * min(loss, _MOST) / _MOST

    marks = [mark for row, each in enumerate(shown) for mark in _point(each, x, y, lower=row % 2 == 1)]
    return element(
        "svg",
        *_axes(most, x, y),
        *_front(shown, x, y),
        element("circle", cx=f"{x(1):.1f}", cy=f"{y(0):.1f}", r="4", fill="#000"),
        element("text", "reference", x=f"{x(1) - 58:.1f}", y=f"{y(0) + 14:.1f}"),
        *marks,
        *_legend(right + 30),
        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
        role="img",
        xmlns="http://www.w3.org/2000/svg",
        **{"font-family": "system-ui, sans-serif", "font-size": "10"},
    )


def front(attempts: Sequence[Attempt]) -> list[Attempt]:
    """The faster variants that no other faster one beats in both, by speed."""
    known = [each for each in attempts if each.verdict == "faster" and not each.beside and each.time]
    best: list[Attempt] = []
    for each in sorted(known, key=lambda each: each.time.change if each.time else 0.0):
        if not best or (each.loss or 0.0) < (best[-1].loss or 0.0):
            best.append(each)
    return best[::-1]


def _speed(change: float) -> float:
    """Times as fast for a change of the time."""
    return 1 / (1 + change) if change > -1 else math.inf


def _point(
    attempt: Attempt, x: Callable[[float], float], y: Callable[[float], float], *, lower: bool
) -> Iterator[Markup]:
    time, loss = attempt.time, attempt.loss
    if time is None or loss is None:
        return
    color = _COLORS.get(attempt.verdict, "#000")
    height = f"{y(loss):.1f}"
    yield _line(x(_speed(time.high)), y(loss), x(_speed(time.low)), y(loss), color)
    place = x(_speed(time.change))
    title = element("title", f"{named(attempt.switches)}: {attempt.verdict}, {_speed(time.change):.2f} times")
    yield element("circle", title, cx=f"{place:.1f}", cy=height, r="4", fill=color)
    yield element(
        "text",
        named(attempt.switches),
        x=f"{place + 6:.1f}",
        y=f"{y(loss) + (13 if lower else -5):.1f}",
        fill=color,
    )


def _line(x1: float, y1: float, x2: float, y2: float, color: str) -> Markup:
    ends = {"x1": x1, "x2": x2, "y1": y1, "y2": y2}
    return element("line", stroke=color, **{name: f"{place:.1f}" for name, place in ends.items()})


def _front(
    attempts: Sequence[Attempt], x: Callable[[float], float], y: Callable[[float], float]
) -> Iterator[Markup]:
    best = front(attempts)
    if len(best) > 1:
        points = (
            f"{x(_speed(each.time.change)):.1f},{y(each.loss or 0.0):.1f}" for each in best if each.time
        )
        yield element("polyline", points=" ".join(points), fill="none", stroke=_COLORS["faster"])


def _axes(most: float, x: Callable[[float], float], y: Callable[[float], float]) -> Iterator[Markup]:
    for loss in (0.0, 0.5, 1.0, 1.5, 2.0, 2.5):
        yield _line(x(0), y(loss), x(most), y(loss), "#D55E00" if loss == 1 else "#ddd")
        yield element(
            "text", f"{loss:g}" + "+" * (loss == _MOST), x=f"{x(0) - 26:.1f}", y=f"{y(loss) + 3:.1f}"
        )
    for part in range(5):
        speed = most * part / 4
        yield _line(x(speed), y(0), x(speed), y(_MOST), "#ddd")
        yield element("text", f"{speed:.2g}×", x=f"{x(speed) - 8:.1f}", y=f"{y(_MOST) + 14:.1f}")
    yield element("text", "times as fast as the reference", x=f"{x(0):.1f}", y=f"{y(_MOST) + 30:.1f}")
    words = "limits lost by the worst gate of sound (1: as much as passes)"
    turned = f"rotate(-90 12 {y(_MOST):.0f})"
    yield element("text", words, x="12", y=f"{y(_MOST):.1f}", transform=turned)


def _legend(left: float) -> Iterator[Markup]:
    for number, (verdict, color) in enumerate(_COLORS.items()):
        top = _TOP + 14 * number
        yield element("circle", cx=f"{left:.1f}", cy=f"{top:.1f}", r="4", fill=color)
        yield element("text", verdict, x=f"{left + 8:.1f}", y=f"{top + 3:.1f}")
