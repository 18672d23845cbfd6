"""Hostile pipelines, each with the sentence that must be said of it: a sample of them, in one restart."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.hostile.pipelines.asked import MARK, SECRETS, Pipeline, ask, pipelines
from tests.hostile.pipelines.kills import kill

SAMPLE = [pipeline for pipeline in pipelines().values() if pipeline.sample]


@pytest.mark.parametrize("pipeline", SAMPLE, ids=lambda pipeline: pipeline.id)
def test_the_right_sentence_and_nothing_left(
    pipeline: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(MARK, str(tmp_path))
    for name, secret in SECRETS.items():
        monkeypatch.setenv(name, secret)
    answer = ask(pipeline, tmp_path)
    assert answer.left == ()
    assert answer.kind == pipeline.kind, answer.sentence
    for part in pipeline.says:
        assert part in answer.sentence
    if pipeline.alone and pipeline.kind != "load":
        assert answer.plain == "fine"
    assert len(answer.sentence) < 2000
    for file in tmp_path.rglob("*.log"):
        assert not any(secret in file.read_text() for secret in SECRETS.values())


@pytest.mark.parametrize(
    ("number", "moment"),
    [
        (signal.SIGKILL, "loading"),
        (signal.SIGHUP, "loading"),
        (signal.SIGKILL, "speaking"),
        (signal.SIGTERM, "speaking"),
        (signal.SIGKILL, "closing"),
        (signal.SIGINT, "closing"),
    ],
)
def test_no_process_outlives_a_session_that_is_ended(
    tmp_path: Path, number: signal.Signals, moment: str
) -> None:
    ended = kill(tmp_path, number, moment)
    assert ended.left == ()
    assert ended.status != 0
    assert ended.seconds < 10
