"""A test asserts what is read out, and any other word than accepted fails it until it is accepted."""

from __future__ import annotations

import json

import pytest

from tts_baseline.cli import main

READER = """
import numpy as np
from tts_baseline import Utterance

WORDS = {"10": "diez", "2": "dos"}

class Reader:
    def read_out(self, request):
        return " ".join([*(WORDS.get(word, word) for word in request.text.split()), request.region])

    def synthesize(self, request):
        raise RuntimeError("nobody wants to hear it")

def tells(text):
    return Utterance(samples=np.zeros(4000, "f4"), sample_rate=8000, text=text.replace("10", "diez"))

def mute(text):
    return np.zeros(4000, "f4"), 8000
"""
TESTS = """
import pytest

@pytest.mark.parametrize("region", ["mexican", "neutral"])
def test_hours(tts_reading, region):
    assert tts_reading("a las 10", region=region) == "a las diez " + region
    assert tts_reading("a las 2", region).startswith("a las dos")

def test_wrong(tts_reading):
    assert tts_reading("10") == "once neutral"
"""


@pytest.fixture
def read(project):
    """A project whose tests were recorded: the two of hours, not the one that fails."""
    project.write("reader.py", READER)
    project.write("test_own.py", TESTS)
    again(project, "test_own.py::test_wrong").assert_outcomes(passed=2, failed=1)
    return project


def again(project, *arguments: str) -> pytest.RunResult:
    return project.gate("test_own.py::test_hours", "--tts-pipeline", "reader:Reader", *arguments)


def stored(project) -> dict[str, list[str]]:
    path = project.pytester.path / "baselines/readings/reader-Reader.json"
    path = path if path.exists() else next(path.parent.glob("*.json"))
    tests = json.loads(path.read_text())["tests"]
    return {test: [text["spoken"] for text in texts] for test, texts in tests.items()}


def change(project) -> None:
    project.write("reader.py", READER.replace('"diez"', '"las diez"'))


def test_what_a_test_asserts_is_recorded_and_any_other_word_fails_it(read, monkeypatch) -> None:
    assert stored(read) == {
        f"test_own.py::test_hours[{region}]": [f"a las diez {region}", f"a las dos {region}"]
        for region in ("mexican", "neutral")
    }
    again(read).assert_outcomes(passed=2)
    read.write("test_own.py", TESTS.replace(' == "a las diez " + region', ""))
    change(read)
    result = again(read, "--junitxml", "junit.xml")
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        [
            "'a las 10' (mexican): text regressed: a {+las+} las diez",
            "Next:",
            '  accept  tts-baseline accept readings --reason "..."',
        ]
    )
    assert 'name="tts.text.0" value="regressed"' in (read.pytester.path / "junit.xml").read_text()
    monkeypatch.chdir(read.pytester.path)
    assert main(["accept", "readings", "--reason", "read again"]) == 0
    again(read).assert_outcomes(passed=2)
    assert stored(read)["test_own.py::test_hours[neutral]"][0] == "a las las diez neutral"
    assert main(["accept", "readings", "--reason", "read again"]) == 2  # nothing waits any more


def test_what_waits_is_dropped_or_goes_when_the_words_are_back(read, monkeypatch) -> None:
    monkeypatch.chdir(read.pytester.path)
    waiting = read.pytester.path / ".tts-baseline/readings.json"
    read.write("test_own.py", TESTS.replace(' == "a las diez " + region', ""))
    for back in (lambda: again(read), lambda: main(["reject", "readings"])):
        change(read)
        again(read)
        assert waiting.exists()
        read.write("reader.py", READER)
        back()
        assert not waiting.exists()
    assert main(["reject", "readings"]) == 2


def test_where_nothing_may_be_recorded_a_new_text_fails_and_waits(read) -> None:
    read.write("test_own.py", "def test_new(tts_reading): tts_reading('10 2')")
    result = read.gate("test_own.py::test_new", "--tts-pipeline", "reader:Reader", "--tts-missing", "fail")
    result.stdout.fnmatch_lines(["'10 2' (neutral): no baseline: it reads 'diez dos neutral'"])
    assert "test_own.py::test_new" not in stored(read)


@pytest.mark.parametrize(("pipeline", "passed"), [("tells", 1), ("mute", 0)])
def test_a_function_tells_with_its_sound_and_one_that_does_not_fails_the_test(
    read, pipeline: str, passed: int
) -> None:
    read.write("test_own.py", "def test_new(tts_reading): assert tts_reading('a 10') == 'a diez'")
    result = read.gate("test_own.py::test_new", "--tts-pipeline", f"reader:{pipeline}")
    result.assert_outcomes(passed=passed, failed=1 - passed)
    assert passed or "the pipeline does not tell what it reads out" in result.stdout.str()
