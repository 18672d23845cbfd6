"""Whether a change of the Spanish front end's data passes unseen: changes planted, and runs without any.

    python benchmarks/reading/planted.py [--planted 100] [--unchanged 20] [--first 0 --last 20] [--write]

A project of its own has a copy of this package, and a pipeline that reads out and makes a plain tone. Its
suite are the examples that stand in the data files beside their rows. Each planted change edits one row
(another spelling, another word, one word more, the row removed); what it changes is found by reading all
sentences in a fresh process, without the gate, and a change that alters no sentence is passed over. Then
`tts-baseline run` measures the sentences that it changes and some others, and has to end with 1, name exactly
these cases, and show the words. `--first` and `--last` make a part, which `--write` joins to results.json.
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
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tts_baseline.core import environment, git

RESULTS = Path(__file__).with_name("results.json")
ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "tts_baseline"
FRONT_END = Path("pipelines", "f5_spanish")
COULD_NOT = 2  # the exit status of what could not be done
BESIDE = 12  # sentences that a change should not touch, measured with those that it does
PYPROJECT = '[tool.tts-baseline]\npipeline = "reader:Reader"\nsuite = "cases.toml"\nmissing = "record"\n'
READER = """
import json, sys
from pathlib import Path

import numpy as np

from tts_baseline import Request, Utterance
from tts_baseline.pipelines.f5_spanish.planning import preview
from tts_baseline.pipelines.f5_spanish.settings import read

TONE = (0.3 * np.sin(np.arange(1000) / 7)).astype(np.float32)
SETTINGS = read({"controls": False})


def reading(request):
    return preview(request, SETTINGS, root=Path.cwd()).spoken


class Reader:
    def synthesize(self, request):
        return Utterance(samples=TONE, sample_rate=8000, text=reading(request))


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    json.dump({name: reading(Request(text=t, region=r)) for name, (t, r) in asked.items()}, sys.stdout)
"""


class Change(NamedTuple):
    """An edit of a data file: where, which kind, and the file's text afterwards."""

    file: Path
    line: int
    kind: str
    text: str


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
    planted = changes(project, random.Random(0), options.planted)
    for number, change in enumerate(planted if numbers.start < options.planted else ()):
        if number in numbers:
            print(row := {"number": number, **project.judged(change)}, flush=True)
            yield row
    for number in range(options.planted, options.planted + options.unchanged):
        if number in numbers:
            print(row := {"number": number, **project.judged(None)}, flush=True)
            yield row


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
        self.said = done.stdout
        shutil.rmtree(kept[0].parent)
        return done.returncode, [verdict for verdict in verdicts if verdict["family"] == "text"]

    def judged(self, change: Change | None) -> dict[str, Any]:
        """What the gate says of a change, or of none, beside what the front end says by itself."""
        original = change.file.read_text(encoding="utf-8") if change else ""
        try:
            if change:
                change.file.write_text(change.text, encoding="utf-8")
            now = self.read() or {}
            altered = sorted(name for name in self.cases if now.get(name) != self.accepted[name])
            beside = random.Random(len(altered)).sample(sorted(self.cases.keys() - set(altered)), BESIDE)
            status, verdicts = self.run(*sorted([*altered, *beside]))
        finally:
            if change:
                change.file.write_text(original, encoding="utf-8")
        regressed = sorted(v["case"] for v in verdicts if v["status"] == "regressed" and v["case"])
        told = {v["case"]: v["reason"] for v in verdicts if v["case"] in regressed}
        return {
            "file": change.file.name if change else "",
            "line": change.line if change else 0,
            "kind": change.kind if change else "unchanged",
            "altered": altered,
            "regressed": regressed,
            "status": status,
            "words": [shows(told.get(case, ""), self.accepted[case], now[case]) for case in altered],
            "on the terminal": any(reason in " ".join(self.said.split()) for reason in told.values()),
            "diff": next(iter(told.values()), ""),
        }


def shows(reason: str, before: str, now: str) -> bool:
    """Whether a reason's marks, put into the text that is read now, give both texts back where they stand."""
    marks = re.findall(r"(?:\[-(.*?)-\])?(?:\{\+(.*?)\+\})?", reason)
    marks = [mark for mark in marks if any(mark)]
    return bool(marks) and all(
        old in " ".join(before.split()) and new in " ".join(now.split()) for old, new in marks
    )


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
    """So many edits of the data files that alter what is read; the same for the same dice."""
    places = [(file, start, stop) for file in project.files for start, stop in blocks(file)]
    found = 0
    kinds = ("letter", "word", "more", "removed")
    for file, start, stop in dice.sample(places * 3, len(places) * 3):
        if found == count:
            return
        kind = kinds[found % len(kinds)]
        original = file.read_text(encoding="utf-8")
        text = edited(original, start, stop, kind, dice)
        if text == original or not alters(project, file, original, text):
            continue
        found += 1
        yield Change(file, original[:start].count("\n") + 1, kind, text)


def alters(project: Project, file: Path, original: str, text: str) -> bool:
    """Whether a file's new text is taken by the front end, and reads a sentence otherwise."""
    file.write_text(text, encoding="utf-8")
    try:
        now = project.read()
    finally:
        file.write_text(original, encoding="utf-8")
    return now is not None and any(now[name].split() != project.accepted[name].split() for name in now)


def blocks(file: Path) -> Iterator[tuple[int, int]]:
    """Where each row `[[…]]` of a file begins and ends."""
    text = file.read_text(encoding="utf-8")
    starts = [found.start() for found in re.finditer(r"^\[\[", text, re.MULTILINE)]
    yield from zip(starts, [*starts[1:], len(text)], strict=True)


def edited(text: str, start: int, stop: int, kind: str, dice: random.Random) -> str:
    """The text with one row edited; its sentences and its source stay as they are."""
    row = text[start:stop]
    if kind == "removed":
        return text[:start] + text[stop:]
    values = [
        found
        for line in re.finditer(r"^(?!examples|source|regions|#|\[\[).*$", row, re.MULTILINE)
        for found in re.finditer(r'(?<== )"([^"\\]*[a-záéíóúñ]{2}[^"\\]*)"', line[0])
        for found in [(line.start() + found.start(1), line.start() + found.end(1))]
    ]
    if not values:
        return text
    begin, end = dice.choice(values)
    value = row[begin:end]
    new = {"letter": value[:-1] + "x", "word": "palabra", "more": f"{value} entero"}[kind]
    return text[: start + begin] + new + text[start + end :]


def page(rows: list[dict[str, Any]], options: argparse.Namespace) -> str:
    """The results: counts over all parts so far, then a row each."""
    before = json.loads(RESULTS.read_text())["planted"]["rows"] if RESULTS.exists() else []
    joined = {row["number"]: row for row in (*before, *rows)}
    every = [joined[number] for number in sorted(joined)]
    planted = [row for row in every if row["kind"] != "unchanged"]
    unchanged = [row for row in every if row["kind"] == "unchanged"]
    seen = [
        row
        for row in planted
        if row["status"] == 1 and row["regressed"] == row["altered"] and all(row["words"])
    ]
    results = {
        "planted": {
            "command": "python benchmarks/reading/planted.py --write",
            "commit": git.commit(ROOT)[0],
            "machine": environment.read("cpu").hardware,
            "changes": len(planted),
            "regressed_with_the_diff": len(seen),
            "shown_on_the_terminal": sum(row["on the terminal"] for row in planted),
            "unchanged_runs": len(unchanged),
            "alarms": sum(bool(row["regressed"]) for row in unchanged),
            "rows": every,
        }
    }
    return json.dumps(results, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    main()
