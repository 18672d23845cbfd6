"""Tests that a developer writes: what the fixtures give, and when their verdicts are raised."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from tests.plugin.conftest import SETTINGS


def test_without_the_flag_tests_are_skipped_with_a_reason(project) -> None:
    project.write(
        "test_own.py",
        """
        def test_each(tts_case, tts_latency): assert False
        def test_start(tts_cold_start): assert False
        def test_plain(): pass
        """,
    )
    result = project.pytester.runpytest_inprocess("-rs")
    result.assert_outcomes(passed=1, skipped=2)
    result.stdout.fnmatch_lines(["*measures only with --tts-baseline*"])


def test_every_fixture_has_a_first_line_for_pytest_fixtures(project) -> None:
    text = project.pytester.runpytest_inprocess("--fixtures").stdout.str()
    for name in ("case", "pipeline", "latency", "cold_start", "memory", "quality", "reading", "throughput"):
        shown = text.partition(f"\ntts_{name}")[2].splitlines()
        assert shown, name
        assert len(shown[1].strip()) > 20, name


def test_a_test_runs_once_a_case_and_gets_what_was_measured(project) -> None:
    project.write(
        "test_own.py",
        """
        import pytest

        def test_each(tts_case, tts_latency, tts_memory, tts_quality):
            latency = tts_latency(tts_case)
            assert 0.002 < latency.p50_s <= latency.p95_s <= latency.p99_s
            assert len(latency.wall_s) == 30
            assert latency.rtf == pytest.approx(latency.p50_s)  # one second of audio
            assert tts_memory(tts_case).peak_rss_bytes > 10e6
            quality = tts_quality(tts_case)
            assert quality.duration == quality["duration"] == 1.0
            assert len(quality.utterance.samples) == quality.utterance.sample_rate == 16000
            assert quality.pesq_wb is None and "golden" in quality.reason("pesq_wb")
            with pytest.raises(AttributeError, match="no metric 'pesk'"):
                quality.pesk

        @pytest.mark.tts(tags=["long"])
        def test_long(tts_case):
            assert tts_case.id == "dos"

        @pytest.mark.tts(cases="uno")
        def test_by_id(tts_latency):
            assert tts_latency("uno").p50_s > 0

        def test_start(tts_cold_start):
            start = tts_cold_start()
            assert len(start.starts) == 3
            assert sum(start.phases_s.values()) == pytest.approx(start.total_s)
            assert set(start.phases_s) == {"spawn", "import", "load", "first_request"}
        """,
    )
    result = project.gate("-v")
    result.assert_outcomes(passed=8)
    result.stdout.fnmatch_lines(["*test_each[[]uno[]] PASSED*", "*test_each[[]dos[]] PASSED*"])


def test_a_text_made_up_inside_a_test_is_measured_on_the_spot(project) -> None:
    project.write(
        "test_own.py",
        """
        def test_spot(tts_latency, tts_quality, tts_pipeline):
            assert len(tts_latency("Algo nuevo").wall_s) == 5
            assert tts_quality("Otra cosa").duration == 1.0
            assert tts_pipeline.synthesize("Y más").sample_rate == 16000
        """,
    )
    result = project.gate("test_own.py::test_spot", "-k", "spot")
    result.assert_outcomes(passed=1)
    assert result.ret == pytest.ExitCode.OK
    assert not (project.pytester.path / ".tts-baseline").exists()


def test_verdicts_come_once_after_the_body(recorded) -> None:
    recorded.write(
        "test_own.py",
        """
        import pathlib

        def test_both(tts_quality, tts_latency, tts_case):
            tts_quality(tts_case)
            tts_latency(tts_case)
            pathlib.Path(f"reached-{tts_case.id}").touch()
        """,
    )
    recorded.change("tone = np.concatenate([tone, tone]); time.sleep(0.1)")
    result = recorded.gate("--junitxml=out.xml", "-k", "both")
    result.assert_outcomes(failed=2)
    assert (recorded.pytester.path / "reached-uno").exists()
    suite = ET.parse(recorded.pytester.path / "out.xml").getroot()[0]
    assert (suite.get("failures"), suite.get("errors"), suite.get("tests")) == ("2", "0", "2")
    message = next(suite.iter("failure")).text
    assert "latency regressed" in message
    assert "duration regressed" in message


def test_xfail_is_respected(recorded) -> None:
    recorded.write(
        "test_own.py",
        """
        import pytest

        @pytest.mark.xfail(reason="known")
        def test_known(tts_case, tts_quality):
            tts_quality(tts_case)
        """,
    )
    recorded.change("tone = np.concatenate([tone, tone])")
    recorded.gate("-k", "known").assert_outcomes(xfailed=2)


def test_a_marker_sets_limits_of_its_own(recorded) -> None:
    recorded.write(
        "test_own.py",
        """
        import pytest

        LIMITS = {"duration": "200%", "latency": "90 s", "pesq_wb": "9", "words": "9 s", "pauses": "9 s"}

        @pytest.mark.tts(limits=LIMITS)
        def test_loose(tts_case, tts_quality, tts_latency):
            tts_quality(tts_case), tts_latency(tts_case)

        def test_usual(tts_case, tts_quality):
            tts_quality(tts_case)
        """,
    )
    recorded.change("tone = np.concatenate([tone, tone])")
    result = recorded.gate("-k", "loose or usual")
    result.assert_outcomes(passed=2, failed=2)
    result.stdout.fnmatch_lines(["*test_usual*"])


@pytest.mark.parametrize(
    ("marker", "words"),
    [
        ("cases=['unoo']", "did you mean 'uno'"),
        ("case='uno'", "takes cases, tags, limits by name, not case"),
        ("tags='loud'", "loud"),
    ],
)
def test_a_wrong_marker_is_a_usage_error(project, marker: str, words: str) -> None:
    project.write(
        "test_own.py",
        f"""
        import pytest

        @pytest.mark.tts({marker})
        def test_wrong(tts_case): pass
        """,
    )
    result = project.gate()
    assert result.ret in (pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.INTERRUPTED)
    assert words in result.stdout.str() + result.stderr.str()
    assert not (project.pytester.path / ".tts-baseline").exists()


def test_a_limit_for_no_gate_fails_with_the_nearest(project) -> None:
    project.write(
        "test_own.py",
        """
        import pytest

        @pytest.mark.tts(limits={"latencey": "5%"})
        def test_wrong(tts_case, tts_latency): tts_latency(tts_case)
        """,
    )
    result = project.gate("-k", "wrong")
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["*no gate is called 'latencey' (did you mean 'latency'?)*"])


def test_a_case_that_failed_fails_the_test_that_asks_for_it(project) -> None:
    project.write("test_own.py", "def test_each(tts_case, tts_latency): tts_latency(tts_case)")
    project.change("if 'Dos' in text: raise ValueError('no voice')")
    result = project.gate("-k", "test_each")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["dos could not be measured: error: ValueError: no voice*"])


@pytest.mark.parametrize("words", [(), ("--tts-baseline", "-k", "theirs")])
def test_a_projects_own_fixtures_of_the_same_names_stay_its_own(project, words) -> None:
    project.write(
        "test_own.py",
        """
        import pytest

        @pytest.fixture(params=[1, 2])
        def tts_case(request): return request.param

        @pytest.fixture
        def tts_pipeline(): return "mine"

        def test_theirs(tts_case, tts_pipeline): assert tts_pipeline == "mine" and tts_case in (1, 2)
        """,
    )
    result = project.pytester.runpytest_inprocess("-p", "no:cacheprovider", *words)
    result.assert_outcomes(passed=2)


def test_a_case_that_nobody_asked_for_in_time_fails_and_is_not_taken_for_a_text(project) -> None:
    project.write(
        "test_own.py",
        """
        import pytest

        def test_late(tts_latency): tts_latency("uno")

        @pytest.mark.tts(cases="uno")
        def test_timely(tts_latency): tts_latency("uno")
        """,
    )
    result = project.gate("-k", "test_late")
    result.assert_outcomes(failed=1)
    project.gate("-k", "test_timely").assert_outcomes(passed=1)
    project.gate().assert_outcomes(passed=5)


def test_without_the_suite_items_only_what_tests_need_is_measured(project) -> None:
    project.write(
        "test_own.py",
        """
        import pytest

        @pytest.mark.tts(cases="dos")
        def test_one(tts_case, tts_latency): tts_latency(tts_case)
        """,
    )
    project.gate("-k", "test_one").assert_outcomes(passed=1)
    assert {case for _, case in project.verdicts()} == {None, "dos"}


def test_a_pipeline_is_found_where_tests_find_their_modules(project) -> None:
    (project.pytester.path / "lib").mkdir()
    (project.pytester.path / "more").mkdir()
    (project.pytester.path / "voice.py").unlink()
    project.write("lib/voice.py", "from helper import speak as synthesize\n")
    project.write("more/helper.py", "def speak(text):\n    return [0.1] * len(text), 16000\n")
    project.write("pytest.ini", "[pytest]\npythonpath = lib\n")
    project.write(
        "conftest.py",
        "import pathlib, sys\nsys.path.insert(0, str(pathlib.Path(__file__).with_name('more')))\n",
    )
    project.write(
        "test_own.py",
        "def test_own(tts_pipeline): assert len(tts_pipeline.synthesize('Hola.').samples) == 5\n",
    )
    project.gate("-k", "test_own").assert_outcomes(passed=1)


def test_a_test_that_asks_for_throughput_has_the_load_measured(project) -> None:
    project.write("pyproject.toml", SETTINGS.replace("timeout", "load_seconds = 0.2\ntimeout"))
    project.write(
        "test_own.py",
        """
        import pytest

        def test_load(tts_throughput):
            load = tts_throughput()
            assert load.per_second > 0 and load.audio_per_second > 0
            assert load.clients in (1, 2, 4, 8, 16)
            assert load.at(0.5).offered < load.at().offered < load.at(0.9).offered
            assert load.p50_s <= load.p95_s
            with pytest.raises(LookupError, match="0.3 of the knee"):
                load.at(0.3)
        """,
    )
    project.gate("-k", "test_load").assert_outcomes(passed=1)
    assert {
        (gate, case) for gate, case in project.verdicts() if gate in ("throughput", "latency_under_load")
    } == {
        ("throughput", None),
        ("latency_under_load", None),
    }
