"""Seeds of the fuzz targets, altered; and what comes of an attempt that may be refused.

The seeds are files of the project that benchmarks/hostile/mutated.py makes, with two calls of each case; what
workers and servers answer; and what people write.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import alter
from hypothesis import strategies as st

T = TypeVar("T")
E = TypeVar("E", bound=Exception)

SEEDS = Path(__file__).parents[1] / "fuzz" / "seeds"
DICE = st.randoms(use_true_random=False)


def altered(name: str, dice: random.Random) -> bytes:
    """A seed after one to three alterations; those of values need a document that is still one."""
    data, suffix = (SEEDS / name).read_bytes(), Path(name).suffix
    for _ in range(dice.randint(1, 3)):
        try:
            _, data = alter.altered(data, suffix, dice)
        except (ValueError, OverflowError, LookupError, TypeError, RecursionError):
            _, data = alter.altered(data or b"\0", "", dice)
    return data


def attempt(action: Callable[[], T], refusal: type[E]) -> tuple[T | None, E | None]:
    """What the action gives, or the error that it is refused with."""
    try:
        return action(), None
    except refusal as error:
        return None, error
