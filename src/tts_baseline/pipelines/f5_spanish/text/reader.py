"""Who reads a written number out: damga, or whatever normalizer is given instead."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Protocol

from tts_baseline.core.errors import MissingExtra, PipelineError

Read = Callable[[str], str]

# damga takes about half a millisecond for a number, and a text has few that it has not met before.
_REMEMBERED = 4096


class Normalizer(Protocol):
    """Whatever reads written numbers out: cardinals (1.234), ordinals (12.º) and fractions (3/8)."""

    def normalize(self, text: str) -> str: ...


@functools.cache
def damga() -> Normalizer:
    """damga's Spanish grammars, loaded once; MissingExtra where the package is not installed."""
    try:
        from damga import TextNormalizer
    except ImportError as error:
        raise MissingExtra("reading numbers out needs damga", extra="spanish") from error
    normalizer: Normalizer = TextNormalizer(lang="es", formal_ordinals=True)
    return normalizer


@functools.cache
def damga_reads() -> Read:
    """What damga says for a number; the last few thousand are remembered."""
    return functools.lru_cache(maxsize=_REMEMBERED)(reads(damga()))


def reads(normalizer: Normalizer) -> Read:
    """What a normalizer says for a number; PipelineError where it leaves a digit."""

    def read(number: str) -> str:
        spoken = normalizer.normalize(number)
        if re.search(r"\d", spoken):
            raise PipelineError(f"the normalizer cannot read {number!r}: it says {spoken!r}")
        return spoken

    return read
