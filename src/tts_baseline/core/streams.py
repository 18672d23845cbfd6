"""What a stream can show: which characters, colors, and lines that are written over."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from typing import Protocol

# For our own signs, of one column each, so that tables keep their shape.
_LOOK_ALIKES = dict(zip("…µ±×·●−«»━╸╺", '~u+x.*-""---', strict=True))


class OutputStream(Protocol):
    """The part of a text stream that says what it is."""

    def isatty(self) -> bool: ...


def spelled(text: str, encoding: str | None) -> str:
    """The text in characters that `encoding` has: look-alikes of our own signs, else escapes.

    Without an encoding that is known it is ASCII.
    """
    codec = _known(encoding or "ascii")
    lacking = _lacking(text, codec)
    if not lacking:
        return text  # translating a page of thousands of cases takes longer than making it
    alike = {ord(char): _LOOK_ALIKES[char] for char in lacking & _LOOK_ALIKES.keys()}
    return text.translate(alike).encode(codec, "backslashreplace").decode(codec)


def has_colors(stream: OutputStream | None, environ: Mapping[str, str]) -> bool:
    """Whether a stream shows colors: a terminal that is not dumb, and NO_COLOR (no-color.org) is not set."""
    return is_live(stream, environ) and not environ.get("NO_COLOR")


def is_live(stream: OutputStream | None, environ: Mapping[str, str]) -> bool:
    """Whether a line of a stream can be written over: it is a terminal that is not dumb."""
    return stream is not None and stream.isatty() and not is_dumb(environ)


def is_dumb(environ: Mapping[str, str]) -> bool:
    """Whether the terminal says that it knows no codes."""
    return environ.get("TERM") in ("dumb", "unknown")


def _known(encoding: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        return "ascii"


def _lacking(text: str, codec: str) -> set[str]:
    return {char for char in set(text) if not char.encode(codec, "ignore")}
