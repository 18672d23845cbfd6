"""Whether a change of the Spanish front end's data passes unseen: changes planted, and runs without any.

    python benchmarks/reading/planted.py [--planted 100] [--unchanged 20] [--first 0 --last 20] [--write]

A project of its own has a copy of this package, and a pipeline that reads out and makes a plain tone. Its
suite are the examples that stand in the data files beside their rows. Each planted change edits one row
(another letter, another word, one word more, the row removed); what it alters is found by reading all
sentences in a fresh process, without the gate, and a change that alters none is passed over. Then
`tts-baseline run` measures the sentences that ten changes alter, and some others. It has to end with 1, name
exactly these cases, and show of each the words that are read otherwise. `--first` and `--last` make
a part, which `--write` joins to results.json.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tts_baseline.core import environment, git

RESULTS = Path(__file__).with_name("results.json")
ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "tts_baseline"
FRONT_END = Path("pipelines", "f5_spanish")
MARKS = (r"\[-(.*?)-\]", r"\{\+(.*?)\+\}")  # of words before, of words now
COULD_NOT = 2  # the exit status of what could not be done
TOGETHER = 10  # changes in one run; each alters sentences of its own
MOST = 20  # sentences that a change may alter, so that a run stays short
BESIDE = 12  # sentences that a change should not touch, measured with those that it does
PYPROJECT = '[tool.tts-baseline]\npipeline = "reader:Reader"\nsuite = "cases.toml"\nmissing = "record"\n'
READER = """
import json, sys, zlib
from pathlib import Path

import numpy as np

from tts_baseline import Request, Utterance
from tts_baseline.pipelines.f5_spanish.planning import preview
from tts_baseline.pipelines.f5_spanish.settings import read

SETTINGS = read({"controls": False})


def reading(request):
    return preview(request, SETTINGS, root=Path.cwd()).spoken


