"""When the judge is called, and against what."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tts_baseline.core.errors import BaselineError
from tts_baseline.core.records import Baseline, Environment, Run
from tts_baseline.core.verdict import Verdict
from tts_baseline.session.judge import escalate
from tts_baseline.session.project import open_project

COMMIT = "a" * 40


def accepted(commit: str | None = COMMIT, *, dirty: bool = False) -> Baseline:
    here = Environment(key="box", device="cpu", hardware={}, software={})
    run = Run(
        id="r", created="2026-01-01", pipeline="voice", variant="cpu", suite="es", commit=commit, dirty=dirty,
        environment=here, provenance={}, cases=(), replicates=(), audio={}, readings=(),
    )  # fmt: skip
    return Baseline(runs=(run,))


def verdict(status: str, gate: str = "latency", case: str | None = None) -> Verdict:
    return Verdict(
        gate=gate, metric=gate, family="latency", case=case, status=status, unit="s", relative=True
    )


@pytest.fixture
def project(tmp_path):
    (tmp_path / "voice.py").write_text("def synthesize(text): ...\n")

    def opened(against: str | None = None):
        return open_project(tmp_path, {"pipeline": "voice:synthesize", "against": against})

    return opened


def test_a_plain_screen_calls_nobody(project) -> None:
    plain = [verdict("ok"), verdict("improved", "cold_start"), verdict("undecided", case="hola")]
    assert escalate.call(project(), accepted(), plain) is None


@pytest.mark.parametrize(
    ("screen", "gates"),
    [
        ([verdict("undecided"), verdict("ok", "cold_start")], ("latency",)),
        ([verdict("regressed")], ("latency",)),
        ([verdict("ok"), verdict("regressed", case="hola")], ("latency",)),
        ([verdict("undecided"), verdict("regressed", "cold_start")], ("latency", "cold_start")),
    ],
)
def test_a_screen_that_is_not_plain_calls_the_judge_against_the_baselines_commit(
    project, screen, gates
) -> None:
    call = escalate.call(project(), accepted(), screen)
    assert (call.revision, call.gates, call.asked) == (COMMIT, gates, False)


def test_memory_is_not_what_a_judge_is_called_for(project) -> None:
    memory = replace(verdict("undecided", "memory"), family="memory")
    assert escalate.call(project(), accepted(), [memory]) is None


@pytest.mark.parametrize(
    "baseline", [Baseline(), accepted(None), accepted(dirty=True)], ids=["none", "no commit", "dirty"]
)
def test_without_a_commit_of_the_baseline_nobody_is_called(project, baseline) -> None:
    assert escalate.call(project(), baseline, [verdict("undecided")]) is None
    with pytest.raises(BaselineError, match="nothing to compare with"):
        escalate.call(project("auto"), baseline, [verdict("undecided")])


def test_a_named_revision_is_judged_whatever_the_screen_says(project) -> None:
    call = escalate.call(project("main"), Baseline(), [verdict("ok")])
    assert (call.revision, call.asked) == ("main", True)
    assert call.gates == ("cold_start", "latency", "cuda_memory", "memory")


def test_auto_is_the_commit_of_the_baseline(project) -> None:
    call = escalate.call(project("auto"), accepted(), [verdict("ok")])
    assert (call.revision, call.asked) == (COMMIT, True)


def test_none_calls_nobody(project) -> None:
    assert escalate.call(project("none"), accepted(), [verdict("regressed")]) is None
