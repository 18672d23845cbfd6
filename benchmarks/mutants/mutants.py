"""Changes gate/, stats/ and metrics/ in one place at a time, and counts how often their tests notice.

    make mutants      (.venv/bin/python benchmarks/mutants/mutants.py [--count 300] [--seed 13] [--again])

Works on copies of the tree. Goes on where it was stopped, unless a mutated module has changed since, and with
`--again` tries those anew that were not killed. Killed: a test failed. Timeout: the tests did not end in
time, which counts as noticed. Survived: all passed.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from itertools import chain
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Literal

import msgspec
from msgspec import Struct

from tts_baseline.core.files import write_atomic

if TYPE_CHECKING:
    from mutations import Mutation

ROOT = Path(__file__).resolve().parents[2]
RESULTS = Path(__file__).with_name("results.json")
PACKAGE = Path("src/tts_baseline")
LOG = "tests.log"
# The tests that notice a room's mistakes in seconds, nearest first; a module's own test file comes before.
TESTS = {
    "gate": ("tests/gate",),
    "stats": ("tests/stats", "tests/gate"),
    "metrics": ("tests/metrics", "tests/contracts/test_metrics.py", "tests/gate"),
}
# chosen: ten times what the slowest room's tests take on two cores
LIMIT_S = 300.0
PYTEST = (
    *("-m", "pytest", "-x", "-q", "-n0", "--no-cov", "--hypothesis-profile=brief"),
    *("-p", "no:randomly", "-p", "no:cacheprovider", "-p", "no:benchmark"),
)
MEMORY = 8 << 30  # chosen: a mutant that grows without end must not take the machine with it
Fate = Literal["killed", "timeout", "survived"]


class Mutant(Struct, frozen=True):
    """One change, and what the tests made of it; `tests` are those that noticed, or all that were run."""

    module: str
    line: int
    definition: str
    operator: str
    before: str
    after: str
    fate: Fate
    tests: str
    seconds: float


class Results(Struct, frozen=True):
    """Every mutant tried so far of those that were drawn; `source` is a digest of the mutated rooms."""

    seed: int
    drawn: int
    source: str
    mutants: tuple[Mutant, ...] = ()


def main() -> int:
    import mutations  # which needs cosmic-ray: `make mutants` installs it

    options = _options()
    source = ROOT / PACKAGE
    drawn = mutations.draw(source, TESTS, options.count, options.seed)
    fresh = Results(seed=options.seed, drawn=len(drawn), source=digest(source))
    results = resumed(options.results, fresh, again=options.again)
    tried = {(mutant.module, mutant.line, mutant.operator, mutant.after) for mutant in results.mutants}
    missing = [
        mutation
        for mutation in drawn
        if (mutation.module, mutation.line, mutation.operator, mutation.lines(source)[1]) not in tried
    ]
    with (
        trees(options.jobs, sorted({*chain(*TESTS.values())})) as idle,
        ThreadPoolExecutor(options.jobs) as pool,
    ):
        running = [pool.submit(tested, mutation, source, idle) for mutation in missing]
        try:
            for done in as_completed(running):
                mutant = done.result()
                results = msgspec.structs.replace(results, mutants=(*results.mutants, mutant))
                save(options.results, results)
                print(f"{len(results.mutants):3} of {len(drawn)}  {shown(mutant)}", flush=True)
        finally:
            pool.shutdown(cancel_futures=True)
    print(*(shown(mutant) for mutant in results.mutants if mutant.fate == "survived"), sep="\n")
    print(", ".join(f"{count} {fate}" for fate, count in Counter(m.fate for m in results.mutants).items()))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--count", type=int, default=300, help="how many places to change")
    parser.add_argument("--seed", type=int, default=13, help="what draws them")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)), help="tried side by side")
    parser.add_argument("--again", action="store_true", help="try anew what was not killed")
    parser.add_argument("--results", type=Path, default=RESULTS, help="the file to go on with")
    return parser.parse_args()


def tested(mutation: Mutation, source: Path, idle: SimpleQueue[Path]) -> Mutant:
    """The mutant of a mutation, with its fate, tried in a tree that is idle."""
    tree = idle.get()
    begun = time.monotonic()
    try:
        fate, tests = outcome(tree, mutation.module, mutation.text(source))
    finally:
        idle.put(tree)
    before, after = mutation.lines(source)
    return Mutant(
        module=mutation.module,
        line=mutation.line,
        definition=mutation.definition,
        operator=mutation.operator,
        before=before,
        after=after,
        fate=fate,
        tests=tests,
        seconds=round(time.monotonic() - begun, 1),
    )


def resumed(path: Path, fresh: Results, *, again: bool) -> Results:
    """The results so far if they are of the same draw from the same source, else `fresh`."""
    if not path.exists():
        return fresh
    known = msgspec.json.decode(path.read_bytes(), type=Results)
    if (known.seed, known.source) != (fresh.seed, fresh.source):
        return fresh
    kept = tuple(mutant for mutant in known.mutants if mutant.fate == "killed" or not again)
    return msgspec.structs.replace(fresh, mutants=kept)


def save(path: Path, results: Results) -> None:
    """Write the results, at once or not at all."""
    ordered = sorted(results.mutants, key=lambda mutant: (mutant.module, mutant.line, mutant.operator))
    content = msgspec.json.encode(msgspec.structs.replace(results, mutants=tuple(ordered)))
    write_atomic(path, msgspec.json.format(content, indent=1) + b"\n")


def digest(source: Path) -> str:
    """What the modules that are mutated contain."""
    content = hashlib.sha256()
    for path in sorted(path for room in TESTS for path in (source / room).rglob("*.py")):
        content.update(path.relative_to(source).as_posix().encode() + b"\0" + path.read_bytes())
    return content.hexdigest()[:16]


@contextlib.contextmanager
def trees(count: int, tests: Sequence[str]) -> Iterator[SimpleQueue[Path]]:
    """So many copies of the checkout, where these tests pass; raises AssertionError where they do not."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    names = [name for name in listed.stdout.split("\0") if name and not name.startswith("benchmarks/")]
    idle: SimpleQueue[Path] = SimpleQueue()
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        first = Path(folder) / "0"
        for path in map(Path, names):
            if (ROOT / path).is_file():
                (first / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / path, first / path)
        # This run compiles the modules. Later ones read them, and write none, which could be stale.
        if (fate := verdict(first, tests, compiles=True)) != "survived":
            raise AssertionError(f"{fate} without a mutation:\n{(first / LOG).read_text()[-3000:]}")
        for number in range(1, count):
            shutil.copytree(first, Path(folder) / str(number))
        for tree in Path(folder).iterdir():
            idle.put(tree)
        yield idle