class Reader:
    def synthesize(self, request):
        # A tone of its own for each text: one sound for all is no speech, and the run would be invalid.
        angle = 0.1 + zlib.crc32(request.text.encode()) / 2**32
        tone = (0.3 * np.sin(angle * np.arange(1000))).astype(np.float32)
        return Utterance(samples=tone, sample_rate=8000, text=reading(request))


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    json.dump({name: reading(Request(text=t, region=r)) for name, (t, r) in asked.items()}, sys.stdout)
"""


class Change(NamedTuple):
    """An edit of a row of a data file, and what each sentence that it alters is read like with it alone."""

    file: Path
    start: int
    stop: int
    kind: str
    row: str
    line: int
    altered: Mapping[str, str]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--planted", type=int, default=100)
    parser.add_argument("--unchanged", type=int, default=20)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--last", type=int, default=10**6)
    parser.add_argument("--write", action="store_true", help=f"join the part to {RESULTS.name}")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        project = Project(Path(folder))
        rows = [*rows_of(project, options)]
    if options.write:
        RESULTS.write_text(page(rows, options), encoding="utf-8")


def rows_of(project: Project, options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """One row a planted change or unchanged run of this part: what was to be seen, and what was."""
    numbers = range(options.first, min(options.last, options.planted + options.unchanged))
    needed = min(options.planted, numbers.stop) if numbers.start < options.planted else 0
    planted = [*changes(project, random.Random(0), needed)]
    for begin in range(0, len(planted), TOGETHER):
        wanted = [number for number in range(begin, begin + TOGETHER) if number in numbers][
            : len(planted) - begin
        ]
        if wanted:
            for number, row in zip(wanted, project.judged([planted[n] for n in wanted]), strict=True):
                yield _shown({"number": number, **row})
    for number in range(options.planted, options.planted + options.unchanged):
        if number in numbers:
            yield _shown({"number": number, **project.unchanged(number)})


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    print(row, flush=True)
    return row


class Project:
    """A project in `folder` whose package may be edited, with an accepted reading of each sentence."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.package = folder, folder / "src" / "tts_baseline"
        shutil.copytree(PACKAGE, self.package, ignore=shutil.ignore_patterns("__pycache__"))
        (folder / "reader.py").write_text(READER, encoding="utf-8")
        (folder / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
        self.cases = {f"s{number:03}": case for number, case in enumerate(sentences(self.files))}
        suite = (
            f"[[case]]\nid = '{name}'\ntext = {json.dumps(text, ensure_ascii=False)}\nregion = '{region}'\n"
            for name, (text, region) in self.cases.items()
        )
        (folder / "cases.toml").write_text("\n".join(suite), encoding="utf-8")
        self.accepted = self.read() or {}
        self.run()

    @property
    def files(self) -> list[Path]:
        """The data files of the front end that have rows with examples."""
        return sorted(
            path for path in (self.package / FRONT_END).rglob("*.toml") if "examples" in path.read_text()
        )

    def read(self) -> Mapping[str, str] | None:
        """What is read out of each sentence, asked of the front end alone; None where it refuses its data."""
        done = subprocess.run(
            [sys.executable, "reader.py"],
            cwd=self.folder,
            env={"PYTHONPATH": str(self.folder / "src"), "PATH": "/usr/bin:/bin"},
            input=json.dumps(self.cases),
            capture_output=True,
            text=True,
        )
        return json.loads(done.stdout) if done.returncode == 0 else None

    def run(self, *chosen: str) -> tuple[int, list[dict[str, Any]]]:
        """The exit status of a run, and the verdicts of its text."""
        command = [str(Path(sys.executable).with_name("tts-baseline")), "run"]
        command += ["--cases", ",".join(chosen)] if chosen else []
        for budget in (6, 12, 24, 48, 96):  # the first that is not too small: what is read takes one call
            done = subprocess.run(
                [*command, "--budget", str(budget)], cwd=self.folder, capture_output=True, text=True
            )
            if done.returncode != COULD_NOT:
                break
        kept = sorted(self.folder.glob(".tts-baseline/*/verdicts.json"))[-1:]
        if not kept:
            raise SystemExit(done.stdout + done.stderr)
        verdicts = json.loads(kept[0].read_text())["verdicts"]
        shutil.rmtree(kept[0].parent)
        return done.returncode, [verdict for verdict in verdicts if verdict["family"] == "text"]

    def judged(self, planted: list[Change]) -> list[dict[str, Any]]:
        """What the gate says of each of some changes that alter different sentences, in one run."""
        originals = {change.file: change.file.read_text(encoding="utf-8") for change in planted}
        edits = sorted(planted, key=lambda change: change.start, reverse=True)
        altered = sorted(case for change in planted for case in change.altered)
        beside = random.Random(len(altered)).sample(sorted(self.cases.keys() - set(altered)), BESIDE)
        try:
            for change in edits:
                text = change.file.read_text(encoding="utf-8")
                change.file.write_text(
                    text[: change.start] + change.row + text[change.stop :], encoding="utf-8"
                )
            now = self.read() or {}  # one change may meet another's: what is read out is the truth
            status, verdicts = self.run(*sorted([*altered, *beside]))
        finally:
            for file, text in originals.items():
                file.write_text(text, encoding="utf-8")
        told = {v["case"]: v["reason"] for v in verdicts if v["status"] == "regressed" and v["case"]}
        return [
            {
                "file": change.file.name,
                "line": change.line,
                "kind": change.kind,
                "altered": sorted(change.altered),
                "regressed": sorted(told.keys() & change.altered.keys()),
                "others": sorted(told.keys() - set(altered)),
                "status": status,
                "words": all(
                    shows(told.get(c, ""), self.accepted[c], now.get(c, "")) for c in change.altered
                ),
                "diff": next((told[case] for case in change.altered if case in told), ""),
            }
            for change in planted
        ]

    def unchanged(self, number: int) -> dict[str, Any]:
        """What the gate says of some sentences without a change."""
        chosen = random.Random(number).sample(sorted(self.cases), 3 * BESIDE)
        status, verdicts = self.run(*sorted(chosen))
        return {
            "kind": "unchanged",
            "status": status,
            "judged": len(verdicts) - 1,
            "alarms": sorted(str(v["case"]) for v in verdicts if v["status"] != "ok"),
        }


def shows(reason: str, before: str, now: str) -> bool:
    """Whether a reason has every word of both texts that is not in the other, in its marks."""
    old, new = ([word for mark in re.findall(marks, reason) for word in mark.split()] for marks in MARKS)
    then, read = Counter(before.split()), Counter(now.split())
    return bool(reason) and not (then - read) - Counter(old) and not (read - then) - Counter(new)


def sentences(files: list[Path]) -> Iterator[tuple[str, str]]:
    """Every example that stands beside a row, and a region in which the row holds; each text once."""
    seen: set[str] = set()
    for file in files:
        for rows in tomllib.loads(file.read_text(encoding="utf-8")).values():
            for row in rows if isinstance(rows, list) else ():
                for example in row.get("examples", ()) if isinstance(row, dict) else ():
                    if isinstance(example, list) and example[0].strip() and example[0] not in seen:
                        seen.add(example[0])
                        yield example[0], next(iter(row.get("regions", ())), "neutral")


def changes(project: Project, dice: random.Random, count: int) -> Iterator[Change]:
    """So many edits that alter what is read, the same for the same dice; those of one run do not meet."""
    places = [(file, *block) for file in project.files for block in blocks(file)]
    kinds = ("letter", "word", "more", "removed")
    found = 0
    rows: set[int] = set()
    cases: set[str] = set()
    for file, start, stop in dice.sample(places * 3, len(places) * 3):
        if found == count:
            return
        if not found % TOGETHER:
            rows, cases = set(), set()
        original = file.read_text(encoding="utf-8")
        kind = kinds[found % len(kinds)]
        row = edited(original[start:stop], kind, dice)
        if start in rows or row == original[start:stop]:
            continue
        altered = alone(project, file, original, original[:start] + row + original[stop:])
        if altered and not cases & altered.keys() and len(altered) <= MOST:
            found, rows, cases = found + 1, rows | {start}, cases | altered.keys()
            yield Change(file, start, stop, kind, row, original[:start].count("\n") + 1, altered)


def alone(project: Project, file: Path, original: str, text: str) -> dict[str, str]:
    """What the sentences that a file's new text alters are read like; none where the front end refuses it."""
    file.write_text(text, encoding="utf-8")
    try:
        now = project.read() or {}
    finally:
        file.write_text(original, encoding="utf-8")
    return {name: read for name, read in now.items() if read.split() != project.accepted[name].split()}


def blocks(file: Path) -> Iterator[tuple[int, int]]:
    """Where each row `[[…]]` of a file begins and ends."""
    text = file.read_text(encoding="utf-8")
    starts = [found.start() for found in re.finditer(r"^\[\[", text, re.MULTILINE)]
    yield from zip(starts, [*starts, len(text)][1:], strict=True)  # none in a file without rows


def edited(row: str, kind: str, dice: random.Random) -> str:
    """The row with one of its words edited, or none at all; its sentences and its source stay as they are."""
    if kind == "removed":
        return ""
    values = [
        (line.start() + value.start(1), line.start() + value.end(1))
        for line in re.finditer(r"^(?!examples|source|regions|#|\[\[).*$", row, re.MULTILINE)
        for value in re.finditer(r'(?<== )"([^"\\]*[a-záéíóúñ]{2}[^"\\]*)"', line[0])
    ]
    if not values:
        return row
    begin, end = dice.choice(values)
    value = row[begin:end]
    new = {"letter": f"{value[:-1]}x", "word": "palabra", "more": f"{value} entero"}[kind]
    return row[:begin] + new + row[end:]


def page(rows: list[dict[str, Any]], options: argparse.Namespace) -> str:
    """The file of results with what was planted: counts over all parts so far, then a row each."""
    kept = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    before = kept["planted"]["rows"] if "planted" in kept else []
    joined = {row["number"]: row for row in (*before, *rows)}
    every = [joined[number] for number in sorted(joined)]
    planted = [row for row in every if row["kind"] != "unchanged"]
    unchanged = [row for row in every if row["kind"] == "unchanged"]
    seen = [
        row
        for row in planted
        if row["status"] == 1 and row["regressed"] == row["altered"] and row["words"] and not row["others"]
    ]
    results = kept | {
        "planted": {
            "command": "python benchmarks/reading/planted.py --write",
            "commit": git.commit(ROOT)[0],
            "machine": environment.read("cpu").hardware,
            "changes": len(planted),
            "regressed_with_the_diff": len(seen),
            "judged_together": TOGETHER,
            "unchanged_runs": len(unchanged),
            "alarms": sum(bool(row["alarms"]) for row in unchanged),
            "rows": every,
        }
    }
    return json.dumps(results, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    main()
