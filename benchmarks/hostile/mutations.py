"""Mutates stored files of every kind, and runs all commands that read them: what must never come of it.

    python benchmarks/hostile/mutations.py [--count 10000] [--seed 0] [--write]

Counted are tracebacks (exit status 3), commands that hang, files that a reading command changed, and runs
that were accepted although a command cannot read what is stored then. All four must be 0.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import io
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import alter
import cases
import mutated
from kept import keep

from tts_baseline.baseline import pending
from tts_baseline.cli import main as command
from tts_baseline.core.errors import TtsBaselineError, unforeseen
from tts_baseline.report import certificate
from tts_baseline.session import certified
from tts_baseline.session.project import open_project

# chosen: a thousand times what a command takes over three cases.
DEADLINE_S = 20
_COMPARE, _JSON, _REPORT = ("compare", "last", "-v"), ("compare", "last", "--json"), ("report", "last")
_PAGE, _REVIEW, _LIST, _DOCTOR = ("report",), ("review",), ("accept",), ("doctor", "--baselines")
# What reads a kind of file, beside accepting.
READERS: dict[str, tuple[tuple[str, ...], ...]] = {
    "run": (_COMPARE, _JSON, _REPORT, _LIST),
    "judgement": (_COMPARE, _JSON, _REPORT),
    "recording": (_COMPARE,),
    "quality": (_COMPARE, _REPORT, _PAGE, _DOCTOR, ("run",)),
    "machine": (_COMPARE, _REPORT, _PAGE, _REVIEW, _DOCTOR),
    "certificate": (_DOCTOR, ("certify",)),
    "history": (_COMPARE, _DOCTOR),
    "golden": (_DOCTOR, ("run",)),
    "schema": (_COMPARE, _DOCTOR),
    "suite": (_COMPARE, _REPORT, ("run",)),
    "settings": (_COMPARE, _PAGE, _REVIEW, ("run",)),
}
ACCEPT = ("accept", "last", "--reset-anchor", "--reason", "mutated")
# What is accepted must be readable by these. `doctor` still names what was damaged before.
READ_AGAIN = (("compare", "last"), ("report", "last"), ("report",))
KINDS = ("traceback", "hang", "changed file", "accepted and unreadable")


class Fault(NamedTuple):
    """What came of a mutation that must not come of one."""

    kind: str
    file: str
    mutation: str
    command: str
    said: str


class Hung(BaseException):
    """A command took longer than its deadline."""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--write", action="store_true", help="keep the section 'mutations' of results.json")
    options = parser.parse_args()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        faults, tried = mutate(Path(folder), options.count, options.seed)
    counts = Counter(fault.kind for fault in faults)
    print(f"{sum(tried.values())} mutations, {time.monotonic() - begun:.0f} s: {dict(counts) or 'no faults'}")
    if options.write:
        page = {
            "command": " ".join(["python benchmarks/hostile/mutations.py", *sys.argv[1:]]),
            "mutations": dict(sorted(tried.items())),
            "commands": {kind: [" ".join(words) for words in (*of, ACCEPT)] for kind, of in READERS.items()},
            "faults": {kind: counts[kind] for kind in KINDS},
        }
        keep("mutations", page)
    sys.exit(bool(faults))


def mutate(folder: Path, count: int, seed: int) -> tuple[list[Fault], Counter[str]]:
    """The faults of so many mutations, drawn from this seed, and how many were tried of each kind of file."""
    root = folder / "project"
    root.mkdir()
    with cases.unsynced():
        mutated.project(root)
        files = mutated.stored(root)
        kinds = sorted({kind for kind, _ in files})
        dice = random.Random(seed)
        faults: list[Fault] = []
        tried: Counter[str] = Counter()
        for number in range(count):
            kind = kinds[number % len(kinds)]
            path = dice.choice([path for of, path in files if of == kind])
            whole = path.read_bytes()
            mutation, data = alter.altered(whole, path.suffix, dice)
            path.write_bytes(data)
            name = str(path.relative_to(root))
            found = [*_read(root, READERS[kind]), *_accept(root, folder / "copy")]
            faults += [Fault(fault, name, mutation, words, said) for fault, words, said in found]
            if found:
                print(*faults[-len(found) :], sep="\n", flush=True)
            tried[kind] += 1
            path.write_bytes(whole)
    return faults, tried


def _read(root: Path, readers: Sequence[Sequence[str]]) -> Iterator[tuple[str, str, str]]:
    """What goes wrong when the mutated project is read."""
    before = _state(root)
    for words in readers:
        status, said = run(words, root)
        if status not in (0, 1, 2):
            yield "hang" if status is None else "traceback", " ".join(words), said
    if _state(root) != before:
        yield "changed file", "one of those that read", ""


def _accept(root: Path, copy: Path) -> Iterator[tuple[str, str, str]]:
    """What goes wrong when the pending run is accepted in a copy of the mutated project."""
    shutil.copytree(root, copy)
    try:
        status, said = run(ACCEPT, copy)
        if status not in (0, 2):
            yield "hang" if status is None else "traceback", " ".join(ACCEPT), said
        if status == 0:
            for words in READ_AGAIN:
                status, said = run(words, copy)
                if status not in (0, 1):
                    yield "accepted and unreadable", " ".join(words), said
    finally:
        shutil.rmtree(copy)


def run(words: Sequence[str], folder: Path) -> tuple[int | None, str]:
    """The exit status of a command in this folder (None: it hung), and the last of what it said."""
    said, out = io.StringIO(), io.StringIO()
    with _within(DEADLINE_S), contextlib.redirect_stderr(said), contextlib.redirect_stdout(out):
        try:
            with contextlib.chdir(folder):
                status: int | None = _prepare() if words[0] in ("run", "certify") else command(words)
        except Hung:
            status = None
    return status, (said.getvalue() or out.getvalue())[-2000:]


def _prepare() -> int:
    """What `run` and `certify` read before they measure: settings, suite, goldens, certificate; 0, or 2."""
    try:
        project = open_project(Path.cwd(), {})
        store = project.store("cpu")
        store.goldens(store.quality())
        _, taken = pending.opened(project.report, "last")
        certified.check_run(project, taken, project.limits)
        known = store.certificate(taken.environment.key)
        print(certificate.terminal(known) if known else "")
    except TtsBaselineError as error:
        print(error, file=sys.stderr)
        return 2
    except Exception as error:  # noqa: BLE001 - what is counted
        print(unforeseen(error), file=sys.stderr)
        return 3
    return 0


@contextlib.contextmanager
def _within(seconds: int) -> Iterator[None]:
    def ring(*_: object) -> None:
        raise Hung

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _state(root: Path) -> dict[str, str]:
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in root.rglob("*")
        if path.is_file()
    }


if __name__ == "__main__":
    main()
