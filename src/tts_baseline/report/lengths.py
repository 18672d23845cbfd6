"""Groups of texts by how long they are: times of a sentence and of a paragraph have nothing in common."""

from __future__ import annotations

import math

# The bounds of the built-in suite (suites/es.toml), in characters.
_LONGEST = {"very-short": 15, "short": 45, "medium": 100, "long": 200, "paragraph": math.inf}
LENGTHS = tuple(_LONGEST)


def length(text: str) -> str:
    """The group of a text, one of `LENGTHS`."""
    return next(name for name, longest in _LONGEST.items() if len(text) <= longest)
