"""A run knows how busy its machine was; what that is in words, and where it is said."""

from __future__ import annotations

import json

import msgspec
import pytest
from msgspec.structs import replace

from tests.support.runs import run
from tests.support.verdicts import outcome, verdict
from tts_baseline.core.load import Load
from tts_baseline.core.records import Replicate, Run
from tts_baseline.gate import load
from tts_baseline.report.format import View
from tts_baseline.report.formats import json as json_format
from tts_baseline.report.formats import markdown, terminal
from tts_baseline.session.accept import cautions

BUSY = Load(others=0.43, stolen=0.02, waiting=0.5, frequency=0.8, load_average=3.25)


def under(*loads: Load | None) -> Run:
    one = run()
    return replace(one, replicates=tuple(replace(one.replicates[0], load=known) for known in loads))


def test_a_run_of_an_earlier_version_knows_nothing() -> None:
    old = msgspec.json.decode(b'{"cold_start":null,"calls":{}}', type=Replicate)
    assert old.load is None
    assert load.of(under(None, None)) is None
    assert load.trouble(under(None, None)) == ""


def test_a_runs_load_is_the_mean_of_its_replicates() -> None:
    found = load.of(under(Load(others=0.1, stolen=0.0), None, Load(others=0.3, waiting=0.5)))
    assert found == Load(others=0.2, stolen=0.0, waiting=0.5)


@pytest.mark.parametrize(
    ("known", "busy"),
    [
        (Load(others=0.1, stolen=0.1), False),
        (Load(others=0.101), True),
        (Load(stolen=0.101), True),
        (Load(waiting=1.0, load_average=9.0), False),  # a parallel pipeline waits for itself
        (Load(), False),
        (None, False),
    ],
)
def test_more_than_a_tenth_is_much(known: Load | None, busy: object) -> None:
    assert load.is_busy(known) is busy
    assert bool(load.trouble(under(known))) is busy


@pytest.mark.parametrize(
    ("known", "words"),
    [
        (
            BUSY,
            (
                "other processes used 43% of its CPU time, the host gave 2% to other guests, "
                "a process waited for a CPU 50% of the time, "
                "its cores ran at 80% of their highest frequency, "
                "load average 3.2"
            ),
        ),
        (Load(others=0.2, stolen=0.004), "other processes used 20% of its CPU time"),
        (Load(), "nothing is known of its load"),
    ],
)
def test_what_is_known_is_said(known: Load, words: str) -> None:
    assert load.shown(known) == words


def test_every_report_of_a_busy_run_says_so() -> None:
    said = "he machine was busy: other processes used 43% of its CPU time"
    busy, quiet = (outcome(under(known, known), [verdict()]) for known in (BUSY, Load(others=0.01)))
    assert said in " ".join(terminal.render(busy, View()).split())
    assert said in markdown.render(busy, View())
    assert json.loads(json_format.render(busy, View()))["load"]["others"] == pytest.approx(0.43)
    for page in (terminal.render(quiet, View()), markdown.render(quiet, View())):
        assert "busy" not in page
    assert json.loads(json_format.render(quiet, View()))["load"]["others"] == pytest.approx(0.01)


def test_accepting_a_busy_run_is_cautioned() -> None:
    (caution,) = cautions(outcome(under(BUSY)))
    assert caution.startswith("the machine was busy: other processes used 43%")
    assert "tts-baseline reject" in caution
    assert cautions(outcome(under(Load(others=0.0)))) == ()
