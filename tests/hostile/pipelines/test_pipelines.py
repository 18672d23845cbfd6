"""Hostile pipelines, each with the sentence that must be said of it: a sample of them, in one restart."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.pipelines.asked import HOSTILE, MARK, PRELUDE, SECRETS, Pipeline, ask, pipelines
from tests.hostile.pipelines.kills import kill
from tts_baseline.core.errors import PipelineError, RequestFailed, sentence
from tts_baseline.pipelines._answers import utterance
from tts_baseline.pipelines._prepare import prepare

ALL = pipelines().values()
SAMPLE = [pipeline for pipeline in ALL if pipeline.sample]
# What needs no process of its own to be refused.
BY_WORKER = ("returns-many-phones", "returns-hostile-object", "returns-surrogate-stage")
RETURNED = [p for p in ALL if p.id.startswith("returns-") and p.id not in BY_WORKER]
NAMED = [p for p in ALL if p.id.startswith(("class-", "instance-", "attribute-", "factory-", "method-"))]


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


@pytest.mark.parametrize("pipeline", RETURNED, ids=lambda pipeline: pipeline.id)
def test_what_is_returned_is_refused_with_the_line_to_write(pipeline: Pipeline) -> None:
    module: dict[str, Any] = {}
    exec(PRELUDE + pipeline.source, module)
    returned = module["synthesize"](HOSTILE.text)
    with pytest.raises(RequestFailed) as refused:
        utterance(returned, where=pipeline.target)
    assert all(part in sentence(refused.value) for part in pipeline.says)


@pytest.mark.parametrize("pipeline", NAMED, ids=lambda pipeline: pipeline.id)
def test_what_is_no_pipeline_is_refused_with_the_line_to_write(
    pipeline: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "voice.py").write_text(PRELUDE + pipeline.source, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "voice", raising=False)
    with pytest.raises(PipelineError) as refused:
        prepare(pipeline.target, {}, device="cpu", optimize=())().synthesize(HOSTILE.request)
    sys.modules.pop("voice")
    said = sentence(refused.value)
    assert [part for part in pipeline.says if part not in said and not part.startswith("traceback")] == []


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
