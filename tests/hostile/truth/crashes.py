"""What is left where a command is killed at any of its writes: the old state or the new one, and no trace."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import filelock

from tests.hostile.truth.faults import NEVER, ended_at
from tests.support.baselines import left_pending
from tests.support.judgements import even, judgement
from tests.support.projects import make_project, store_of
from tests.support.runs import KEY, run
from tests.support.tones import TEXTS, sounds
from tts_baseline.baseline import audit, files, pending, recordings
from tts_baseline.session import compare as comparing
from tts_baseline.session import run as running
from tts_baseline.session.accept import accept_run, reject_run
from tts_baseline.session.judge.escalate import Call
from tts_baseline.session.measurement.progress import silent
from tts_baseline.session.migrate import migrate
from tts_baseline.session.outcome import JUDGE_FILE
from tts_baseline.session.project import Project, open_project
from tts_baseline.session.revision.worktree import checkout
from tts_baseline.session.waiting import accept_all

_HIDDEN = re.compile(r"\..*\.[0-9a-f]{8}")
_JUDGED = judgement([even(TEXTS, 0.25, 0.25)] * 3)


class Scenario(NamedTuple):
    """A command that writes: what is there before it, what it does, and what is done next."""

    prepare: Callable[[Project], object]
    act: Callable[[Project], object]
    then: Callable[[Project], object]


class Crash(NamedTuple):
    """One kill: at which write, and what was wrong afterwards; nothing, if it is right."""

    scenario: str
    point: int
    wrong: str


def _accepted(*pitches: float) -> Callable[[Project], None]:
    """Runs r0, r1, … are accepted, and r8 (another sound) and r9 (the same sound) are pending."""

    def prepare(project: Project) -> None:
        for number, pitch in enumerate(pitches):
            left_pending(project.report, f"r{number}", pitch)
            accept_run(project, f"r{number}", reason="before")
        left_pending(project.report, "r8", 400.0)
        left_pending(project.report, "r9", pitches[-1] if pitches else 200.0)

    return prepare


def _older(project: Project) -> None:
    _accepted(200.0)(project)
    store = store_of(project)
    shutil.rmtree(store.folder / "history")
    for case, known in store.quality().cases.items():
        store.golden(case, known).rename(store.folder / "golden" / f"{case}.flac")


def _accept(*names: str) -> Callable[[Project], object]:
    return lambda project: accept_all(project, names, reason="meant")


def _measure(name: str, pitch: float, *, judged: bool = False) -> Callable[[Project], object]:
    """A whole run whose measuring is made up; where it is judged, its judging, too."""

    def act(project: Project) -> None:
        said = sounds(pitch)
        running.take = lambda *_, **__: (run(name, said), said)
        if judged:
            running.escalate.call = lambda *_: Call("HEAD", ("latency",), asked=True)
            running.escalate.judged = lambda *_, **__: _JUDGED
        running.gate(project, project.cases, silent())

    return act


def _compare(project: Project) -> None:
    comparing.places.kept(project, lambda report: comparing.saved(report, _JUDGED, ()), silent())


def _commit(project: Project) -> None:
    who = ("-c", "user.name=x", "-c", "user.email=x@x")
    for words in (("init", "-q"), ("add", "--all"), (*who, "commit", "-qm", "x")):
        subprocess.run(["git", *words], cwd=project.root, check=True, capture_output=True)


def _check_out(project: Project) -> None:
    with checkout(project.root, "HEAD", files=lambda _: (), say=lambda _: None) as beside:
        (beside.root / "made").write_text("x")


_NEXT = _accept("r9")
_RUN_NEXT = _measure("r7", 200.0)
SCENARIOS = {
    "accept the first run": Scenario(_accepted(), _accept("r8"), _NEXT),
    "accept another sound": Scenario(_accepted(200.0, 300.0), _accept("r8"), _NEXT),
    "accept the same sound": Scenario(_accepted(200.0, 300.0), _accept("r9"), _accept("r8")),
    "accept two runs": Scenario(_accepted(200.0), _accept("r8", "r9"), _NEXT),
    "accept into an older layout": Scenario(_older, _accept("r8"), _NEXT),
    "migrate": Scenario(_older, migrate, lambda project: (migrate(project), _NEXT(project))),
    "run, and record": Scenario(lambda _: None, _measure("r0", 200.0), _RUN_NEXT),
    "run": Scenario(_accepted(200.0), _measure("r6", 200.0), _RUN_NEXT),
    "run, and judge": Scenario(_accepted(200.0), _measure("r6", 300.0, judged=True), _RUN_NEXT),
    "reject": Scenario(_accepted(200.0), lambda project: reject_run(project, "r8"), _NEXT),
    "compare": Scenario(_accepted(200.0), _compare, lambda project: (_compare(project), _NEXT(project))),
    "a worktree": Scenario(_commit, _check_out, _check_out),
}


def crashes(name: str, folder: Path, *, most: int = NEVER) -> Iterator[Crash]:
    """Kill a scenario at each of its writes, or at `most` within, each time from the same beginning."""
    scenario = SCENARIOS[name]
    beginning = folder / "beginning"
    _at(beginning, scenario.prepare)
    old = _at(beginning, state)
    whole = shutil.copytree(beginning, folder / "whole", symlinks=True)
    points = _at(whole, lambda project: ended_at(NEVER, lambda: scenario.act(project))).points
    allowed = _milestones(name, folder, old, _at(whole, state))
    chosen = range(points) if most >= points else [n * points // (most + 1) for n in range(1, most + 1)]
    for point in chosen:
        place = shutil.copytree(beginning, folder / f"at-{point}", symlinks=True)
        yield Crash(name, point, _at(place, partial(_wrong, scenario=scenario, point=point, allowed=allowed)))
        shutil.rmtree(place)


def state(project: Project) -> str:
    """All that a reader can see, as text; raises for anything that is not whole."""
    store = store_of(project)
    with store.locked():
        baseline = store.load(KEY)
        goldens = store.goldens(baseline.quality)
    quality = baseline.quality.cases if baseline.quality else {}
    page: dict[str, Any] = {
        "quality": {case: [known.run, known.recording] for case, known in quality.items()},
        "goldens": sorted(goldens),
        "runs": [[r.id, r.acceptance.epoch, r.acceptance.anchor] for r in store.runs(KEY) if r.acceptance],
    }
    page["pending"] = []
    for folder in pending.listing(project.report):
        kept = pending.load(folder)
        heard = [recordings.read(folder, kept, case)[0] for case in kept.recordings]
        page["pending"].append([kept.id, len(heard)])
        if (folder / JUDGE_FILE).exists():
            files.read_record(folder / JUDGE_FILE, type(_JUDGED))
    page["comparisons"] = [
        sorted(path.name for path in folder.iterdir()) for folder in project.report.glob("judge-*")
    ]
    return json.dumps(page)


def leftovers(project: Project) -> list[str]:
    """What no command would have left: hidden files, problems of the baselines, temporary folders."""
    root = project.root
    hidden = [str(path.relative_to(root)) for path in root.rglob(".*") if _HIDDEN.fullmatch(path.name)]
    wrong = [f"{p.what} ({p.path})" for f in audit.folders(project.baselines) for p in audit.problems(f)]
    temporary = [path.name for path in _temporary(root).iterdir() if path.suffix != ".lock"]
    trees = []
    if (root / ".git").exists():
        listed = subprocess.run(
            ["git", "worktree", "list"], cwd=root, check=True, capture_output=True, text=True
        )
        trees = listed.stdout.splitlines()[1:]
    return [*hidden, *wrong, *temporary, *trees]


def _milestones(name: str, folder: Path, old: str, new: str) -> set[str]:
    """The states that a kill may leave: before and after, and after each of the commands within."""
    allowed = {old, new}
    if name == "accept two runs":
        middle = shutil.copytree(folder / "beginning", folder / "middle")
        _at(middle, _accept("r8"))
        allowed.add(_at(middle, state))
    if name == "run, and record":
        page = json.loads(new)
        allowed.add(json.dumps(page | {"quality": {}, "goldens": [], "runs": []}))
    return allowed


def _wrong(project: Project, scenario: Scenario, point: int, allowed: set[str]) -> str:
    """What is wrong after a kill at this write; empty if nothing is."""
    try:
        ended_at(point, lambda: scenario.act(project))
        _wait_for_git(project)
        for path in _temporary(project.root).glob("*.lock"):
            filelock.FileLock(path, timeout=0).acquire().lock.release()
        seen = state(project)
        if seen not in allowed:
            return f"neither old nor new: {seen}"
        ended_at(NEVER, lambda: scenario.then(project))
        state(project)
        return "; ".join(leftovers(project))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what is wrong
        return f"{type(error).__name__}: {error}"


def _wait_for_git(project: Project) -> None:
    """A git that was started lives on for a moment; its lock file says so."""
    end = time.monotonic() + 5
    while any(project.root.glob(".git/**/*.lock")) and time.monotonic() < end:
        time.sleep(0.01)


def _temporary(root: Path) -> Path:
    return root.with_name(f"{root.name}.tmp")


def _at(place: Path, act: Callable[[Project], Any]) -> Any:
    """What `act` returns of the project at `place`, which has temporary files of its own."""
    _temporary(place).mkdir(exist_ok=True)
    before, variable = tempfile.tempdir, os.environ.get("TMPDIR")
    tempfile.tempdir = os.environ["TMPDIR"] = str(_temporary(place))
    try:
        return act(make_project(place) if not (place / "voice.py").exists() else open_project(place, {}))
    finally:
        tempfile.tempdir = before
        if variable is None:
            del os.environ["TMPDIR"]
        else:
            os.environ["TMPDIR"] = variable
