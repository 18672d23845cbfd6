"""When the judge is called, and against what."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.support.baselines import baseline_of
from tests.support.runs import run
from tests.support.verdicts import verdict
from tts_baseline.core.errors import BaselineError
from tts_baseline.core.records import Baseline
from tts_baseline.session.judge import escalate
from tts_baseline.session.project import open_project

COMMIT = "a" * 40


def accepted(commit: str | None = COMMIT, *, dirty: bool = False) -> Baseline:
    return baseline_of([replace(run(), commit=commit, dirty=dirty)])


@pytest.fixture
def project(tmp_path):
    (tmp_path / "voice.py").write_text("def synthesize(text): ...\n")

    def opened(against: str | None = None):
        return open_project(tmp_path, {"pipeline": "voice:synthesize", "against": against})

    return opened


def test_a_plain_screen_calls_nobody(project) -> None:
    plain = [
        verdict("latency", "ok"),
        verdict("cold_start", "ok"),
        verdict("memory", "improved"),
        verdict("latency", "improved", case="hola"),
        verdict("latency", "undecided", case="hola"),
    ]
    assert escalate.call(project(), accepted(), plain) is None


@pytest.mark.parametrize(
    ("screen", "gates"),
    [
        ([verdict("latency", "undecided"), verdict("cold_start", "ok")], ("latency",)),
        ([verdict("latency", "regressed")], ("latency",)),
        ([verdict("latency", "improved")], ("latency",)),
        ([verdict("latency", "ok"), verdict("cold_start", "improved")], ("cold_start",)),
        ([verdict("latency", "ok"), verdict("latency", "regressed", case="hola")], ("latency",)),
        ([verdict("latency", "undecided"), verdict("cold_start", "regressed")], ("latency", "cold_start")),
    ],
)
def test_a_screen_that_is_not_plain_calls_the_judge_against_the_baselines_commit(
    project, screen, gates
) -> None:
    call = escalate.call(project(), accepted(), screen)
    assert (call.revision, call.gates, call.asked) == (COMMIT, gates, False)


def test_memory_is_not_what_a_judge_is_called_for(project) -> None:
    memory = verdict("memory", "undecided")
    assert escalate.call(project(), accepted(), [memory]) is None


@pytest.mark.parametrize(
    "baseline", [Baseline(), accepted(None), accepted(dirty=True)], ids=["none", "no commit", "dirty"]
)
def test_without_a_commit_of_the_baseline_nobody_is_called(project, baseline) -> None:
    assert escalate.call(project(), baseline, [verdict("latency", "undecided")]) is None
    with pytest.raises(BaselineError, match="nothing to compare with"):
        escalate.call(project("auto"), baseline, [verdict("latency", "undecided")])


def test_a_named_revision_is_judged_whatever_the_screen_says(project) -> None:
    call = escalate.call(project("main"), Baseline(), [verdict("latency", "ok")])
    assert (call.revision, call.asked) == ("main", True)
    assert call.gates == ("cold_start", "latency", "cuda_memory", "memory")


def test_auto_is_the_commit_of_the_baseline(project) -> None:
    call = escalate.call(project("auto"), accepted(), [verdict("latency", "ok")])
    assert (call.revision, call.asked) == (COMMIT, True)


def test_none_calls_nobody(project) -> None:
    assert escalate.call(project("none"), accepted(), [verdict("latency", "regressed")]) is None


@pytest.mark.parametrize(
    ("baseline", "why"),
    [
        (accepted(None), "has no commit"),
        (accepted(dirty=True), "was accepted with uncommitted changes"),
    ],
)
def test_a_baseline_without_a_commit_is_said_where_the_judge_would_be_called(project, baseline, why) -> None:
    doubtful, plain = [verdict("latency", "undecided")], [verdict("latency", "ok")]
    assert why in escalate.unjudged(project(), baseline, doubtful)
    assert "tts-baseline compare --against REV" in escalate.unjudged(project(), baseline, doubtful)
    assert why in escalate.unjudged(project(), baseline, [verdict("latency", "improved")])
    assert escalate.unjudged(project(), baseline, plain) == ""
    assert escalate.unjudged(project("none"), baseline, doubtful) == ""
    assert escalate.unjudged(project(), accepted(), doubtful) == ""
    assert escalate.unjudged(project(), baseline_of([]), doubtful) == ""
