"""Recorded runs, judged again: the same verdicts, reports and baselines as when they were recorded.

tests/data/replay/README.md says how they were made. After a change that is meant, write them anew, and read
the difference: python tests/gate/test_replay.py
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

# --- the product: all that this module takes from it
from tts_baseline.baseline import pending, recordings
from tts_baseline.baseline.store import Store
from tts_baseline.core.errors import BaselineError
from tts_baseline.core.judgement import Judgement
from tts_baseline.core.outcome import Outcome
from tts_baseline.core.protocols import FAMILIES
from tts_baseline.core.records import SCHEMA_VERSION, Run
from tts_baseline.core.registry import ratio_gates
from tts_baseline.core.verdict import Verdict
from tts_baseline.gate import explain, verdicts
from tts_baseline.gate.combine import doubtful
from tts_baseline.gate.judge import paired
from tts_baseline.report import judgement as judged
from tts_baseline.report import review as history_page
from tts_baseline.report.format import View, formats
from tts_baseline.report.formats import terminal as summary
from tts_baseline.session import outcome as outcomes
from tts_baseline.session.accept import accept_run, record_missing
from tts_baseline.session.measurement.score import goldens_of
from tts_baseline.session.project import Project, open_project
from tts_baseline.session.review import review

# --- end of the product

CORPUS = Path(__file__).parents[1] / "data" / "replay"
SCENARIOS = sorted(path.parent.name for path in CORPUS.glob("*/scenario.json"))
PROJECT = "the-project"
DIGITS = 7
LAST_DIGIT = 1e-6

TABLE = """[tool.tts-baseline]
pipeline = "voice:Voice"
suite = "cases.toml"
missing = {missing}
undecided = {undecided}
limits = {{ {limits} }}
"""

Page = dict[str, Any]


class Replay:
    """One scenario in a project of its own at `root`: a pending run, and the baselines to compare it with."""

    def __init__(self, name: str, root: Path, *, missing: str = "fail", undecided: str = "fail") -> None:
        about = json.loads((CORPUS / name / "scenario.json").read_text())
        self.root = root
        stored = msgspec.json.decode((CORPUS / about["run"] / "run.json").read_bytes(), type=Run)
        if "machine" in about:
            environment = msgspec.structs.replace(stored.environment, key=about["machine"])
            stored = msgspec.structs.replace(stored, environment=environment)
        self.is_own = about["run"] == name
        limits = ", ".join(f'{gate} = "{limit}"' for gate, limit in about["limits"].items())
        table = TABLE.format(missing=json.dumps(missing), undecided=json.dumps(undecided), limits=limits)
        (root / "pyproject.toml").write_text(table)
        (root / "cases.toml").write_text("".join(map(_case_table, stored.cases)))
        _lay_out(root / "baselines", about["baselines"])
        self.folder = root / ".tts-baseline" / stored.id
        self.folder.mkdir(parents=True)
        shutil.copytree(CORPUS / "recordings" / about["recordings"], self.folder / "audio")
        for case in about.get("unrecorded", ()):
            (self.folder / "audio" / f"{case}.flac").unlink()
        stored = _as_kept_now(stored, self.folder, root / "baselines")
        (self.folder / "run.json").write_bytes(msgspec.json.encode(stored))
        self.run = stored
        self.judgement = None
        if "judge" in about:
            kept = json.loads((CORPUS / about["judge"] / "judge.json").read_text())
            self.judgement = msgspec.convert(kept | about.get("judge_with", {}), Judgement)
            (self.folder / "judge.json").write_bytes(msgspec.json.encode(self.judgement))
        self.project: Project = open_project(root, {})


def _as_kept_now(run: Run, folder: Path, baselines: Path) -> Run:
    """A run that was stored with schema 1, with the hashes of its recordings and its goldens."""
    kept = {path.stem: recordings.described(path.read_bytes()) for path in (folder / "audio").glob("*.flac")}
    quality = Store(baselines, run.pipeline, run.variant).load("").quality
    measured = [case for case in run.cases if case.id in run.audio]
    return msgspec.structs.replace(
        run, version=SCHEMA_VERSION, recordings=kept, goldens=goldens_of(measured, quality)
    )


def _case_table(case: Any) -> str:
    """A case as the suite's file has it."""
    fields = {"id": case.id, "text": case.text, "region": case.region, "tags": list(case.tags)}
    lines = (f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in fields.items())
    return "[[case]]\n" + "".join(lines) + "\n"


