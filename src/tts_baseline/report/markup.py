"""Elements of HTML and SVG, in which text stays text."""

from __future__ import annotations

from collections.abc import Iterable

from tts_baseline.core import outside


class Markup(str):
    """What `element` has made; any other text within an element is escaped."""

    __slots__ = ()


NEWLINE = Markup("\n")


def element(name: str, *children: str, **attributes: str) -> Markup:
    """An element with these children and attributes, an underscore in whose names is left out at the end."""
    inside = "".join(child if isinstance(child, Markup) else outside.html(child) for child in children)
    stated = "".join(f' {key.rstrip("_")}="{outside.html(value)}"' for key, value in attributes.items())
    return Markup(f"<{name}{stated}>{inside}</{name}>")


def together(parts: Iterable[Markup]) -> Markup:
    """The parts one after the other, each on a line of its own."""
    return Markup("\n".join(parts))
