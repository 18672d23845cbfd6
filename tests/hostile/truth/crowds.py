"""Several accepts at once leave what some sequence of them leaves: the one that the history tells."""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

from tests.support.baselines import left_pending
from tests.support.projects import make_project, store_of
from tests.support.runs import KEY
from tts_baseline.baseline import audit, history
from tts_baseline.session.accept import accept_run
from tts_baseline.session.project import Project, open_project

_MOST = 8
_WIDE = 'limits = { latency = "1000%" }\n'  # 20 times as long is a change, and no drift of twice the limit


class Round(NamedTuple):
    """So many accepts at once, and what was wrong afterwards; nothing, if it is right."""

    accepts: int
    wrong: str


def rounds(count: int, folder: Path, *, most: int = _MOST, seed: int = 1) -> Iterator[Round]:
    """So many rounds of two to `most` accepts, of runs of three sounds and two speeds, from one beginning."""
    dice = random.Random(seed)
    with patch("tempfile.tempdir", str(folder)):
        with (make_project(folder / "beginning").root / "pyproject.toml").open("a") as table:
            table.write(_WIDE)
        beginning = open_project(folder / "beginning", {})
        left_pending(beginning.report, "r0", 200.0)
        accept_run(beginning, "r0", reason="before")
        for number in range(_MOST):
            pitch, seconds = dice.choice((200.0, 300.0, 400.0)), dice.choice((0.25, 5.0))
            left_pending(beginning.report, f"n{number}", pitch, seconds=seconds)
        for number in range(count):
            place = shutil.copytree(beginning.root, folder / f"round-{number}")
            names = dice.sample([f"n{number}" for number in range(_MOST)], dice.randint(2, most))
            wrong = _crowd(open_project(place, {}), names) or _is_a_sequence(place, beginning.root, names)
            yield Round(len(names), wrong)
            shutil.rmtree(place)


def _crowd(project: Project, names: list[str]) -> str:
    """Accept every run in a process of its own, all let go at the same time."""
    waiting, go = os.pipe()
    children = []
    for name in names:
        child = os.fork()
        if child == 0:
            os.close(go)
            status = 1
            try:
                os.read(waiting, 1)
                accept_run(project, name, reason=name)
                status = 0
            finally:
                os._exit(status)
        children.append(child)
    os.close(waiting)
    os.close(go)
    ended = [os.waitpid(child, 0)[1] for child in children]
    return f"they ended with {ended}" if any(ended) else ""


def _is_a_sequence(place: Path, beginning: Path, names: list[str]) -> str:
    """What the same accepts, one after another in the order of the history, leave otherwise."""
    project = open_project(place, {})
    if problems := [p.what for f in audit.folders(project.baselines) for p in audit.problems(f)]:
        return "; ".join(problems)
    order = _order(project)
    if sorted(order) != sorted(names):
        return f"{names} were accepted, and {order} are in the history"
    alone = shutil.copytree(beginning, place.with_name(f"{place.name}-alone"))
    again = open_project(alone, {})
    for name in order:
        accept_run(again, name, reason=name)
    ours, theirs = _seen(project), _seen(again)
    shutil.rmtree(alone)
    return "" if ours == theirs else f"{ours} is not {theirs}"


def _order(project: Project) -> list[str]:
    """The reasons of the entries after the first, which are the runs' names, oldest first."""
    known = history.entries(store_of(project).folder)
    heads = history.heads(known)
    order = []
    while heads:
        (head,) = heads  # a crowd makes no branches
        order.append(known[head].reason)
        heads = list(known[head].parents)
    return order[-2::-1]


def _seen(project: Project) -> str:
    store = store_of(project)
    with store.locked():
        baseline = store.load(KEY)
        store.goldens(baseline.quality)
    runs = {r.id: (r.acceptance.epoch, r.acceptance.anchor) for r in store.runs(KEY) if r.acceptance}
    cases = baseline.quality.cases if baseline.quality else {}
    goldens = {case: (known.run, known.recording) for case, known in cases.items()}
    return json.dumps([runs, goldens, baseline.anchor.id if baseline.anchor else ""], sort_keys=True)
