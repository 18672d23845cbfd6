"""`tts-baseline review` on accepted runs that are made up: nothing is measured."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.support.git_folder import Answer
from tests.support.projects import TABLE, make_project
from tests.support.runs import KEY, accepted, run
from tests.support.tones import TEXTS, sounds
from tts_baseline.baseline import pending
from tts_baseline.baseline.store import Store
from tts_baseline.core.records import Reading, Run

WOBBLE = (0.0, 0.004, -0.003, 0.002, -0.004, 0.003, -0.001, 0.001)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project, and the working directory."""
    make_project(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CI", raising=False)
    return tmp_path


def session(number: int, level: float = 1.0, *, key: str = KEY, metric: str = "latency") -> Run:
    """A run whose calls took 100 ms times `level`."""
    seconds = 0.1 * level * math.exp(WOBBLE[number % len(WOBBLE)])
    readings = [Reading(metric=metric, case=case, value=seconds, values=(seconds,) * 3) for case in TEXTS]
    one = run(f"r{number:02}", readings=readings, key=key)
    return replace(one, suite="cases", commit=f"{number:07x}" + "0" * 33)


def keep(project: Path, *runs: Run, pipeline: str = "voice:synthesize", variant: str = "cpu") -> None:
    store = Store(project / "baselines", pipeline, variant)
    for number, one in enumerate(runs):
        acceptance = accepted(number, anchor=number == 0)
        store.write(run=replace(one, pipeline=pipeline, variant=variant, acceptance=acceptance))


def stepped(**more: str) -> list[Run]:
    return [session(number, 1.04 if number >= 6 else 1.0, **more) for number in range(12)]


def refused(answer: Answer, what: str, next_command: str) -> None:
    assert answer.status == 2, answer
    assert answer.out == ""
    assert re.match(rf"tts-baseline: .*{what}", answer.err), answer.err
    assert re.search(rf"^  next   {next_command}", answer.err, re.MULTILINE), answer.err


def test_a_step_is_shown_with_its_run_and_commit_and_fails_nothing(project: Path, call) -> None:
    keep(project, *stepped())
    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    answer = call("review")
    assert (answer.status, answer.err) == (0, "")
    assert re.search(r"^step \+[34]\.\d% r06 0000006 ", answer.out, re.MULTILINE)
    assert re.search(r"^latency rose by [34]\.\d% at run r06, commit 0000006, and nobody", answer.out, re.M)
    assert "  next   tts-baseline compare --against 0000005\n" in answer.out
    assert {path: path.read_bytes() for path in project.rglob("*") if path.is_file()} == before


def test_json_says_the_same(project: Path, call) -> None:
    keep(project, *stepped())
    (history,) = json.loads(call("review", "--json").out)
    assert (history["gate"], history["machine"], len(history["rows"])) == ("latency", KEY, 12)
    assert [step["run"] for step in history["steps"]] == ["r06"]
    assert history["rows"][0]["marks"] == ["anchor"]
    assert history["advice"][0]["commands"][1] == "tts-baseline compare --against 0000005"


def test_a_page_is_written(project: Path, call) -> None:
    keep(project, *stepped())
    answer = call("review", "--write", "REVIEW.md")
    assert (answer.status, answer.out) == (0, "wrote REVIEW.md\n")
    page = Path("REVIEW.md").read_text(encoding="utf-8")
    assert page.startswith("# Review of the accepted runs\n")
    assert "listened to it" in page
    assert json.loads(call("review", "--write", "REVIEW.md", "--json").out) == {"wrote": ["REVIEW.md"]}


def test_every_machine_and_variant_of_the_chosen_pipeline_is_shown(project: Path, call) -> None:
    keep(project, session(0), session(1))
    keep(project, session(0, key="gpu-1", metric="latency"), variant="cuda+fp16")
    keep(project, session(0), pipeline="espeak")
    shown = json.loads(call("review", "--json").out)
    assert [(one["pipeline"], one["variant"], one["machine"]) for one in shown] == [
        ("voice:synthesize", "cpu", KEY),
        ("voice:synthesize", "cuda+fp16", "gpu-1"),
    ]
    assert [one["machine"] for one in json.loads(call("review", "--machine", "gpu", "--json").out)] == [
        "gpu-1"
    ]
    assert [one["pipeline"] for one in json.loads(call("review", "--pipeline", "espeak", "--json").out)] == [
        "espeak"
    ]
    assert len(json.loads(call("review", "--pipeline", "all", "--json").out)) == 3


def test_another_gate_has_its_own_history(project: Path, call) -> None:
    keep(project, session(0, metric="memory"))
    (history,) = json.loads(call("review", "--gate", "memory", "--json").out)
    assert (history["gate"], history["unit"]) == ("memory", "B")


def test_limits_of_the_project_count(project: Path, call) -> None:
    keep(project, session(0), session(1, 1.2))
    (history,) = json.loads(call("review", "--json").out)
    assert "drift" in history["rows"][1]["marks"]
    (project / "pyproject.toml").write_text(TABLE + 'limits = { latency = "20%" }\n', encoding="utf-8")
    (history,) = json.loads(call("review", "--json").out)
    assert history["limit"] == pytest.approx(0.2)
    assert history["rows"][1]["marks"] == []


def test_what_cannot_be_shown_is_said_with_what_to_type(project: Path, call) -> None:
    refused(call("review"), "no run of voice:synthesize was accepted yet", "tts-baseline run")
    keep(project, session(0), pipeline="espeak")
    refused(call("review"), "there are runs of espeak", "tts-baseline review --pipeline all")
    keep(project, session(0))
    refused(call("review", "--gate", "latncy"), "'latncy' .did you mean 'latency'", "choose from .*latency")
    refused(call("review", "--gate", "snr"), "no history is kept of 'snr'", "choose from .*latency")
    refused(
        call("review", "--gate", "memory"), "no accepted run has a value of memory", "tts-baseline review"
    )
    refused(call("review", "--machine", "gpu"), "no machine is called 'gpu'", f"choose from {KEY}")
    (project / "baselines/voice-synthesize/cpu/machines" / KEY / "r00.json").write_text("{")
    refused(call("review"), "", "")


def test_help_has_an_example(call) -> None:
    answer = call("review", "--help")
    assert answer.status == 0
    assert "example: tts-baseline review" in answer.out


def test_a_pipeline_that_is_gone_can_still_be_reviewed(project: Path, call) -> None:
    keep(project, session(0))
    (project / "voice.py").unlink()
    (project / "cases.toml").unlink()
    assert call("review").status == 0


def leave(project: Path, number: int, level: float) -> str:
    """A pending run that sounds as ever."""
    one = session(number, level)
    pending.save(project / ".tts-baseline", one, sounds())
    return one.id


@pytest.mark.no_cover  # many runs, one after the other; counting lines takes three times as long
def test_small_steps_that_are_accepted_one_by_one_are_caught_by_the_anchor(project: Path, call) -> None:
    """Each step of 2 % is inside the limit of 5 % when it is made, and would be for ever."""
    seen = []
    for number in range(60):
        name = leave(project, number, 1.02 ** (number // 5))
        answer = call("compare", name, "--missing", "record", "--json")
        verdict = next(
            one
            for one in json.loads(answer.out)["verdicts"]
            if one["gate"] == "latency" and one["case"] is None
        )
        seen.append(verdict["status"])
        if answer.status == 1:
            break
        assert call("accept", name, "--reason", "a little slower").status == 0
    assert seen[-1] == "regressed"
    assert "regressed" not in seen[:-1]
    assert verdict["cause"] == "slow drift"
    assert verdict["limit"] == pytest.approx(1.05**2 - 1)
    assert verdict["low"] > verdict["limit"]
    refused(
        call("accept", name, "--reason", "x"),
        "further from the anchor",
        "tts-baseline accept .*--reset-anchor",
    )

    (history,) = json.loads(call("review", "--json").out)
    assert history["steps"]
    assert not any(step["accepted"] for step in history["steps"])
    assert "drift" in history["rows"][-1]["marks"]
    assert "more than twice the limit" in history["advice"][-1]["text"]
