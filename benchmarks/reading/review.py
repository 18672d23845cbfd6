"""Real sentences that were read and reviewed line by line, and the share that is read wrong.

    python benchmarks/reading/review.py [--update]

prints the share of wrong readings with its 95 % interval (Wilson), as reviewed and as of today, also of
those that are prose and of those that are technical by their form (`registers.py`). A
sentence that is still read as it was reviewed keeps its verdict; one that is read as it should be is
right; any other is "unread" until somebody reads it. `--update` writes today's readings and these
verdicts.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable
from math import sqrt
from pathlib import Path
from typing import Literal

import msgspec
import registers
import spoken
from msgspec.structs import asdict, replace

from tts_baseline.core.records import Record

FOLDER = Path(__file__).parents[2] / "tests/f5_spanish/sentences"
_Z = 1.959964  # the two-sided 95 % quantile of the normal distribution


class Sentence(Record, frozen=True, kw_only=True):
    """A real sentence, our reading of it, and what a reader said of that.

    package: the Debian package that it is from. should: the right readings, where the verdict is wrong.
    kind: what is wrong, in a few words.
    """

    written: str
    package: str
    read: str = ""
    verdict: Literal["right", "wrong", "unread"] = "unread"
    should: tuple[str, ...] = ()
    kind: str = ""


class _Page(Record, frozen=True, kw_only=True):
    sentence: tuple[Sentence, ...]


def sentences(file: Path) -> tuple[Sentence, ...]:
    """The reviewed sentences of a file."""
    return msgspec.toml.decode(file.read_bytes(), type=_Page).sentence


def page(found: Iterable[Sentence], head: str = "") -> str:
    """The sentences as TOML."""
    blocks = (
        "\n".join(
            f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in asdict(row).items() if value
        )
        for row in found
    )
    return head + "".join(f"\n[[sentence]]\n{block}\n" for block in blocks)


def today(row: Sentence) -> Sentence:
    """The sentence as it is read now, with the verdict where it is known."""
    try:
        read = spoken.plan(row.written, "neutral").text
    except spoken.Refused:
        read = ""
    words = spoken.words(read)
    if words == spoken.words(row.read):
        return replace(row, read=read)
    if words in [spoken.words(should) for should in row.should]:
        return replace(row, read=read, verdict="right", should=(), kind="")
    return replace(row, read=read, verdict="unread")


def wilson(wrong: int, total: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927)."""
    share, spread = wrong / total, _Z**2 / total
    middle = (share + spread / 2) / (1 + spread)
    half = _Z / (1 + spread) * sqrt(share * (1 - share) / total + spread / (4 * total))
    return max(0.0, middle - half), middle + half


def share(wrong: int, total: int) -> str:
    """'4 of 130 wrong: 3.1% [1.2%, 7.6%]'."""
    low, high = wilson(wrong, total)
    return f"{wrong} of {total} wrong: {wrong / total:.1%} [{low:.1%}, {high:.1%}]"


def shown(rows: Iterable[Sentence]) -> str:
    """How many are wrong of those that were reviewed, with the interval; of all, of prose, and technical."""
    rows = list(rows)
    kinds = {
        kind: [row for row in rows if registers.register(row.written) == kind]
        for kind in ("prose", "technical")
    }
    return "; ".join([_share(rows), *(f"{kind}: {_share(of)}" for kind, of in kinds.items() if of)])


def _share(rows: list[Sentence]) -> str:
    count = Counter(row.verdict for row in rows)
    total = count["right"] + count["wrong"]
    if not total:
        return "none reviewed"
    unread = f"; {count['unread']} are read anew and not reviewed" if count["unread"] else ""
    return share(count["wrong"], total) + unread


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--update", action="store_true", help="write today's readings")
    options = parser.parse_args()
    for file in sorted(FOLDER.glob("*.toml")):
        reviewed = sentences(file)
        now = [today(row) for row in reviewed]
        print(f"{file.stem}: as reviewed, {shown(reviewed)}")
        print(f"{file.stem}: today, {shown(now)}")
        for row in now:
            if row.verdict != "right":
                print(f"  {row.verdict}: {row.written!r}: {row.read!r}")
        if options.update:
            head = file.read_text(encoding="utf-8").partition("\n[[sentence]]")[0]
            file.write_text(page(now, head), encoding="utf-8")


if __name__ == "__main__":
    main()
