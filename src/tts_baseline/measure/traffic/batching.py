"""Which of the requests that wait are answered together, and how long one waits for others of its length.

Pure: `systems.Batcher` asks it with the time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

SPREAD = (
    1.25  # chosen: of lengths beside each other; the shorter ones wait for the longest, or are padded to it
)


class WaitingRequest(NamedTuple):
    """A request that waits: the length of what it says, in any unit, and since when."""

    length: float
    since: float


class BatchPolicy(NamedTuple):
    """At most so many are answered together, as soon as they can be.

    With `wait_s` only those of nearly one length are, and one waits so long for others, also while idle.
    """

    most: int
    wait_s: float | None = None


def due(waiting: Sequence[WaitingRequest], now: float, policy: BatchPolicy) -> list[int]:
    """The requests, given in the order in which they came, to answer together now; none where none has to be.

    A request is answered with those of its length when they are as many as may be together, or when it has
    waited as long as it may.
    """
    if policy.wait_s is None:
        return list(range(min(len(waiting), policy.most)))
    for index, one in enumerate(waiting):
        beside = [
            other
            for other, each in enumerate(waiting)
            if other != index and one.length <= SPREAD * each.length and each.length <= SPREAD * one.length
        ]
        if len(beside) + 1 >= policy.most or now >= one.since + policy.wait_s:
            return sorted([index, *beside[: policy.most - 1]])
    return []


def look_again(waiting: Sequence[WaitingRequest], policy: BatchPolicy) -> float:
    """When the first of them has waited as long as it may, if nobody comes."""
    return min(each.since for each in waiting) + (policy.wait_s or 0.0)
