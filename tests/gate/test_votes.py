"""Who said what: worked out by hand from the verdicts of screen and judge."""

from __future__ import annotations

import json

from msgspec.structs import replace

from tests.support.runs import Maker
from tests.support.verdicts import outcome, verdict
from tts_baseline.core.verdict import Grounds, MeasuredChange, Verdicts
from tts_baseline.gate.votes import Vote, lines, votes
from tts_baseline.report.format import View, formats

SCREEN = verdict("latency", "regressed", baseline=1.0, current=1.09, change=0.071, limit=0.05)
CPU = Grounds(cpu_time=MeasuredChange(0.08, 0.07, 0.09))
JUDGE = verdict("latency", "regressed", change=0.062, limit=0.05, decided_by="judge", grounds=CPU)
WORK = (verdict("flops", "ok"), verdict("operators", "regressed"))


def test_each_says_its_own() -> None:
    decided = Verdicts(screen=(SCREEN, *WORK), pair=(JUDGE,), combined=(JUDGE, *WORK))
    assert votes(decided)["latency", None] == (
        Vote("screen", "regressed", 0.071),
        Vote("clock", "above", 1.09 - 1),
        Vote("judge", "regressed", 0.062),
        Vote("CPU time", "above", 0.08),
        Vote("work", "regressed"),
    )
    (line,) = lines(decided)
    assert line == (
        "latency votes: screen regressed +7.1%, clock above +9.0%, judge regressed +6.2%, "
        "CPU time above +8.0%, work regressed"
    )


def test_a_clock_may_disagree_and_what_is_ok_has_no_line() -> None:
    faster = replace(SCREEN, status="undecided", current=0.9)
    decided = Verdicts(screen=(faster,), combined=(faster,))
    assert [(vote.by, vote.says) for vote in votes(decided)["latency", None]] == [
        ("screen", "undecided"),
        ("clock", "below"),
    ]
    fine = replace(SCREEN, status="ok", current=1.0, change=0.0)
    assert list(lines(Verdicts(screen=(fine,), combined=(fine,)))) == []
    assert votes(Verdicts(screen=(fine,), combined=(fine,)))["latency", None][1].says == "within"


def test_work_of_a_case_is_that_of_the_case_and_a_size_has_no_clock() -> None:
    own = verdict("flops", "regressed", "c1")
    memory = verdict("memory", "regressed", baseline=1.0, current=2.0, change=1.0, limit=0.1)
    cast = votes(Verdicts(screen=(SCREEN, own, memory), combined=()))
    assert [vote.by for vote in cast["latency", None]] == ["screen", "clock"]
    assert [vote.by for vote in cast["memory", None]] == ["screen"]


def test_json_has_the_votes_and_every_page_their_line() -> None:
    run = Maker().run()
    shown = replace(
        outcome(run, (JUDGE,)), decided=Verdicts(screen=(SCREEN,), pair=(JUDGE,), combined=(JUDGE,))
    )
    page = json.loads(formats()["json"].render(shown, View()))
    assert page["verdicts"][0]["votes"][1] == {"by": "clock", "says": "above", "change": 1.09 - 1}
    for name in ("terminal", "markdown", "html"):
        assert "latency votes: screen regressed" in formats()[name].render(shown, View()).replace("\n  ", " ")
