"""`tts-baseline compare RUN --case X --play`, with players that are made up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import soundfile

from tests.support.commands import SCRIPT, alone, refused
from tts_baseline.session.play import PLAYERS

# Writes down how it was called, and keeps what it was given.
PLAYER = """#!{python}
import shutil, sys
with open({log!r}, "a") as log:
    print(*sys.argv, file=log)
shutil.copy(sys.argv[-1], {folder!r})
{more}
"""
PLAY = ("compare", "last", "--case", "hola", "--play")


@pytest.fixture
def bin_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """All that is on PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (tmp_path / "heard").mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def install(bin_folder: Path, name: str, more: str = "") -> Path:
    """A player of this name; the file of its calls."""
    log = bin_folder.parent / "log"
    heard = str(bin_folder.parent / "heard")
    text = PLAYER.format(python=sys.executable, log=str(log), folder=heard, more=more)
    (bin_folder / name).write_text(text, encoding="utf-8")
    (bin_folder / name).chmod(0o755)
    return log


def test_both_recordings_are_played_and_the_verdict_is_said(project: Path, call, bin_folder: Path) -> None:
    log = install(bin_folder, "aplay")
    answer = call(*PLAY)
    assert answer.status == 0, answer.err
    assert "cases/hola: duration ok" in answer.out
    before, after = log.read_text().splitlines()
    assert before.split()[1:-1] == after.split()[1:-1] == ["--quiet"]
    assert [Path(line.split()[-1]).name for line in (before, after)] == ["before.wav", "after.wav"]
    assert "playing before: " in answer.err
    assert "golden/hola." in answer.err
    for name in ("before.wav", "after.wav"):
        heard = soundfile.info(bin_folder.parent / "heard" / name)
        assert (heard.format, heard.subtype, heard.frames) == ("WAV", "PCM_16", 8000)
    assert not Path(after.split()[-1]).exists()


def test_the_first_player_that_is_there_plays(project: Path, call, bin_folder: Path) -> None:
    for name in reversed(PLAYERS):
        log = install(bin_folder, name)
        log.unlink(missing_ok=True)
        assert call(*PLAY).status == 0
        assert {Path(line.split()[0]).name for line in log.read_text().splitlines()} == {name}


def test_without_a_player_it_says_what_to_install(project: Path, call, bin_folder: Path) -> None:
    answer = call(*PLAY)
    assert (answer.status, "hola" in answer.out) == (2, True)
    assert "none of ffplay, aplay, afplay, paplay is on PATH" in answer.err
    assert "  next   apt-get install ffmpeg" in answer.err


def test_a_player_that_fails_is_no_regression(project: Path, call, bin_folder: Path) -> None:
    install(bin_folder, "aplay", "sys.exit('no sound card \\x1b[31m')")
    answer = call(*PLAY)
    assert answer.status == 2
    assert "aplay ended with status 1: no sound card \\x1b[31m" in answer.err


def test_a_case_without_a_run_or_a_run_without_a_case_is_refused(project: Path, call) -> None:
    for words in (("compare", "last", "--play"), ("compare", "--play", "--against", "HEAD")):
        refused(call(*words), "--play plays one case of a run", "compare last --case ID --play")


def test_an_interrupt_ends_the_player(project: Path, bin_folder: Path) -> None:
    log = install(bin_folder, "aplay", "import os, time; open(sys.argv[-1] + '.pid', 'w'); time.sleep(60)")
    started = subprocess.Popen(
        [SCRIPT, *PLAY],
        cwd=project,
        env=alone(project.parent) | {"PATH": str(bin_folder)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 30
    while not log.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(started.pid, signal.SIGINT)  # as a terminal does
    _, said = started.communicate(timeout=30)
    assert started.returncode == 130, said
    assert len(log.read_text().splitlines()) == 1
