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
    assert re.match(r"other processes used \d+% of its CPU time, .*load average", found["load"]["found"])
    assert found["settings"]["found"] == f"settings of {project / 'pyproject.toml'}"
    assert found["pending"]["found"] == "2 runs in .tts-baseline"
    assert found["--against REV"]["found"].startswith(("would need ", "has what it needs"))
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
    assert len(re.findall(r"^BAD .*\n +next: ", answer.out, re.MULTILINE)) == 2
    assert re.search(r"^ok +--device cuda ", answer.out, re.MULTILINE)
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


def test_what_was_accepted_is_checked_whole(project: Path, call) -> None:
    answer = call("doctor", "--baselines")
    assert (answer.status, answer.err) == (0, "")
    assert re.fullmatch(
        r"ok +baseline +voice:synthesize @ cpu: 2 goldens, 1 accepted runs on 1 machines, 1 entries .*\n",
        answer.out,
    )
    assert call("accept", "last", "--reason", "as it was").status == 0
    assert call("doctor", "--baselines").status == 0


def test_each_file_that_was_changed_is_named_with_what_mends_it(project: Path, call) -> None:
    quality = next(project.glob("baselines/*/*/quality.json"))
    quality.write_text(quality.read_text().replace("first recording", "second recording"))
    next(project.glob("baselines/*/*/golden/hola.*.flac")).unlink()
    answer = call("doctor", "--baselines", "--json")
    assert answer.status == 2
    found = json.loads(answer.out)
    assert [finding["fine"] for finding in found] == [False, False]
    assert "the golden of case 'hola' is missing" in found[0]["found"]
    assert "this file was edited since it was written (baselines/voice-synthesize/cpu/" in found[1]["found"]
    assert all(finding["next"] for finding in found)


def test_a_limit_that_was_widened_since_is_named_by_doctor_and_compare(project: Path, call) -> None:
    note = "the limit of snr was 1 dB when the baseline was accepted, and is 9 dB now"
    settings = project / "pyproject.toml"
    settings.write_text(settings.read_text().replace("limits = {", 'limits = { snr = "9 dB",'))
    answer = call("doctor", "--baselines")
    assert answer.status == 2
    assert note in answer.out
    for words in (["compare", "last"], ["report", "last"]):
        assert note.split(", and")[0] in call(*words).out
    assert json.loads(call("compare", "last", "--json").out)["notes"] == [note]
    assert call("accept", "last", "--reason", "a wider limit").status == 0
    assert call("doctor", "--baselines").status == 0  # it is what was accepted now


def test_a_tighter_limit_is_nothing_to_name(project: Path, call) -> None:
    settings = project / "pyproject.toml"
    settings.write_text(settings.read_text().replace("limits = {", 'limits = { snr = "0.5 dB",'))
    assert call("doctor", "--baselines").status == 0
    assert json.loads(call("compare", "last", "--json").out)["notes"] == []


def test_migrate_brings_an_older_layout_up_to_date(project: Path, call) -> None:
    (folder,) = project.glob("baselines/voice-synthesize/cpu")
    for path in folder.glob("golden/*.flac"):
        path.rename(path.with_name(f"{path.name.partition('.')[0]}.flac"))
    for path in folder.glob("history/*"):
        path.unlink()
    (folder / "history").rmdir()
    answer = call("doctor", "--baselines")
    assert answer.status == 0
    assert "next: tts-baseline migrate" in answer.out
    moved = json.loads(call("migrate", "--json").out)["moved"]
    assert [before for before, now in moved if before != now] == [
        "baselines/voice-synthesize/cpu/golden/adios.flac",
        "baselines/voice-synthesize/cpu/golden/hola.flac",
    ]
    assert call("migrate").out == "nothing to do: the baselines are up to date\n"
    assert "next" not in call("doctor", "--baselines").out
    assert call("compare", "last").status == 0


def test_nothing_accepted_is_nothing_wrong(tmp_path: Path, call, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert call("doctor", "--baselines").out.startswith("ok    baseline        nothing was accepted yet")
    assert call("migrate").out == "nothing to do: the baselines are up to date\n"