def _lay_out(baselines: Path, layers: Sequence[str]) -> None:
    """The layers of accepted runs, one over the other, and the recordings of what was accepted."""
    for layer in layers:
        shutil.copytree(CORPUS / "baselines" / layer, baselines, dirs_exist_ok=True)
    for quality in baselines.glob("*/*/quality.json"):
        golden = quality.parent / "golden"
        golden.mkdir()
        for case in json.loads(quality.read_text())["cases"]:
            shutil.copy(CORPUS / "recordings" / "accepted" / f"{case}.flac", golden)


# --- what the product says about a scenario


def verdict_page(name: str, root: Path) -> Page:
    """Every verdict of the screen and of the judge, a row each; of both together those that differ, by place.

    A row has the fields of Verdict in their order: gate, metric and family first.
    """
    replay = Replay(name, root)
    baseline = replay.project.store_of(replay.run).load(replay.run.environment.key)
    outcome = outcomes.reopen(replay.project, "last")
    screen = outcome.decided.screen
    page: Page = {"screen": [_row(v) for v in screen]}
    if replay.judgement is not None:
        commit = replay.judgement.against.commit
        since = verdicts.since(commit, outcome.run, baseline, replay.project.limits)
        page["judge"] = [_row(v) for v in outcome.decided.pair]
        page["since"] = _names(v for v in since if v.family != "quality")
    page["combined"] = [
        [place, *_row(both)]
        for place, (alone, both) in enumerate(zip(screen, outcome.verdicts, strict=True))
        if alone != both
    ]
    return page


def outcome_page(name: str, root: Path) -> Page:
    """What follows from the verdicts: what fails, what the items of pytest note, what JSON says."""
    replay = Replay(name, root)
    outcome = outcomes.reopen(replay.project, "last")
    lenient = Replay(name, _new(root / "lenient"), missing="record", undecided="warn").project
    page: Page = {
        "failing": _names(outcomes.failing(replay.project, outcome.verdicts)),
        "failing, lenient": _names(outcomes.failing(lenient, outcome.verdicts)),
        "properties": {f: _names(outcomes.suite_verdicts(outcome, f)) for f in FAMILIES},
        "changed": verdicts.changed(outcome.decided),
        "doubtful": list(doubtful(outcome.decided.screen)),
    }
    if replay.is_own:
        page["json"] = _head(_shown("json", outcome))
    if replay.judgement is not None:
        pair = outcome.decided.pair
        page["settled"] = paired.is_settled(pair, ratio_gates())
        page["judge's json"] = _head(judged.as_json(replay.judgement, pair, outcome.folder))
        del page["judge's json"]["sound"]  # what was recorded was not listened to
    return json.loads(json.dumps(page).replace(str(root), PROJECT))


def report(name: str, root: Path) -> str:
    """The report page, as it is left in the run's folder."""
    replay = Replay(name, root)
    outcome = outcomes.reopen(replay.project, "last")
    return _shown("markdown", outcome)


def _shown(name: str, outcome: Outcome, view: View | None = None) -> str:
    return formats()[name].render(outcome, view or View())


def terminal(name: str, root: Path) -> str:
    """What a terminal shows: the tables, the failing verdicts as sentences, the last lines, the judge's own.

    The readings are in it once for each stored run.
    """
    replay = Replay(name, root)
    outcome = outcomes.reopen(replay.project, "last")
    failing = outcomes.failing(replay.project, outcome.verdicts)
    parts = [
        _shown("terminal", outcome, View(verbose=replay.is_own)),
        outcomes.explained(outcome, failing),
        summary.footer(outcome),
    ]
    if replay.judgement is not None:
        parts.append(judged.terminal(replay.judgement, outcome.decided.pair))
    return "\n\n".join(parts).replace(str(root), PROJECT) + "\n"


def baseline_page(name: str, root: Path) -> Page:
    """What accepting the run writes, with and without a new anchor, and what is recorded by itself."""

    def accept(replay: Replay, *, reset_anchor: bool) -> Sequence[Path]:
        return accept_run(replay.project, "last", reason="as meant", reset_anchor=reset_anchor)[1]

    def record(replay: Replay) -> Sequence[Path]:
        outcome = outcomes.reopen(replay.project, "last")
        return record_missing(replay.project, outcome)

    replays = {
        key: Replay(name, _new(root / key), missing="record") for key in ("accepted", "anchored", "recorded")
    }
    return {
        "accepted": _written(replays["accepted"], lambda scenario: accept(scenario, reset_anchor=False)),
        "anchored": _written(replays["anchored"], lambda scenario: accept(scenario, reset_anchor=True)),
        "recorded": _written(replays["recorded"], record),
    }


