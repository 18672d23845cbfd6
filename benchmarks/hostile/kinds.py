"""Takes the mend of each kind of fault out of the source, and counts the tests of the kind that fail then.

    python benchmarks/hostile/kinds.py [--only NUMBER ...] [--show]

kinds.toml says what is taken out and which tests have to fail; all of it happens in a copy of the checkout.
A kind is proven where every test that it names fails, at least one row of it, and where these are one for
the kind and three for its siblings or more. `--only` keeps nothing in results.json.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import tomllib
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import kept
from msgspec import Struct, convert

ROOT = Path(__file__).resolve().parents[2]
FILE = Path(__file__).with_name("kinds.toml")
LEAST = 4  # one for the kind, and one for each of three siblings
_LIMIT_S = 300  # chosen: three times what the slowest kind takes on two cores
_PYTEST = (
    *("-m", "pytest", "-q", "-n0", "--no-cov", "-p", "no:randomly", "-p", "no:cacheprovider"),
    "--hypothesis-profile=brief",
)


class Edit(Struct, frozen=True, forbid_unknown_fields=True):
    """A text that stands once in a file, and what takes its place."""

    file: str
    old: str
    new: str


class Kind(Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of fault: the tests of it and of its siblings, and how its mend is taken out."""

    number: int
    what: str
    siblings: tuple[str, ...]
    tests: tuple[str, ...]
    broken: str
    edits: tuple[Edit, ...]


class Proof(NamedTuple):
    """How many rows of the tests fail without the mend, and what does not prove it."""

    failed: int
    wrong: str


def kinds() -> list[Kind]:
    """All kinds, in the order of the file."""
    listed = tomllib.loads(FILE.read_text(encoding="utf-8"))["kind"]
    return [convert(entry, Kind) for entry in listed]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", type=int, nargs="+", help="these kinds alone")
    parser.add_argument("--show", action="store_true", help="what pytest says of each")
    options = parser.parse_args()
    proofs = {}
    with tempfile.TemporaryDirectory(prefix="kinds-") as folder:
        tree = copied(Path(folder) / "tree")
        for kind in kinds():
            if options.only is None or kind.number in options.only:
                proofs[kind.number] = proof = tried(tree, kind, show=options.show)
                print(f"{kind.number:2}  {proof.failed:3} fail  {proof.wrong or 'proven'}", flush=True)
    unproven = sorted(number for number, proof in proofs.items() if proof.wrong)
    if options.only is None:
        counts = {str(number): proof.failed for number, proof in proofs.items()}
        page = {"command": "python benchmarks/hostile/kinds.py", "failing": counts, "unproven": unproven}
        kept.keep("kinds", page)
    return int(bool(unproven))


def copied(tree: Path) -> Path:
    """A copy of the checkout as it is now, at `tree`."""
    words = ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    listed = subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True)
    for path in filter(None, listed.stdout.split("\0")):
        if (ROOT / path).is_file():
            (tree / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / path, tree / path)
    return tree


def tried(tree: Path, kind: Kind, *, show: bool) -> Proof:
    """Whether the tests of a kind fail in a tree without its mend, which is put back."""
    files = {edit.file: (tree / edit.file).read_text(encoding="utf-8") for edit in kind.edits}
    broken = dict(files)
    for edit in kind.edits:
        if broken[edit.file].count(edit.old) != 1:
            return Proof(0, f"{edit.file} does not hold once: {edit.old.strip()}")
        broken[edit.file] = broken[edit.file].replace(edit.old, edit.new)
    try:
        _write(tree, broken)
        failed = set(_failed(tree, kind.tests, show=show))
    finally:
        _write(tree, files)
        _end_what_is_left(tree.parent)
    silent = [test for test in kind.tests if not any(is_of(row, test) for row in failed)]
    if silent:
        return Proof(len(failed), f"passes without the mend: {', '.join(silent)}")
    return Proof(len(failed), "" if len(failed) >= LEAST else f"fewer than {LEAST}")


def is_of(row: str, test: str) -> bool:
    """Whether a row is that test, or one of it."""
    return row == test or row.startswith(f"{test}[")


def _write(tree: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (tree / name).write_text(text, encoding="utf-8")


def _end_what_is_left(folder: Path) -> None:
    """Kill what the tests left behind without the mend: what has its temporary files in this folder."""
    mark = f"TMPDIR={folder}".encode()
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if any(name.startswith(mark) for name in (process / "environ").read_bytes().split(b"\0")):
                os.kill(int(process.name), signal.SIGKILL)


def _failed(tree: Path, tests: tuple[str, ...], *, show: bool) -> Iterator[str]:
    """The node ids of the tests that fail."""
    variables = {
        "PYTHONPATH": str(tree / "src"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "TMPDIR": str(tree.parent),
        "OMP_NUM_THREADS": "1",
    }
    report = tree.parent / "report.xml"
    report.unlink(missing_ok=True)
    done = subprocess.run(
        [sys.executable, *_PYTEST, f"--junitxml={report}", *tests],
        cwd=tree, env=os.environ | variables, stdin=subprocess.DEVNULL, capture_output=True,
        check=False, timeout=_LIMIT_S, encoding="utf-8", errors="backslashreplace",
    )  # fmt: skip
    if show or done.returncode > 1:
        print(done.stdout[-6000:], done.stderr[-2000:])
    if done.returncode > 1:
        raise RuntimeError(f"pytest ended with {done.returncode}")
    for case in ET.parse(report).iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            module, *names = _split(tree, case.get("classname", ""))
            yield "::".join((module, *names, case.get("name", "")))


def _split(tree: Path, name: str) -> list[str]:
    """The file and the classes of a dotted name."""
    parts = name.split(".")
    for count in range(len(parts), 0, -1):
        path = f"{'/'.join(parts[:count])}.py"
        if (tree / path).is_file():
            return [path, *parts[count:]]
    return [name]


if __name__ == "__main__":
    sys.exit(main())
