"""The corpus of readings: what is written, and what a careful Spanish speaker says. Ours is held to it.

    python benchmarks/reading/corpus.py [--update]

prints the rows that became wrong and how many of each type are right; `--update` takes `wrong = true`
out of the rows that are right by now. It never adds the flag: mend the code, or the row if the row is
wrong.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec
import spoken

from tts_baseline.core.records import Record
from tts_baseline.pipelines.f5_spanish.plan import TextPlan

FOLDER = Path(__file__).parents[2] / "tests/f5_spanish/corpus"
_SHORT_BREATH_S = 0.7  # chosen: about two words at the default pace, the hardest that a setting asks for


class Row(Record, frozen=True, kw_only=True):
    """A text, its region, and how it is read.

    read: the words as they are said, or several readings that speakers accept.
    kind: what the row is an example of. source: a rule, an article, a document, or "own".
    sentences, types, contour: how many sentences it has, their types, and the contour of its last tone unit.
    pauses: words after which there is a pause. whole: stretches that no seam, breath or pause divides.
    evidence, emphasis: the regions that its words speak for, and its words that are emphasized.
    wrong: it is read wrong today.
    """

    written: str
    kind: str
    source: str
    read: str | tuple[str, ...] = ()
    region: str = "neutral"
    sentences: int | None = None
    types: tuple[str, ...] = ()
    contour: str | None = None
    pauses: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()
    evidence: tuple[str, ...] | None = None
    emphasis: tuple[str, ...] | None = None
    wrong: bool = False

    @property
    def readings(self) -> tuple[str, ...]:
        """The accepted readings, the usual one first."""
        return (self.read,) if isinstance(self.read, str) else self.read


class _Page(Record, frozen=True, kw_only=True):
    row: tuple[Row, ...]


def rows(file: Path) -> tuple[Row, ...]:
    """The rows of one type."""
    return msgspec.toml.decode(file.read_bytes(), type=_Page).row


def files() -> list[Path]:
    """The file of each type."""
    return sorted(FOLDER.glob("*.toml"))


def faults(row: Row) -> list[str]:
    """What of a row is read otherwise than it says; empty where all is right."""
    try:
        return list(_faults(row))
    except spoken.Refused as refusal:
        return [f"refused: {refusal}"]


def _faults(row: Row) -> Iterator[str]:
    plan = spoken.plan(row.written, row.region)
    if row.readings and spoken.words(plan.text) not in [spoken.words(reading) for reading in row.readings]:
        yield f"read {plan.text!r}, not {row.readings[0]!r}"
    if row.sentences not in (None, len(plan.sentences)):
        yield f"{len(plan.sentences)} sentences, not {row.sentences}"
    types = tuple(sentence.type for sentence in plan.sentences)
    if row.types and types != row.types:
        yield f"{', '.join(types)}, not {', '.join(row.types)}"
    if row.contour and (not plan.phrases or plan.phrases[-1].contour != row.contour):
        yield f"ends {plan.phrases[-1].contour if plan.phrases else 'unsaid'}, not {row.contour}"
    ends = {plan.tokens[i].text for end in _breaks(plan) for i in (end, end - 1)}
    yield from (f"no pause after {word!r}" for word in row.pauses if word not in ends)
    regions = tuple(dict.fromkeys(clue.region for clue in plan.evidence))
    if row.evidence not in (None, regions):
        yield f"speaks for {', '.join(regions) or 'no region'}, not {', '.join(row.evidence or ()) or 'any'}"
    stressed = tuple(token.text for token in plan.tokens if token.emphasis)
    if row.emphasis not in (None, stressed):
        yield f"{', '.join(stressed) or 'nothing'} is emphasized"
    if row.whole:
        yield from _divided(row, spoken.plan(row.written, row.region, breath_s=_SHORT_BREATH_S))


def _breaks(plan: TextPlan) -> set[int]:
    """The last token before each boundary and each seam."""
    return {boundary.after for boundary in plan.boundaries} | {chunk.last for chunk in plan.chunks[:-1]}


def _divided(row: Row, plan: TextPlan) -> Iterator[str]:
    breaks = _breaks(plan)
    for stretch in row.whole:
        start = plan.text.casefold().find(stretch.casefold())
        if start < 0:
            yield f"{stretch!r} is not said"
            continue
        inside = [
            token.text for index, token in enumerate(plan.tokens)
            if index in breaks and start <= token.start and token.end < start + len(stretch)
        ]  # fmt: skip
        if inside:
            yield f"{stretch!r} is divided after {inside[0]!r}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--update", action="store_true", help="take the flags out that hold no longer")
    options = parser.parse_args()
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for file in files():
        page = rows(file)
        verdicts = {row: faults(row) for row in page}
        total[file.stem] = len(page)
        right[file.stem] = sum(not found for found in verdicts.values())
        for row, found in verdicts.items():
            if found and not row.wrong:
                print(f"{file.stem}: {row.written!r}: {'; '.join(found)}")
        if options.update:
            mended = {row.written for row, found in verdicts.items() if row.wrong and not found}
            file.write_text(unflagged(file.read_text(encoding="utf-8"), mended), encoding="utf-8")
    for stem in total:
        print(f"{stem:14} {right[stem]:5} of {total[stem]}")
    print(f"{'all':14} {right.total():5} of {total.total()}")


def unflagged(page: str, mended: set[str]) -> str:
    """A page of rows without the flag of those that are right by now."""
    blocks = re.split(r"(?m)^(?=\[\[row\]\])", page)
    return "".join(
        block.replace("wrong = true\n", "")
        if block.startswith("[[row]]") and msgspec.toml.decode(block, type=_Page).row[0].written in mended
        else block
        for block in blocks
    )


if __name__ == "__main__":
    main()
