"""When requests are sent and which: the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import accumulate

from tts_baseline.core.records import Case


def poisson(rate: float, count: int, seed: int = 0) -> tuple[float, ...]:
    """Seconds at which so many requests arrive, `rate` a second on average, independent of each other.

    With one seed the pattern is one pattern, stretched by the rate: two runs differ by what they measure.
    """
    dice = random.Random(seed)
    return tuple(accumulate(dice.expovariate(1.0) / rate for _ in range(count)))


def deck(cases: Sequence[Case], seed: int = 0) -> Iterator[Case]:
    """The cases without end: all of them in a shuffled order, then all in another one."""
    dice = random.Random(seed)
    while True:
        yield from dice.sample(list(cases), k=len(cases))
