"""What each option would need here, by what is installed."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from tts_baseline.core import environment
from tts_baseline.session import needs, play
from tts_baseline.session.project import open_project

WANTED = [
    "numpy>=1",
    'tones>=2; extra == "f5"',
    'scales>=1,<2; extra == "f5"',
    'pytest-tts-baseline[f5]; extra == "train"',
    'boards>=3; extra == "train"',
]


@pytest.fixture
def found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "voice.py").write_text("def synthesize(text): ...\n")
    project = open_project(tmp_path, {"pipeline": "voice:synthesize"})
    monkeypatch.setattr(needs, "requires", lambda _: WANTED)
    monkeypatch.setattr(play, "PLAYERS", {"no-such-player": ()})
    monkeypatch.setattr(environment, "has_cuda", lambda: False)

    def look(**installed: str) -> dict[str, needs.Need]:
        def version(name: str) -> str:
            if name not in installed:
                raise PackageNotFoundError(name)
            return installed[name]

        monkeypatch.setattr(needs, "version", version)
        return {need.option: need for need in needs.needs(project)}

    return look


def test_an_extra_lacks_what_is_missing_too_old_or_too_new_and_names_the_line_to_type(found) -> None:
    need = found(tones="1.9", scales="2.0")["--pipeline f5_spanish"]
    assert need.lacks == "tones>=2, scales<2,>=1"
    assert need.next == "pip install 'pytest-tts-baseline[f5]'"
    assert found(tones="2.0+cpu", scales="1.5")["--pipeline f5_spanish"] == needs.Need(
        "--pipeline f5_spanish"
    )


def test_an_extra_that_takes_another_in_needs_what_that_needs(found) -> None:
    assert found(tones="2", boards="3")["train"].lacks == "scales<2,>=1"


def test_cuda_needs_a_gpu_and_a_torch_that_knows_it(found, monkeypatch) -> None:
    assert "NVML" in found(torch="2.6")["--device cuda"].lacks
    monkeypatch.setattr(environment, "has_cuda", lambda: True)
    for torch in ({}, {"torch": "2.6.0+cpu"}):
        assert found(**torch)["--device cuda"].lacks == "a torch with CUDA"
    assert found(torch="2.6.0+cu124")["--device cuda"].lacks == ""


def test_playing_needs_a_player_and_a_judge_a_commit(found) -> None:
    assert found()["--play"].lacks == "one of no-such-player"
    assert found()["--against REV"].lacks
