"""Tests with pytest-benchmark's fixture are gated by the sessions that it saved, on a clock that is made."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("pytest_benchmark")

TEST = """
def test_speed(benchmark):
    benchmark.pedantic(lambda: None, rounds=3, iterations=1)
"""
CLOCK = """
now = 0.0

def tick():
    global now
    now += 0.001
    return now
"""
ON = "[tool.tts-baseline]\nbenchmark = true\n"


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch):
    """Runs the only test; each of its rounds takes a millisecond of the made clock."""
    for name in ("CI", "PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT"):
        monkeypatch.delenv(name, raising=False)
    pytester.makefile(".toml", pyproject=ON)
    pytester.syspathinsert()
    pytester.makepyfile(test_it=TEST, clock=CLOCK)

    def once(*words: str):
        named = ("--tts-baseline", "test_it.py::test_speed", "--benchmark-timer=clock.tick", *words)
        return pytester.runpytest_inprocess(
            *named, "-p", "no:cacheprovider", "-p", "no:xdist", "--benchmark-columns=median"
        )

    return once


def save_as(pytester: pytest.Pytester, factor: float) -> None:
    """The saved session, as if it had taken so many times as long."""
    (file,) = pytester.path.glob(".benchmarks/*/*.json")
    page = json.loads(file.read_text())
    page["benchmarks"][0]["stats"]["median"] *= factor
    file.write_text(json.dumps(page))


def test_a_test_is_gated_by_the_sessions_that_were_saved(pytester, run) -> None:
    run("--benchmark-autosave").assert_outcomes(passed=1)  # nothing saved yet, which may be recorded here
    run().assert_outcomes(passed=1)
    save_as(pytester, 0.5)
    slower = run()
    slower.assert_outcomes(failed=1)
    slower.stdout.fnmatch_lines(["*test_it.py::test_speed regressed: * -> 1.00 ms, +100.0%*"])


def test_nothing_saved_fails_where_missing_fails(run) -> None:
    missing = run("--tts-missing=fail")
    missing.assert_outcomes(failed=1)
    missing.stdout.fnmatch_lines(["*no baseline: no earlier session has it*", "*--benchmark-autosave*"])


def test_a_benchmark_that_is_disabled_measured_nothing(run) -> None:
    disabled = run("--benchmark-disable")
    disabled.assert_outcomes(failed=1)
    disabled.stdout.fnmatch_lines(["*measured nothing: it is disabled, or was not called*"])


def test_without_the_setting_nothing_is_gated(pytester, run) -> None:
    run("--benchmark-autosave")
    save_as(pytester, 0.1)
    pytester.makefile(".toml", pyproject="[tool.tts-baseline]\n")
    run().assert_outcomes(passed=1)