def layers_page(name: str, root: Path) -> str:
    """PERFORMANCE_BASELINE.md and the reviews of a scenario's baselines."""
    replay = Replay(name, root)
    parts = [formats()["performance"].render(root / "baselines")]
    for gate in ("latency", "memory"):
        histories = review(root, replay.project.settings, gate=gate)
        parts += [history_page.page(histories), history_page.terminal(histories)]
    return "\n".join(parts) + "\n"


def _written(replay: Replay, act: Callable[[Replay], Iterable[Path]]) -> Page:
    """The files that `act` wrote, and digests of the baselines' files that changed; or why it refused."""
    baselines = replay.root / "baselines"
    before = _digests(baselines)
    try:
        paths = sorted(str(path.relative_to(baselines)) for path in act(replay))
    except BaselineError as error:
        return {"refused": str(error).replace(str(replay.root), PROJECT)}
    after = _digests(baselines)
    assert {Path(path).parent.name for path in before.keys() - after.keys()} <= {"golden"}
    return {
        "written": [[path, *_acceptance(baselines / path)] for path in paths],
        "files": {path: digest for path, digest in after.items() if before.get(path) != digest},
    }


def _acceptance(path: Path) -> list[Any]:
    accepted = json.loads(path.read_text())["acceptance"]
    return [accepted["epoch"], accepted["anchor"], accepted["reason"]]


def _digests(baselines: Path) -> dict[str, str]:
    """By file, but for the schema, made of the records' definitions, and the history, made of the others."""
    files = (path for path in sorted(baselines.rglob("*")) if path.is_file())
    files = (path for path in files if not {"schema", "history"}.intersection(path.parts))
    return {str(path.relative_to(baselines)): _digest(path) for path in files}


def _digest(path: Path) -> str:
    """Of a recording; of a record without author, time and limits, which are the test's."""
    data = path.read_bytes()
    if path.suffix == ".json":
        record = json.loads(data)
        record["acceptance"] |= {"author": "", "at": "", "limits": {}}
        data = json.dumps(record).encode()
    return hashlib.sha256(data).hexdigest()[:16]


def _names(verdicts: Iterable[Verdict]) -> list[str]:
    """Verdicts as JUnit properties name them, and their status."""
    return [f"tts.{v.gate}{f'.{v.case}' if v.case else ''} {v.status}" for v in verdicts]


def _head(data: str | bytes) -> Page:
    """A page of JSON without its long lists: how many they are; and without the metrics that there are."""
    page = json.loads(data)
    return {
        key: len(value) if key in ("verdicts", "readings") else value
        for key, value in page.items()
        if key != "metrics"
    }


# What a verdict said when the runs were recorded: fields of its own, and sentences made of the others.
FIELDS = (
    "gate", "metric", "family", "case", "status", "unit", "relative", "baseline", "current", "change", "low",
    "high", "limit", "drift", "runs", "decided_by", "is_environment", "reason", "where",
)  # fmt: skip
DEFAULTS = (*(None,) * 14, 0, "screen", False, "", "")


def _row(verdict: Verdict) -> list[Any]:
    """The verdict's fields in their order, as far as they are not the defaults; the first three as one."""
    page = explain.as_json(verdict)
    row = [_short(page[name]) for name in FIELDS]
    while row[-1] == DEFAULTS[len(row) - 1]:
        row.pop()
    return [" ".join(row[:3]), *row[3:]]


def _short(value: Any) -> Any:
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value


def _new(folder: Path) -> Path:
    folder.mkdir()
    return folder


# --- the comparison

PAGES: Mapping[str, Callable[[str, Path], Page | str]] = {
    "verdicts.json": verdict_page,
    "outcome.json": outcome_page,
    "report.md": report,
    "terminal.txt": terminal,
    "baselines.json": baseline_page,
    "accepted.md": layers_page,
}
# The accepted runs' own pages: of the scenarios that have different ones.
LAYERED = ("five-accepted", "drift", "work", "new-cases")


