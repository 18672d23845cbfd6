"""Reads a written number out, with damga or another normalizer."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Protocol

from tts_baseline.core.errors import MissingExtra, PipelineError

Read = Callable[[str], str]

# chosen: damga takes about half a millisecond for a number, and few numbers in a text are new
_REMEMBERED = 4096


class Normalizer(Protocol):
    """An object that reads written numbers out: cardinals (1.234), ordinals (12.º) and fractions (3/8)."""

    def normalize(self, text: str) -> str: ...


@functools.cache
def damga() -> Normalizer:
    """damga's Spanish grammars, loaded once; MissingExtra if the package is not installed."""
    try:
        from damga import TextNormalizer
    except ImportError as error:
        raise MissingExtra("reading numbers out needs damga", extra="spanish") from error
    normalizer: Normalizer = TextNormalizer(lang="es", formal_ordinals=True)
    return normalizer


@functools.cache
def damga_reads() -> Read:
    """The function that gives damga's words for a number; the latest few thousand are cached."""
    return functools.lru_cache(maxsize=_REMEMBERED)(reads(damga()))


def reads(normalizer: Normalizer) -> Read:
    """The function that gives a normalizer's words for a number; PipelineError if a digit is left."""

    def read(number: str) -> str:
        spoken = normalizer.normalize(number)
        if re.search(r"\d", spoken):
            raise PipelineError(f"the normalizer cannot read {number!r}: it says {spoken!r}")
        return spoken

    return read
