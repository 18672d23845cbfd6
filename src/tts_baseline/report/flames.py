"""The differential flame graph of a profile, as SVG: as wide as the head's time, red where that grew."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct, field

from tts_baseline.core import units
from tts_baseline.core.judgement import Judgement
from tts_baseline.core.profile import PairedProfile
from tts_baseline.report.markup import Markup, element

FILE = "profile.svg"
_WIDTH, _ROW, _HEAD = 1200, 17, 34
_NARROWEST = 1.0  # narrower boxes cannot be seen
_LETTER = 5.6  # the width of a letter of the font's size
_FULL = 0.1  # chosen: a function that grew by a tenth of the whole call is as red as can be


class _Box(Struct):
    """A function among its callers: seconds a call in it and all that it calls, by arm."""

    base_s: float = 0.0
    head_s: float = 0.0
    callees: dict[str, _Box] = field(default_factory=dict)


def flames(profile: PairedProfile) -> Markup:
    """The graph, callers above what they call; every box says its numbers where it is pointed at."""
    root = _tree(profile)
    depth = _depth(root, _scale(root))
    size = (_WIDTH, depth * _ROW + _HEAD)
    title = (
        f"a call of the head: {units.seconds(root.head_s)}, of the base: {units.seconds(root.base_s)}; "
        "as wide as the time in the head, red: longer than in the base, blue: shorter"
    )
    return element(
        "svg",
        element("text", title, x="4", y="14"),
        *_boxes("a call", root, 0.0, _HEAD - _ROW + 6, root),
        viewBox=f"0 0 {size[0]} {size[1]}",
        role="img",
        xmlns="http://www.w3.org/2000/svg",
        class_="flames",
        **{"font-family": "system-ui, sans-serif", "font-size": "10"},
    )


def files(judgement: Judgement | None) -> dict[str, str]:
    """What is written beside a judgement: the graph of its profile, by name; nothing without one."""
    profile = judgement.profile if judgement else None
    return {FILE: f"{flames(profile)}\n"} if profile else {}


def _tree(profile: PairedProfile) -> _Box:
    root = _Box()
    for stack in profile.stacks:
        box = root
        for name in (None, *stack.functions):
            box = box if name is None else box.callees.setdefault(name, _Box())
            box.base_s += stack.base_s
            box.head_s += stack.head_s
    return root


def _scale(root: _Box) -> float:
    return _WIDTH / (root.head_s or 1.0)


def _depth(box: _Box, scale: float) -> int:
    """The rows from this box down, of those that can be seen."""
    seen = [each for each in box.callees.values() if each.head_s * scale >= _NARROWEST]
    return 1 + max((_depth(each, scale) for each in seen), default=0)


def _boxes(name: str, box: _Box, left: float, top: float, root: _Box) -> Iterator[Markup]:
    width = box.head_s * _scale(root)
    if width < _NARROWEST:
        return
    change = box.head_s - box.base_s
    said = (
        f"{name}: {units.change(change, 's', relative=False)} a call "
        f"({units.seconds(box.base_s)} -> {units.seconds(box.head_s)})"
    )
    letters = int((width - 6) / _LETTER)
    shown = name if len(name) <= letters else f"…{name[1 - letters :]}" if letters > 3 else ""
    size = {"x": f"{left:.1f}", "y": f"{top:.1f}", "width": f"{width:.1f}", "height": f"{_ROW - 1}"}
    words = element("text", shown, x=f"{left + 3:.1f}", y=f"{top + 12:.1f}", fill="#000")
    fill = _color(change / (root.base_s or 1.0))
    yield element("g", element("title", said), element("rect", **size, fill=fill), words)
    for callee, inside in sorted(box.callees.items()):
        yield from _boxes(callee, inside, left, top + _ROW, root)
        left += inside.head_s * _scale(root)


def _color(change: float) -> str:
    """White for no change, red for one of a tenth of a call, blue for a tenth less."""
    pale = round(255 * (1 - min(abs(change) / _FULL, 1.0) * 0.65))
    return f"rgb(255,{pale},{pale})" if change > 0 else f"rgb({pale},{pale},255)"