def expected_pages() -> list[tuple[str, str]]:
    """Every scenario with every page that is kept of it."""
    return [(name, page) for name in SCENARIOS for page in PAGES if page != "accepted.md" or name in LAYERED]


def same(now: Any, then: Any) -> bool:
    """True where both say the same; numbers but for their last digits, which another libm may round."""
    if isinstance(now, float) and isinstance(then, int | float):
        return math.isclose(now, then, rel_tol=LAST_DIGIT, abs_tol=LAST_DIGIT)
    if isinstance(now, dict) and isinstance(then, dict):
        return list(now) == list(then) and all(same(now[key], then[key]) for key in now)
    if isinstance(now, list) and isinstance(then, list):
        return len(now) == len(then) and all(map(same, now, then))
    return bool(now == then)


def text_of(page: Page | str) -> str:
    """A page as its file: JSON with a line for each item of a list."""
    if isinstance(page, str):
        return page
    return _laid_out(page, "") + "\n"


def _laid_out(value: Any, indent: str) -> str:
    inner = indent + " "
    if isinstance(value, dict) and value:
        rows = (f"{inner}{json.dumps(key)}: {_laid_out(each, inner)}" for key, each in value.items())
        return "{\n" + ",\n".join(rows) + f"\n{indent}}}"
    if isinstance(value, list) and value and isinstance(value[0], list):
        rows = (inner + json.dumps(each, ensure_ascii=False, separators=(",", ":")) for each in value)
        return "[\n" + ",\n".join(rows) + f"\n{indent}]"
    return json.dumps(value, ensure_ascii=False)


@pytest.fixture(autouse=True)
def _outside_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    """Accepting is refused in CI, and settings come from the project alone."""
    for name in list(os.environ):
        if name == "CI" or name.startswith("TTS_BASELINE_"):
            monkeypatch.delenv(name)


@pytest.mark.parametrize(("name", "page"), expected_pages())
def test_a_recorded_run_is_judged_as_it_was(name: str, page: str, tmp_path: Path) -> None:
    then = (CORPUS / name / "expected" / page).read_text()
    now = PAGES[page](name, tmp_path)
    if isinstance(now, str):
        assert now.splitlines() == then.splitlines()
    elif not same(json.loads(text_of(now)), json.loads(then)):
        assert text_of(now).splitlines() == then.splitlines()


def test_json_holds_the_verdicts_and_readings_that_were_judged(tmp_path: Path) -> None:
    replay = Replay("quality", tmp_path)
    outcome = outcomes.reopen(replay.project, "last")
    page = json.loads(_shown("json", outcome))
    for verdict in page["verdicts"]:
        verdict.pop("votes")
    assert page["verdicts"] == json.loads(msgspec.json.encode([explain.as_json(v) for v in outcome.verdicts]))
    assert page["readings"] == json.loads(msgspec.json.encode(outcome.run.readings))


def test_the_corpus_has_every_status_from_the_screen_and_from_the_judge() -> None:
    pages = [json.loads((CORPUS / name / "expected" / "verdicts.json").read_text()) for name in SCENARIOS]
    fields = FIELDS[2:]
    screen = [dict(zip(fields, row, strict=False)) for page in pages for row in page["screen"]]
    both = [dict(zip(fields, row[1:], strict=False)) for page in pages for row in page["combined"]]
    statuses = {
        (row["status"], row.get("decided_by", "screen")) for row in (*screen, *both) if not row["case"]
    }
    by_screen = ("ok", "improved", "regressed", "undecided", "no baseline", "not comparable")
    assert statuses >= {(status, "screen") for status in by_screen}
    assert statuses >= {(status, "judge") for status in ("ok", "improved", "regressed", "undecided")}
    assert "invalid" in {row["status"] for row in screen}
    assert any(row.get("is_environment") for row in both)
    assert any(row.get("drift") for row in screen)


def test_every_stored_run_could_be_pending() -> None:
    for path in CORPUS.glob("*/run.json"):
        assert pending.load(path.parent).cases


def write() -> None:
    """Write every expected page anew, from what the product says now."""
    os.environ.pop("CI", None)
    for name, page in expected_pages():
        with tempfile.TemporaryDirectory() as folder:
            path = CORPUS / name / "expected" / page
            path.parent.mkdir(exist_ok=True)
            path.write_text(text_of(PAGES[page](name, Path(folder))))


if __name__ == "__main__":
    sys.exit(write())
