"""Breaks the formula of each metric on purpose, and counts how often the metric's own tests notice.

    python benchmarks/mutants/formulas.py [--only PART ...] [--again] [--jobs 2]

formulas.toml has the edits, and the tests that have to fail at each; all of it happens in copies of the
checkout. formulas.json keeps what became of each. `--only` takes modules whose name has one of these parts,
`--again` edits that are new or that no test noticed. What the tests pass is named at the end.
"""

from __future__ import annotations

import argparse
import os
import sys
import tomllib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

import msgspec
from msgspec import Struct, convert

import mutants
from tts_baseline.core.files import write_atomic

FILE = Path(__file__).with_name("formulas.toml")
RESULTS = Path(__file__).with_name("formulas.json")
ROOM = mutants.PACKAGE / "metrics"


class Formula(Struct, frozen=True, forbid_unknown_fields=True):
    """A module below metrics/, its tests, and the edits that break it: what stands there, and instead."""

    module: str
    tests: tuple[str, ...]
    edits: tuple[tuple[str, str], ...]


class Broken(Struct, frozen=True):
    """One edit of a module, and what its tests made of it."""

    module: str
    old: str
    new: str
    fate: mutants.Fate


def formulas(only: Sequence[str] = ()) -> list[Formula]:
    """What is broken, in the order of the file."""
    listed = tomllib.loads(FILE.read_text(encoding="utf-8"))["formula"]
    found = [convert(entry, Formula) for entry in listed]
    return [each for each in found if not only or any(part in each.module for part in only)]


def edited(formula: Formula, root: Path = mutants.ROOT) -> Iterator[tuple[str, str, str]]:
    """Each edit, and the module's text with it; LookupError where its old text does not stand there once."""
    text = (root / ROOM / formula.module).read_text(encoding="utf-8")
    for old, new in formula.edits:
        if text.count(old) != 1:
            raise LookupError(f"{formula.module} does not hold once: {old.strip()}")
        yield old, new, text.replace(old, new)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--only", nargs="+", default=(), metavar="PART", help="modules with this in their name"
    )
    parser.add_argument("--again", action="store_true", help="edits that are new or were not noticed")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)), help="tried side by side")
    options = parser.parse_args()
    chosen = formulas(options.only)
    known = {(each.module, each.old, each.new): each for each in kept()}
    skipped = {key for key, each in known.items() if options.again and each.fate == "killed"}
    planned = [
        (formula, old, new, text)
        for formula in chosen
        for old, new, text in edited(formula)
        if (formula.module, old, new) not in skipped
    ]
    if not planned:
        print("no edit is left to try")
        return 0
    tests = sorted({test for formula, *_ in planned for test in formula.tests})
    with mutants.trees(options.jobs, tests) as idle, ThreadPoolExecutor(options.jobs) as pool:
        for each in pool.map(lambda edit: tried(*edit, idle), planned):
            known[each.module, each.old, each.new] = each
            print(shown(each), flush=True)
    listed = [(formula.module, *edit) for formula in formulas() for edit in formula.edits]
    broken = [known[key] for key in listed if key in known]
    write_atomic(RESULTS, msgspec.json.format(msgspec.json.encode(broken), indent=1) + b"\n")
    unnoticed = [each for each in broken if each.fate == "survived"]
    print(*map(shown, unnoticed), f"{len(broken) - len(unnoticed)} of {len(broken)} noticed", sep="\n")
    return int(bool(unnoticed))


def kept() -> list[Broken]:
    """What became of the edits of earlier runs."""
    return msgspec.json.decode(RESULTS.read_bytes(), type=list[Broken]) if RESULTS.exists() else []


def tried(formula: Formula, old: str, new: str, text: str, idle: SimpleQueue[Path]) -> Broken:
    """What the formula's tests make of one edit, in a tree that is idle."""
    tree = idle.get()
    try:
        with mutants.written(tree / ROOM / formula.module, text):
            return Broken(formula.module, old, new, mutants.verdict(tree, formula.tests))
    finally:
        idle.put(tree)


def shown(broken: Broken) -> str:
    """An edit in one line."""
    return f"{broken.fate:8}  {broken.module}  {broken.old.strip()}  ->  {broken.new.strip() or 'nothing'}"


if __name__ == "__main__":
    sys.exit(main())
