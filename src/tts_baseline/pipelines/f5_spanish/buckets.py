"""Which jobs are computed beside each other: those of nearly the same length, so that little is padding."""

from __future__ import annotations

from collections.abc import Sequence

PADDING = 1 / 8  # chosen: what a processor without idle lanes loses by it, at most
MOST_FRAMES = 8192  # chosen: eight jobs of 11 s; the hidden layer of a published network is then 134 MB


def alone(frames: Sequence[int]) -> list[list[int]]:
    """A group for each job."""
    return [[job] for job in range(len(frames))]


def buckets(frames: Sequence[int], *, padding: float = PADDING, most: int = MOST_FRAMES) -> list[list[int]]:
    """Groups of jobs by their frames, the shortest first.

    Of a group's frames, padding counted, at most this share is padding; they are no more than `most`, but
    for a job that is longer than that, which is alone.
    """
    found: list[list[int]] = []
    filled = 0
    for job in sorted(range(len(frames)), key=frames.__getitem__):
        # Sorted, so the one that is added is the longest.
        padded = frames[job] * (len(found[-1]) + 1) if found else 0
        if not found or padded > most or filled + frames[job] < (1 - padding) * padded:
            found.append([])
            filled = 0
        found[-1].append(job)
        filled += frames[job]
    return found
