"""The share of wrong readings of the whole pool: those of prose and of technical sentences by their shares.

    python benchmarks/reading/mixture.py

prints for each fresh sample (`samples.toml`) the share as drawn and that weighted by the pool (`pool` in
`results.json`, which `sentences.py --pool` counts): the sentences that were read before are drawn no more, so
that a sample has more or fewer technical ones than the pages. Intervals are of 95 %: Wilson's as drawn, and
of the weighted share those of its parts put together (MOVER: Zou and Donner 2008).
"""

from __future__ import annotations

import json
from math import hypot
from pathlib import Path

import msgspec
import review

from tts_baseline.core.records import Record

FILE = Path(__file__).with_name("samples.toml")
RESULTS = Path(__file__).with_name("results.json")

Share = tuple[float, float, float]  # a share, and the ends of its interval
Counts = tuple[int, int]  # wrong, read


class Sample(Record, frozen=True, kw_only=True):
    """A fresh sample: how many were wrong, of how many, before anything was done for it."""

    name: str
    prose: Counts
    technical: Counts


class _Page(Record, frozen=True, kw_only=True):
    sample: tuple[Sample, ...]


def samples() -> tuple[Sample, ...]:
    """The samples in their order."""
    return msgspec.toml.decode(FILE.read_bytes(), type=_Page).sample


def share(counts: Counts) -> Share:
    """A share with its interval."""
    return (counts[0] / counts[1], *review.wilson(*counts))


def weighted(sample: Sample, technical: float) -> Share:
    """The share wrong of a pool of which so much is technical, from a sample's parts."""
    parts = [(1 - technical, share(sample.prose)), (technical, share(sample.technical))]
    middle = sum(weight * part[0] for weight, part in parts)
    low, high = (hypot(*(weight * (part[0] - part[end]) for weight, part in parts)) for end in (1, 2))
    return middle, middle - low, middle + high


def joined(parts: list[Sample], name: str) -> Sample:
    """Several samples as one."""
    prose, technical = (
        (sum(getattr(part, kind)[0] for part in parts), sum(getattr(part, kind)[1] for part in parts))
        for kind in ("prose", "technical")
    )
    return Sample(name=name, prose=prose, technical=technical)


def said(found: Share) -> str:
    """A share as text."""
    return f"{found[0]:.1%} [{found[1]:.1%}, {found[2]:.1%}]"


def main() -> None:
    technical = json.loads(RESULTS.read_text(encoding="utf-8"))["pool"]["technical"]
    print(f"{technical:.1%} of the pool is technical")
    every = list(samples())
    for sample in [*every, joined(every[-4:], "the last four")]:
        drawn = (sample.prose[0] + sample.technical[0], sample.prose[1] + sample.technical[1])
        print(
            f"{sample.name}: as drawn {said(share(drawn))}, weighted {said(weighted(sample, technical))}; "
            f"prose {said(share(sample.prose))}, technical {said(share(sample.technical))}"
        )


if __name__ == "__main__":
    main()
