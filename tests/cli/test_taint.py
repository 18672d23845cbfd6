"""`tts-baseline review --taint`: a run with broken audio leaves the speed baseline, and can come back."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.support.baselines import left_pending
from tests.support.git_folder import Folder
from tests.support.projects import make_project
from tests.support.runs import KEY, accepted, run
from tests.support.tones import TEXTS
from tts_baseline.baseline import accept, history, pending
from tts_baseline.baseline.store import TAINTS, Store
from tts_baseline.core.records import Reading, Run

WOBBLE = (0.0, 0.004, -0.003, 0.002, -0.004, 0.003)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Six accepted runs at 250 ms, of which the last two say half of each sentence, in 125 ms."""
    make_project(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CI", raising=False)
    for number in range(6):
        store_of(tmp_path).write(run=session(number, 0.5 if number >= 4 else 1.0))
    return tmp_path


def session(number: int, level: float, commit: str | None = None, *, epoch: int = 1) -> Run:
    seconds = 0.25 * level * math.exp(WOBBLE[number])
    one = run(
        f"r{number}",
        readings=[Reading(metric="latency", case=c, value=seconds, values=(seconds,) * 3) for c in TEXTS],
    )
    acceptance = accepted(number, anchor=number == 0, epoch=epoch)
    return replace(one, commit=commit, acceptance=acceptance)


def store_of(project: Path) -> Store:
    return Store(project / "baselines", "voice:synthesize", "cpu")


def of_latency(project: Path, name: str) -> str:
    page = json.loads((project / ".tts-baseline" / name / "verdicts.json").read_text())
    return next(v["status"] for v in page["verdicts"] if (v["gate"], v["case"]) == ("latency", None))


def test_a_tainted_run_leaves_the_baseline_and_pending_runs_are_judged_anew(project: Path, call) -> None:
    left_pending(project / ".tts-baseline", "p1", seconds=0.125)
    before = call("compare", "p1", "--json")
    statuses = {v["gate"]: v["status"] for v in json.loads(before.out)["verdicts"] if v["case"] is None}
    assert statuses["latency"] == "undecided"  # among runs of both speeds
    for name in ("r4", "r5"):
        answer = call("review", "--taint", name, "--reason", "half of each sentence was missing")
        assert answer.status == 0, answer
    assert "p1: latency undecided -> better" in answer.out
    assert of_latency(project, "p1") == "better"
    assert [one.id for one in store_of(project).load(KEY).runs] == ["r0", "r1", "r2", "r3"]
    shown = call("review").out
    assert [row.split()[0] for row in shown.splitlines() if " r4 " in row or " r5 " in row] == ["tainted"] * 2
    assert "latency fell" not in shown


def test_what_is_put_back_is_as_it_was(project: Path, call) -> None:
    store = store_of(project)
    before, files = store.load(KEY), {p: p.read_bytes() for p in project.rglob("machines/*/*.json")}
    call("review", "--taint", "r4", "--reason", "broken")
    assert store.load(KEY) != before
    answer = call("review", "--untaint", "r4", "--reason", "it was not")
    assert answer.status == 0
    assert "back in the speed baseline: r4" in answer.out
    assert store.load(KEY) == before
    assert {p: p.read_bytes() for p in project.rglob("machines/*/*.json")} == files
    reasons = [entry.reason for entry in history.entries(store.folder).values()]
    assert {"broken", "it was not"} <= set(reasons)
    assert call("doctor", "--baselines").status == 0


def test_a_range_of_commits_is_tainted(project: Path, call) -> None:
    folder = Folder(project)
    folder.git("init", "--quiet")
    commits = [folder.commit(f"v{number}") for number in range(3)]
    for number, commit in enumerate(commits):
        one = session(number, 1.0, commit)
        store_of(project).write(run=replace(one, id=f"c{number}"))
    answer = call("review", "--taint", f"{commits[0]}..{commits[2]}", "--reason", "broken", "--json")
    assert json.loads(answer.out)["runs"] == ["c1", "c2"]
    assert set(store_of(project).tainted()) == {"c1", "c2"}


def test_without_its_epoch_the_one_before_is_current_and_a_new_one_has_a_number_of_its_own(
    project: Path, call
) -> None:
    store = store_of(project)
    store.write(run=replace(session(5, 2.0, epoch=2), id="r6"))
    assert [one.id for one in store.load(KEY).runs] == ["r6"]
    call("review", "--taint", "r6", "--reason", "broken")
    assert len(store.load(KEY).runs) == 6
    folder = left_pending(project / ".tts-baseline", "p1")
    plain = {"changed": False, "reset_anchor": False}
    accept.promote(store, folder, pending.load(folder), accepted(100), **plain)
    assert store.load(KEY).runs[-1].id == "p1"
    assert len(store.load(KEY).runs) == 7
    folder = left_pending(project / ".tts-baseline", "p2")
    accept.promote(store, folder, pending.load(folder), accepted(101), **plain | {"changed": True})
    assert [one.acceptance.epoch for one in store.load(KEY).runs] == [3]


def test_where_the_anchor_is_tainted_the_oldest_run_is_the_anchor(project: Path, call) -> None:
    call("review", "--taint", "r0", "--reason", "broken")
    assert store_of(project).load(KEY).anchor.id == "r1"


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("--taint", "r9", "--reason", "x"), "no accepted run is called 'r9' (did you mean"),
        (("--taint", "r4"), "tainting needs a reason"),
        (("--taint", "HEAD..HEAD", "--reason", "x"), "git"),
    ],
)
def test_what_cannot_be_tainted_is_refused(project: Path, call, words, what) -> None:
    answer = call("review", *words)
    assert (answer.status, answer.out) == (2, "")
    assert what in answer.err
    assert not (store_of(project).folder / TAINTS).exists()


def test_baselines_are_not_tainted_in_ci(project: Path, call, monkeypatch) -> None:
    monkeypatch.setitem(os.environ, "CI", "true")
    answer = call("review", "--taint", "r4", "--reason", "x")
    assert answer.status == 2
    assert "not changed in CI" in answer.err


def test_a_kill_between_writing_and_naming_leaves_the_whole_change(project: Path, monkeypatch, call) -> None:
    store = store_of(project)

    def killed(_folder: Path) -> None:
        raise KeyboardInterrupt

    real = history.finish
    monkeypatch.setattr(history, "finish", killed)
    with pytest.raises(KeyboardInterrupt):
        history.commit(store.folder, {TAINTS: _taints()}, at="2026-01-01T00:00:00+00:00", reason="broken")
    monkeypatch.setattr(history, "finish", real)
    assert set(store.tainted()) == {"r4"}


def _taints() -> bytes:
    taint = {"reason": "broken", "author": "Eva", "at": "2026-01-01T00:00:00+00:00"}
    page = {"schema": 2, "pipeline": "voice:synthesize", "variant": "cpu", "runs": {"r4": taint}}
    return json.dumps(page).encode()
