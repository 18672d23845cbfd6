"""Ways in which a session might pass without having measured: each ends otherwise. All: docs/nothing.md."""

from __future__ import annotations

import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest

from tests.plugin.conftest import VOICE, Printed, Project

# Each test asks for a case whose sound is twice as long as accepted, or asks in vain.
PLANTED = """
import pytest

@pytest.fixture
def asked_before(tts_quality): return tts_quality("uno")

@pytest.fixture
def asked_after(tts_quality):
    yield
    tts_quality("uno")

@pytest.mark.tts(cases="uno")
def test_asked_by_a_fixture_of_ones_own(asked_before): pass

@pytest.mark.tts(cases="uno")
def test_asked_when_the_test_is_over(asked_after): pass

@pytest.mark.tts(cases="uno")
def test_caught(tts_quality):
    try:
        tts_quality("uno")
    except BaseException:
        pass

@pytest.mark.tts(cases="uno")
def test_skipped_after_asking(tts_quality):
    tts_quality("uno")
    pytest.skip("later")

@pytest.mark.tts(cases="uno")
def test_never_called(tts_quality, tts_latency): pass

@pytest.mark.skip
@pytest.mark.tts(cases="uno")
def test_skipped(tts_quality): tts_quality("uno")

@pytest.mark.xfail(reason="known")
@pytest.mark.tts(cases="uno")
def test_expected_to_fail(tts_quality): tts_quality("uno")
"""


HEALTHY = """
import pytest

@pytest.fixture
def helper(tts_quality, tts_latency): return tts_quality

@pytest.fixture
def asked_after(tts_quality):
    yield
    tts_quality("uno")

@pytest.mark.tts(cases="uno")
def test_one_of_two(tts_quality, tts_latency): tts_latency("uno")

@pytest.mark.tts(cases="uno")
def test_a_helper_that_is_not_needed(helper): pass

@pytest.mark.tts(cases="uno")
def test_asked_when_it_is_over(asked_after): pass

def test_a_text_of_its_own(tts_quality): assert tts_quality("Tres.").duration

def test_the_pipeline_alone(tts_pipeline): pass
"""
ENDS = {
    "asked_by_a_fixture_of_ones_own": ("failure", "cases/uno: duration regressed"),
    "asked_when_the_test_is_over": ("error", "cases/uno: duration regressed"),
    "caught": ("failure", "cases/uno: duration regressed"),
    "skipped_after_asking": ("failure", "cases/uno: duration regressed"),
    "never_called": ("failure", "tts_latency, tts_quality: asked for and never called"),
    "skipped": ("skipped", "unconditional skip"),
    "expected_to_fail": ("skipped", "known"),
}


@pytest.fixture(scope="module")
def ended(first_run: Printed, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """By planted test, how JUnit says that it ended, and with which words."""
    folder = tmp_path_factory.mktemp("planted")
    shutil.copytree(first_run.folder, folder, dirs_exist_ok=True)
    (folder / "test_own.py").write_text(PLANTED, encoding="utf-8")
    change = VOICE.format(change="tone = np.concatenate([tone, tone])")
    (folder / "voice.py").write_text(change, encoding="utf-8")
    words = ("-m", "pytest", "--tts-baseline", "-p", "no:cacheprovider", "--junitxml=out.xml", "test_own.py")
    done = subprocess.run([sys.executable, *words], cwd=folder, capture_output=True, check=False)
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    found: dict[str, dict[str, str]] = {}
    for case in ET.parse(folder / "out.xml").getroot().iter("testcase"):
        told = {each.tag: f"{each.get('message')} {each.text}" for each in case if each.tag != "properties"}
        found.setdefault(case.get("name", "").removeprefix("test_"), {}).update(told)
    return found


@pytest.mark.parametrize("test", ENDS)
def test_a_test_never_passes_without_a_verdict(ended: dict[str, dict[str, str]], test: str) -> None:
    kind, words = ENDS[test]
    assert kind in ended[test], ended[test]
    assert words in ended[test][kind]


def test_the_suite_is_judged_whatever_its_tests_say(ended: dict[str, dict[str, str]]) -> None:
    assert "cases: duration regressed" in ended["quality"]["failure"]


def test_tests_that_do_measure_pass(recorded: Project) -> None:
    recorded.write("test_own.py", HEALTHY)
    recorded.gate("test_own.py", "-k", "test_own").assert_outcomes(passed=5)


def test_items_that_a_conftest_takes_out_are_missed(recorded: Project) -> None:
    recorded.write("test_own.py", "def test_plain(): pass")
    recorded.write(
        "conftest.py",
        """
        def pytest_collection_modifyitems(items):
            items[:] = [item for item in items if "tts-baseline" not in item.nodeid]
        """,
    )
    result = recorded.gate()
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*was asked to measure, and measured nothing*"])


@pytest.mark.parametrize("words", [("-k", "no_such"), ("-m", "no_such"), ("--deselect", "tts-baseline")])
def test_what_deselects_all_is_no_pass(recorded: Project, words: tuple[str, str]) -> None:
    recorded.write("test_own.py", "def test_plain(): pass")
    assert recorded.gate(*words).ret != pytest.ExitCode.OK


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("tone = tone * 0", "structure invalid: silent audio"),
        ("os._exit(0)", "crash: the worker ended with exit status 0"),
        ("tone = np.ones(16000) * np.inf", "structure invalid: infinity"),
    ],
)
def test_what_is_no_sound_is_invalid(project: Project, change: str, words: str) -> None:
    project.change(change)
    result = project.gate("-k", "quality")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert words in result.stdout.str()
    assert not (project.pytester.path / "baselines").exists()


KEEPS = """
known = {}

def synthesize(text):
    import time
    import numpy as np
    if text not in known:
        time.sleep(0.3)
        known[text] = np.random.default_rng(len(text)).normal(0, 0.1, 16000).astype("float32"), 16000
    return known[text]
"""
SAME = """
def synthesize(text):
    import numpy as np
    return np.random.default_rng(0).normal(0, 0.1, 16000).astype("float32"), 16000
"""
THREE = [("uno", "Uno."), ("dos", "Dos y tres."), ("tres", "Cuatro y cinco y seis.")]


@pytest.mark.parametrize(
    ("voice", "words"),
    [
        (KEEPS, "a text that was said before takes * its sound is kept, and making it was never timed"),
        (SAME, "all 3 texts have the same sound, sample by sample"),
    ],
    ids=["kept", "same"],
)
def test_what_is_no_answer_to_its_text_is_invalid(project: Project, voice: str, words: str) -> None:
    project.write("voice.py", voice)
    project.write("cases.toml", "".join(f'[[case]]\nid = "{id}"\ntext = "{text}"\n' for id, text in THREE))
    result = project.gate("-k", "latency")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines([f"*invalid*{words}*"])
    assert not (project.pytester.path / "baselines").exists()
