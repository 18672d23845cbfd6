"""What a pipeline says comes in without secrets, through every kind of answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import REPOSITORY
from tts_baseline.core.errors import PipelineError, RequestFailed
from tts_baseline.core.records import Request, Work
from tts_baseline.measure.client import Worker
from tts_baseline.measure.protocol import Counted, Ready, Refused, Spoken, WorkerSpec
from tts_baseline.measure.redact import without_secrets

KEY = "sk-0123456789abcdef"
ANSWERS = {
    "refused": Refused(f"no {KEY}", f"at {KEY}", f"try {KEY}"),
    "ready": Ready(1.0, 1.0, 1.0, {"url": f"http://host/?key={KEY}"}),
    "spoken": Spoken(
        wall_s=1.0, cpu_s=1.0, reference_s=1.0, stages={}, sample_rate=8000, samples=0, sha256="", text=KEY
    ),
    "counted": Counted(Work(reason=f"failed: {KEY}")),
}
VOICE = """
import os, sys

class Voice:
    def __init__(self, settings):
        self.key = settings["api_key"]
        if settings.get("broken"):
            raise ValueError(f"key {self.key} is not known")

    @property
    def provenance(self):
        return {"key": self.key, "variable": os.environ["HF_TOKEN"]}

    def synthesize(self, request):
        if request.text == "die":
            print("dying with", self.key, flush=True)
            os._exit(3)
        raise RuntimeError(f"401 for {self.key} and {os.environ['HF_TOKEN']}")
"""


@pytest.mark.parametrize("kind", ANSWERS)
def test_no_answer_has_a_secret(kind: str) -> None:
    given = ANSWERS[kind]
    assert KEY in str(given)
    answer = without_secrets(given, (KEY,))
    assert KEY not in str(answer)
    assert str(answer).replace("***", KEY) == str(given)


def test_files_keep_their_names() -> None:
    ready = Ready(1.0, 1.0, 1.0, {}, origin=f"/{KEY}.py", files=(f"/{KEY}.py",))
    assert without_secrets(ready, (KEY,)) == ready


def test_a_worker_says_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "voice.py").write_text(VOICE)
    monkeypatch.setenv("HF_TOKEN", "hf_0123456789")

    def worker(**settings: object) -> Worker:
        spec = WorkerSpec(
            builder="tts_baseline.pipelines._prepare:prepare",
            target="voice:Voice",
            settings={"api_key": KEY, **settings},
            device="cpu",
            optimize=(),
            root=str(tmp_path),
            paths=(str(tmp_path), str(REPOSITORY)),
        )
        return Worker(spec, load_timeout=60)

    with worker() as live:
        assert live.ready.provenance == {"key": "***", "variable": "***"}
        with pytest.raises(RequestFailed, match=r"401 for \*\*\* and \*\*\*"):
            live.speak(Request(text="hola"), full=False, timeout=20)
        with pytest.raises(PipelineError) as died:
            live.speak(Request(text="die"), full=False, timeout=20)
        assert KEY not in str(died.value)
    with pytest.raises(PipelineError, match=r"key \*\*\* is not known"):
        worker(broken=True)
