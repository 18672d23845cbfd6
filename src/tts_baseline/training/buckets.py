"""Which clips are learned together: batches of nearly equal length, another order in every epoch."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_JITTER = 0.02  # chosen: clips of nearly the same length meet others in every epoch


class Cursor(NamedTuple):
    """Where a run is: the epoch, and the batch in it."""

    epoch: int = 0
    batch: int = 0


def batches(
    lengths: Sequence[int], *, most: int, items: int, seed: int, epoch: int = 0
) -> list[tuple[int, ...]]:
    """The clips (indices) of each batch of one epoch, a function of the arguments alone.

    A batch has at most `items` clips and `most` frames, padding counted; a clip longer than that is alone.
    """
    dice = random.Random(f"{seed} {epoch}")
    order = sorted(range(len(lengths)), key=lambda i: lengths[i] * (1 + dice.uniform(-_JITTER, _JITTER)))
    found: list[list[int]] = []
    widest = 0
    for index in order:
        widest = max(widest, lengths[index])
        if not found or len(found[-1]) == items or widest * (len(found[-1]) + 1) > most:
            found.append([])
            widest = lengths[index]
        found[-1].append(index)
    dice.shuffle(found)
    return [tuple(batch) for batch in found]


def walk(
    lengths: Sequence[int],
    *,
    most: int,
    items: int,
    seed: int,
    start: Cursor = Cursor(),  # noqa: B008
) -> Iterator[tuple[Cursor, tuple[int, ...]]]:
    """Batches without end, from a cursor on, each with the cursor after it."""
    epoch, first = start
    while True:
        here = batches(lengths, most=most, items=items, seed=seed, epoch=epoch)
        for number in range(first, len(here)):
            done = number + 1 == len(here)
            yield (Cursor(epoch + 1, 0) if done else Cursor(epoch, number + 1)), here[number]
        epoch, first = epoch + 1, 0
