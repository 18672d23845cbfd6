"""`tts-baseline doctor`: what it finds."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest


def test_doctor_says_what_it_found(project: Path, call) -> None:
    answer = call("doctor", "--json")
    assert answer.status == 0, answer.out
    found = {finding["what"]: finding for finding in json.loads(answer.out)}
    assert found["suite"]["found"] == "cases: 2 cases"
    assert "1 accepted runs on this machine" in found["baseline"]["found"]
    assert found["settings"]["found"] == f"settings of {project / 'pyproject.toml'}"
    assert found["pending"]["found"] == "2 runs in .tts-baseline"
    assert all(finding["fine"] for finding in found.values())


def test_doctor_names_what_is_broken_and_goes_on(project: Path, call) -> None:
    (project / "voice.py").write_text("import no_such_library\n", encoding="utf-8")
    golden = next(project.glob("baselines/*/*/golden/hola.*.flac"))
    golden.write_bytes(b"version https://git-lfs.github.com/spec/v1\n")
    answer = call("doctor")
    assert answer.status == 2
    assert re.search(r"^BAD +pipeline .*no_such_library", answer.out, re.MULTILINE)
    assert re.search(
        r"^BAD +baseline .*golden of case 'hola'.*hola.[0-9a-f]{16}.flac", answer.out, re.MULTILINE
    )
    assert answer.out.count("next: ") == 2
    assert re.search(r"^ok +pending ", answer.out, re.MULTILINE)


@pytest.mark.parametrize("words", [("run",), ("doctor",), ("compare", "--against", "main"), ("certify",)])
def test_a_table_in_a_folder_below_is_not_passed_over(
    tmp_path: Path, call, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    inner = tmp_path / "packages" / "tts"
    inner.mkdir(parents=True)
    (inner / "pyproject.toml").write_text("[tool.tts-baseline]\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    answer = call(*words)
    assert answer.status == 2
    assert "but packages/tts/pyproject.toml has one" in answer.err
    assert "cd packages/tts" in answer.err
    assert not (tmp_path / "baselines").exists()
