"""What nothing divides: the tokens of each span, and the places inside them."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from tts_baseline.pipelines.f5_spanish.plan import Span, Token
from tts_baseline.pipelines.f5_spanish.text.normalize import SpokenSpan


def placed(spans: Iterable[SpokenSpan], tokens: Sequence[Token]) -> tuple[Span, ...]:
    """The spans with their first and last tokens; a span without a token has none."""
    starts = [token.start for token in tokens]
    ends = [token.end for token in tokens]
    found = []
    for spoken in spans:
        first = bisect.bisect_right(ends, spoken.start)
        last = bisect.bisect_left(starts, spoken.end) - 1
        found.append(replace(spoken.span, first=first, last=last) if first <= last else spoken.span)
    return tuple(found)


_COUNTS = ("number", "fraction", "ordinal", "range")


def inside(spans: Iterable[Span]) -> frozenset[int]:
    """The tokens after which a break would divide a span."""
    return frozenset(itertools.chain.from_iterable(range(span.first, span.last) for span in spans))


def bound(spans: Sequence[Span], tokens: Sequence[Token]) -> frozenset[int]:
    """The tokens between a span and the word it belongs to: treinta | días, siglo | veinte."""
    bonds = set()
    read = {index for span in spans for index in range(span.first, span.last + 1)}
    for span in spans:
        after = span.last + 1
        if span.first < 0:
            continue
        if span.type in _COUNTS and after < len(tokens) and after not in read and _content(tokens[after]):
            bonds.add(span.last)
        if (
            span.type == "roman"
            and span.first - 1 not in read
            and span.first
            and tokens[span.first - 1].kind == "word"
        ):
            bonds.add(span.first - 1)
    return frozenset(bonds)


def _content(token: Token) -> bool:
    """True for a small word that is no function word."""
    return token.kind == "word" and token.stress is not None and token.text.islower()