def verdict(tree: Path, tests: Sequence[str], *, compiles: bool = False, limit_s: float = LIMIT_S) -> Fate:
    """What the tests say of the tree; `compiles` writes compiled modules."""
    variables = {
        "PYTHONPATH": str(tree / "src"),
        "PYTHONDONTWRITEBYTECODE": "" if compiles else "1",
        "TMPDIR": str(tree),
        "OMP_NUM_THREADS": "1",
        "PYTEST_ADDOPTS": "",  # the options are those of PYTEST alone
    }
    with (
        (tree / LOG).open("wb") as log,
        subprocess.Popen(
            [sys.executable, *PYTEST, *tests],
            cwd=tree,
            env=os.environ | variables,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY)),
        ) as process,
    ):
        try:
            return "killed" if process.wait(limit_s) else "survived"
        except subprocess.TimeoutExpired:
            return "timeout"
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def outcome(
    tree: Path, module: str, text: str, judge: Callable[[Path, Sequence[str]], Fate] = verdict
) -> tuple[Fate, str]:
    """What tests make of a module's new text, and which: nearest first, until some notice."""
    stages = stages_of(tree, module)
    fate: Fate = "survived"
    with written(tree / PACKAGE / module, text):
        for stage in stages:
            fate = judge(tree, [stage])
            if fate != "survived":
                return fate, stage
    return fate, " ".join(stages)


@contextlib.contextmanager
def written(path: Path, text: str) -> Iterator[None]:
    """A module with another text, which no compiled one hides; put back at the end."""
    before = path.read_bytes()
    try:
        path.write_text(text, encoding="utf-8")
        for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
            compiled.unlink()
        yield
    finally:
        path.write_bytes(before)


def stages_of(tree: Path, module: str) -> Sequence[str]:
    """The tests to run one after the other: the module's own file, where it has one, then its room's."""
    path = Path(module)
    own = Path("tests") / path.parent / f"test_{path.name}"
    flat = Path("tests") / path.parts[0] / f"test_{path.name}"
    nearest = [str(file) for file in dict.fromkeys((own, flat)) if (tree / file).is_file()]
    return [*nearest[:1], *TESTS[path.parts[0]]]


def shown(mutant: Mutant) -> str:
    """A mutant in one line."""
    where = f"{mutant.module}:{mutant.line}"
    return f"{mutant.fate:8} {mutant.seconds:5.1f} s  {where}  {mutant.before}  ->  {mutant.after}"


if __name__ == "__main__":
    sys.exit(main())
