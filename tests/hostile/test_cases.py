"""Commands over many cases: what they do grows as the suite does, and not with its square."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType

import cases
import pytest

import tts_baseline
from tests.support.judgements import even, judgement
from tts_baseline.baseline import files
from tts_baseline.cli import main
from tts_baseline.session.outcome import JUDGE_FILE

PACKAGE = str(Path(tts_baseline.__file__).parent)
FEW, MANY = 25, 100
# A line that runs for each two cases runs 16 times as often over four times as many; one that runs for some
# cases, which chance decides, 8 times now and then.
MOST = 11
COMMANDS = (
    ("compare", "last", "-v"),
    ("report", "last"),
    ("report",),
    ("review",),
    ("accept", "last", "--reset-anchor", "--reason", "counted"),
)

Lines = Counter[tuple[str, int]]


def lines_of(command: Callable[[], object]) -> Lines:
    """How often each line of the package runs; a turn of a loop counts, also within a comprehension."""
    ran: Lines = Counter()
    tracers: dict[CodeType, Callable[..., object] | None] = {}

    def call(frame: FrameType, _event: str, _: object) -> Callable[..., object] | None:
        code = frame.f_code
        if code not in tracers:
            tracers[code] = tracer(code.co_filename) if code.co_filename.startswith(PACKAGE) else None
        return tracers[code]

    def tracer(file: str) -> Callable[..., object]:
        def line(frame: FrameType, event: str, _: object) -> Callable[..., object]:
            if event == "line":
                ran[file, frame.f_lineno] += 1
            return line

        return line

    before = sys.gettrace()
    sys.settrace(call)
    try:
        command()
    finally:
        sys.settrace(before)
    return ran


def judged(folder: Path, count: int) -> None:
    """The pending run was judged: every case is slower."""
    (newest,) = folder.glob(".tts-baseline/*1-aaaa")
    restart = even([f"c{number:05}" for number in range(count)], 0.1, 0.2)
    files.write_record(newest / JUDGE_FILE, judgement([restart] * 3))


@pytest.mark.no_cover  # it counts lines itself
def test_no_command_does_for_every_case_what_it_does_over_all_cases(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    ran: dict[int, Lines] = {}
    for count in (FEW, MANY):
        folder = tmp_path / str(count)
        folder.mkdir()
        with cases.unsynced():
            cases.project(folder, count, accepted=1)
            judged(folder, count)
            monkeypatch.chdir(folder)
            ran[count] = lines_of(lambda: [main(words) for words in COMMANDS])
    assert len(list(folder.glob("baselines/*/*/machines/*/*.json"))) == 2  # the last command came to its end
    often = {place: times for place, times in ran[MANY].items() if times > 2 * MANY}
    assert {place: times for place, times in often.items() if times > MOST * ran[FEW][place]} == {}
