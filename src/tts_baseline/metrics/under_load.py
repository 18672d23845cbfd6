"""What the metrics under load share: why a measurement under load has no value."""

from __future__ import annotations

from collections.abc import Sequence

from tts_baseline.core.traffic import LoadLevel, Mixup, Traffic

_MOST_FAILED = 0.01  # chosen: of the requests of a level; with more it measures refusals
_WORDS = {
    "swapped": "was given the sound of {other}, which was given its own",
    "duplicated": "was given the sound of {other}, which was under way beside it",
    "stitched": "was given a sound with a part of that of {other}",
    "stale": "was given the sound of {other}, which was over before",
    "cut off": "was given the beginning of its sound",
    "unknown": "was given a sound that is of no request",
}


def fault(traffic: Traffic, levels: Sequence[LoadLevel]) -> str:
    """Why nothing may be read of these levels: answers that are not their own, or that failed; else empty."""
    if traffic.mixups:
        count, first = traffic.checked - sum(traffic.proven.values()), traffic.mixups[0]
        more = f"; {count} of {traffic.checked} answers are not their requests' own" * (count > 1)
        return said(first) + more
    for level in levels:
        failed = level.requests - level.answered
        if failed > _MOST_FAILED * level.requests:
            kind = max(level.errors, key=level.errors.__getitem__, default="no answer")
            return f"{failed} of {level.requests} requests failed at {named(level)}: {kind}"
    return ""


def said(mixup: Mixup) -> str:
    """A mix-up as a sentence with the names of both requests."""
    return f"{mixup.request} {_WORDS[mixup.kind].format(other=mixup.other)}"


def named(level: LoadLevel) -> str:
    """A level in words: '8 clients', '70% of the knee'."""
    if level.clients:
        return f"{level.clients} client{'s' * (level.clients > 1)}"
    return f"{level.share:.0%} of the knee"
