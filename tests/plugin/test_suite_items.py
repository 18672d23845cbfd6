"""A bare `pytest --tts-baseline` gates, in a project without any test of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET

import psutil
import pytest

from tests.support.git_folder import workers


def test_a_project_without_tests_is_recorded_then_gated(first_run, second_run) -> None:
    assert first_run.outcomes == {"passed": 3, "deselected": 2}
    first_run.show("*no baseline*latency*", "*recorded: quality.json*")
    assert (first_run.folder / "baselines/voice-synthesize/cpu/quality.json").exists()
    assert second_run.outcomes == {"passed": 3, "deselected": 2}
    assert second_run.verdicts()["duration", None]["status"] == "ok"
    assert second_run.verdicts()["latency", None]["runs"] == 1


def test_one_item_a_family(project) -> None:
    result = project.gate("--collect-only", "-q")
    result.stdout.fnmatch_lines(
        ["tts-baseline::cases::latency", "tts-baseline::cases::memory", "tts-baseline::cases::quality"]
    )
    assert not (project.pytester.path / ".tts-baseline").exists()


def test_a_regression_is_one_failure_with_all_verdicts_and_commands(recorded) -> None:
    recorded.change("tone = np.concatenate([tone, tone]); time.sleep(0.05)")
    result = recorded.gate()
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(
        [
            "cases: latency regressed, *",
            "*tts-baseline compare * --case *",
            '*tts-baseline accept  * --reason "..."',
            "cases: duration regressed, *",
            "REGRESSED*latency*",
        ]
    )
    assert "Traceback" not in result.stdout.str()
    latency, duration = (recorded.verdicts()[gate, None] for gate in ("latency", "duration"))
    assert (latency["runs"], latency["limit"], duration["change"]) == (1, pytest.approx(3.0), 1.0)
    assert latency["low"] > latency["limit"]


def test_junit_has_a_real_failure_and_the_verdicts(recorded) -> None:
    recorded.change("tone = np.concatenate([tone, tone])")
    recorded.gate("--junitxml=out.xml")
    suite = ET.parse(recorded.pytester.path / "out.xml").getroot()[0]
    assert (suite.get("failures"), suite.get("errors")) == ("1", "0")
    failed = next(case for case in suite.iter("testcase") if case.find("failure") is not None)
    assert (failed.get("classname"), failed.get("name")) == ("tts-baseline.cases", "quality")
    assert "duration regressed" in failed.find("failure").text
    properties = {p.get("name"): p.get("value") for p in failed.iter("property")}
    assert properties["tts.duration"] == "regressed"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("if 'Dos' in text: raise ValueError('no voice')", "error: ValueError: no voice"),
        ("os._exit(9) if 'Dos' in text else None", "crash: the worker ended with exit status 9"),
        ("time.sleep(60) if 'Dos' in text else None", "timeout: the worker took more than 3.00 s to speak"),
        ("tone = tone[:0]", "structure invalid: empty audio"),
        ("tone[5] = np.nan", "structure invalid: NaN"),
        ("tone[5] = 1.2", "structure invalid: a peak of 1.20, above full scale (1): return `samples * 0.8`"),
        ("tone = tone * 32767", "and full scale is 1: return `samples / 32768`"),
    ],
)
def test_a_case_that_cannot_be_measured_fails_and_the_others_are_measured(project, change, words) -> None:
    project.change(change)
    result = project.gate()
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert words in result.stdout.str()
    assert "Traceback" not in result.stdout.str()
    if "Dos" in change:
        assert project.verdicts()["latency", "uno"]["current"] > 0
    assert not (project.pytester.path / "baselines").exists()


def test_a_pipeline_that_cannot_be_loaded_fails_every_item_with_the_reason(project) -> None:
    project.write("voice.py", "import not_installed_here")
    result = project.gate()
    result.assert_outcomes(failed=3)
    result.stdout.fnmatch_lines(["*ModuleNotFoundError: No module named 'not_installed_here'*"])


def test_no_baseline_fails_in_ci_and_records_nothing(project, monkeypatch) -> None:
    monkeypatch.setenv("CI", "true")
    result = project.gate()
    result.assert_outcomes(failed=3)
    result.stdout.fnmatch_lines(["*missing: fail*", "cases: latency no baseline: nothing was accepted yet"])
    assert not (project.pytester.path / "baselines").exists()


def test_record_is_obeyed_in_ci_when_asked_for(project, monkeypatch) -> None:
    monkeypatch.setenv("CI", "true")
    project.gate("--tts-missing", "record").assert_outcomes(passed=3)


def test_undecided_passes_by_default_and_fails_when_told(project) -> None:
    project.limit_latency("5%")  # one accepted run leaves +-17 %
    project.change("time.sleep(0.05)")  # asleep for so long, a call is not 5 % longer on a busy machine
    project.gate()
    result = project.gate("--tts-undecided", "fail", "-k", "latency")
    assert project.verdicts()["latency", None]["status"] == "undecided"
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["cases: latency undecided,*"])
    assert project.gate("-k", "latency").ret == pytest.ExitCode.OK


def test_chosen_cases_are_measured_alone_and_make_no_machine_baseline(project) -> None:
    result = project.gate("--tts-cases", "uno")
    result.assert_outcomes(passed=3)
    assert {case for _, case in project.verdicts()} == {None, "uno"}
    assert not list(project.pytester.path.glob("baselines/*/*/machines/*"))


def test_a_new_case_is_recorded_beside_the_old_ones(recorded) -> None:
    recorded.write(
        "cases.toml",
        (recorded.pytester.path / "cases.toml").read_text() + '[[case]]\nid="tres"\ntext="Tres."\n',
    )
    recorded.gate().assert_outcomes(passed=3)
    goldens = recorded.pytester.path / "baselines/voice-synthesize/cpu/golden"
    assert sorted(p.name.partition(".")[0] for p in goldens.iterdir()) == ["dos", "tres", "uno"]
    assert recorded.verdicts()["duration", "tres"]["status"] == "no baseline"


def test_a_new_metric_is_recorded_without_touching_the_goldens(recorded) -> None:
    quality = recorded.pytester.path / "baselines/voice-synthesize/cpu/quality.json"
    before = json.loads(quality.read_text())
    older = json.loads(quality.read_text())
    for case in older["cases"].values():
        del case["scores"]["duration"]
    quality.write_text(json.dumps(older))
    (golden,) = quality.parent.glob("golden/uno.*.flac")
    written = golden.stat().st_mtime_ns
    recorded.gate().assert_outcomes(passed=3)
    assert recorded.verdicts()["duration", None]["cause"] == "new metric"
    after = json.loads(quality.read_text())
    assert {k: c["scores"] for k, c in after["cases"].items()} == {
        k: c["scores"] for k, c in before["cases"].items()
    }
    assert golden.stat().st_mtime_ns == written


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--tts-suite", "case.toml"], "case.toml"),
        (["--tts-cases", "unoo"], "did you mean 'uno'"),
        (["--tts-pipeline", "espeek"], "did you mean 'espeak'"),
        (["--tts-budget", "-5"], "budget must be more than 0 seconds"),
        (["--tts-budget", "x"], "--tts-budget"),
    ],
)
def test_a_wrong_option_is_a_usage_error(project, words, message) -> None:
    result = project.gate(*words)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert message in result.stderr.str() + result.stdout.str()
    assert "Traceback" not in result.stderr.str()


def test_a_budget_that_is_too_small_says_what_it_takes(project) -> None:
    project.change("time.sleep(0.3)")
    result = project.gate("--tts-budget", "2")
    result.assert_outcomes(failed=3)
    result.stdout.fnmatch_lines(["*a budget of 2.00 s is too small: 3 restarts need about *"])


def test_an_unknown_setting_names_the_nearest(project) -> None:
    project.pytester.makepyprojecttoml('[tool.tts-baseline]\npipline = "voice:synthesize"\n')
    result = project.gate()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*unknown setting 'pipline' (did you mean 'pipeline'?)*"])


def test_measuring_nothing_fails(project) -> None:
    project.write("test_own.py", "def test_plain(): pass")
    result = project.gate("-k", "plain")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*was asked to measure, and measured nothing*"])


def test_summary_keeps_to_80_columns_with_the_verdict_first(second_run) -> None:
    lines = second_run.lines
    start = next(i for i, line in enumerate(lines) if line.startswith("verdict"))
    end = next(i for i, line in enumerate(lines) if " run: " in line)
    assert [line for line in lines[start:end] if len(line) > 80] == []
    assert [line for line in lines[start:end] if "…" in line] == []
    assert any(line.startswith("uno ") for line in lines[start:end])


def test_the_header_says_what_is_measured(project) -> None:
    project.gate("--collect-only").stdout.fnmatch_lines(
        [
            "tts-baseline: voice:synthesize @ auto | suite cases, 2 cases",
            "tts-baseline: baselines in baselines/ | missing: record | undecided: warn",
        ]
    )


def test_the_estimate_comes_before_the_measuring(first_run) -> None:
    first_run.show(
        "tts-baseline: measuring 2 cases x 10 timed calls x 3 fresh processes, about *",
        "tts-baseline: process 1 of 3: 2 cases measured",
        "tts-baseline: process 3 of 3: 2 cases measured",
    )


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_while_measuring_leaves_no_worker_and_stores_nothing(project, how) -> None:
    project.change("time.sleep(30)")
    project.write(
        "pyproject.toml", '[tool.tts-baseline]\npipeline = "voice:synthesize"\nsuite = "cases.toml"\n'
    )
    session = subprocess.Popen(
        [sys.executable, "-m", "pytest", "--tts-baseline", "-p", "no:cacheprovider"],
        cwd=project.pytester.path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    end = time.monotonic() + 30
    while not workers(project.pytester.path) and time.monotonic() < end:
        time.sleep(0.05)
    time.sleep(0.5)
    started = psutil.Process(session.pid).children(recursive=True)
    assert len(started) >= 2, "a supervisor and its worker"
    os.kill(session.pid, how)
    out, _ = session.communicate(timeout=30)
    assert session.returncode == pytest.ExitCode.INTERRUPTED
    assert b"INTERNALERROR" not in out
    _, alive = psutil.wait_procs(started, timeout=5)
    assert alive == []
    assert not list(project.pytester.path.glob(".tts-baseline/*/run.json"))
