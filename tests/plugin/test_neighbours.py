"""Beside other plugins: items are like any test, ids can be chosen, nothing is measured unasked."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET

import pytest

# Only measuring tells which of `work` and `text` a pipeline has, so all are there until then.
IDS = ("latency", "memory", "work", "text", "quality")

# What conftest files and plugins ask of each item, written down with what went wrong.
ASKING = """
import json, pathlib
import pytest

MARK = "filterwarnings"

# Asked by pytest-retry, pytest-rerunfailures, pytest-flakefinder, pytest-socket, pytest-django, pytest-order,
# pytest-randomly, pytest-html, allure-pytest, pytest-bdd.
QUESTIONS = {
    "fixturenames": lambda item: "request" in item.fixturenames or item.fixturenames.append("request"),
    "_initrequest": lambda item: item._initrequest(),
    "_request": lambda item: item._request.node is item or item._request._pyfuncitem,
    "_fixtureinfo": lambda item: list(item._fixtureinfo.name2fixturedefs),
    "funcargs": lambda item: dict(item.funcargs),
    "function": lambda item: item.function.__name__ + item.function.__module__,
    "obj": lambda item: (item.obj.__name__, item.obj.__code__.co_filename),
    "cls": lambda item: item.cls is None or item.cls.__name__,
    "module": lambda item: pathlib.Path(item.module.__file__).stat() and item.module.__name__,
    "instance": lambda item: item.instance,
    "originalname": lambda item: item.originalname.upper(),
    "callspec": lambda item: item.callspec.params if hasattr(item, "callspec") else None,
    "markers": lambda item: (item.get_closest_marker(MARK), *item.iter_markers(), item.own_markers),
    "add_marker": lambda item: item.add_marker(MARK) or item.get_closest_marker(MARK).name,
    "listchain": lambda item: [node.nodeid for node in item.listchain()],
    "parents": lambda item: item.getparent(pytest.Module).obj and item.getparent(pytest.File).path.stat(),
    "getmodpath": lambda item: item.getmodpath(),
    "keywords": lambda item: (MARK in item.keywords, list(item.keywords), item.extra_keyword_matches),
    "user_properties": lambda item: item.user_properties.append(("owner", "speech")),
    "reportinfo": lambda item: (item.reportinfo()[0].parts, item.reportinfo()[1] + 1, *item.reportinfo()[2]),
    "location": lambda item: (item.location[0].split("/")[0], item.location[1] + 1),
    "path": lambda item: item.path.relative_to(item.config.rootpath).parts[0],
    "fspath": lambda item: item.fspath.basename,
    "text": lambda item: item.path.read_text(),
    "stash": lambda item: item.stash.setdefault(pytest.StashKey(), 1),
    "copy": lambda item: __import__("copy").copy(item)._initrequest(),
    "function items": lambda item: isinstance(item, pytest.Function) or 1 / 0,
}

@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    wrong = []
    test = next(item for item in items if item.name == "test_plain")
    for item in items:
        for name, question in QUESTIONS.items():
            try:
                question(item)
            except Exception as error:
                wrong.append(f"{item.nodeid}: {name}: {error!r}")
        wrong += [f"{item.nodeid}: {name}" for name in dir(test) if not hasattr(item, name)]
    pathlib.Path("wrong.json").write_text(json.dumps(wrong))
"""

# pytest-retry's way to run a failed test again
AGAIN = """
import pytest

@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if call.when == "call" and report.failed:
        other = pytest.Class.from_parent(item.session, name="Other")
        item.ihook.pytest_runtest_teardown(item=item, nextitem=other)
        item._initrequest()
        item.ihook.pytest_runtest_setup(item=item)
        again = pytest.CallInfo.from_call(lambda: item.ihook.pytest_runtest_call(item=item), when="call")
        report = pytest.TestReport.from_item_and_call(item, again)
    return report
"""

# pytest-socket's way to lock the module for a test
LOCKED = """
import socket
import pytest

@pytest.fixture(autouse=True)
def locked(monkeypatch):
    class Guarded(socket.socket):
        def __new__(cls, *values, **keywords):
            raise RuntimeError("A test tried to use socket.socket.")
    monkeypatch.setattr(socket, "socket", Guarded)
"""

TESTS = """
import pytest

def test_plain(): pass

@pytest.mark.tts(cases="uno")
def test_marked(tts_latency): assert tts_latency("uno").p50_s > 0

def test_live(tts_pipeline): assert tts_pipeline.synthesize("Y más").sample_rate == 16000
"""


@pytest.fixture
def tested(project):
    """A project with tests of its own."""
    project.write("test_own.py", TESTS)
    return project


def collected(project, *words: str) -> list[str]:
    """The node ids that are chosen by a command line."""
    shown = project.pytester.runpytest_inprocess("--tts-baseline", "--collect-only", "-q", *words)
    assert shown.ret in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED), shown.stderr.str()
    return [line for line in shown.outlines if "::" in line]


def ids(suite: str = "cases") -> list[str]:
    return [f"tts-baseline::{suite}::{name}" for name in IDS]


def measured_nothing(project) -> bool:
    return not (project.pytester.path / ".tts-baseline").exists()


def test_an_item_of_the_suite_has_all_that_a_test_has(tested) -> None:
    tested.pytester.makeconftest(ASKING)
    assert collected(tested)[-len(IDS) :] == ids()
    assert json.loads((tested.pytester.path / "wrong.json").read_text()) == []


def test_a_test_that_is_run_again_has_the_same_verdict_once(recorded) -> None:
    recorded.pytester.makeconftest(AGAIN)
    recorded.change("tone = np.concatenate([tone, tone])")
    recorded.write("test_own.py", "def test_each(tts_case, tts_quality): tts_quality(tts_case)")
    result = recorded.gate("--junitxml=out.xml", "-k", "quality or each")
    result.assert_outcomes(failed=3)
    for case in ET.parse(recorded.pytester.path / "out.xml").getroot().iter("testcase"):
        names = [found.get("name") for found in case.iter("property")]
        assert len(names) == len(set(names))
        assert case.find("failure").text.count(": duration regressed") == 1


def test_a_locked_socket_module_locks_no_pipeline(tested) -> None:
    tested.pytester.makeconftest(LOCKED)
    tested.gate("test_own.py::test_live").assert_outcomes(passed=1)


@pytest.mark.parametrize("suite", ["cases.toml", "a::b[c].toml", "uno\x1b[1m dos.toml"])
def test_every_id_that_is_printed_can_be_chosen(tested, suite: str) -> None:
    (tested.pytester.path / "cases.toml").rename(tested.pytester.path / suite)
    printed = collected(tested, "--tts-suite", suite)[-len(IDS) :]
    assert printed == ids(printed[0].split("::")[1])
    for id in (*printed, printed[0].rpartition("::")[0], "tts-baseline"):
        chosen = [other for other in printed if other == id or other.startswith(f"{id}::")]
        assert collected(tested, "--tts-suite", suite, id) == chosen
    assert collected(tested, "--tts-suite", suite, printed[1], "test_own.py::test_plain") == [
        "test_own.py::test_plain", printed[1],
    ]  # fmt: skip
    assert collected(tested, "--tts-suite", suite, "--deselect", printed[0])[-len(IDS) + 1 :] == printed[1:]


def test_an_id_can_be_chosen_from_below_as_pytest_prints_it_there(tested, monkeypatch) -> None:
    monkeypatch.chdir(tested.pytester.mkdir("below"))
    assert collected(tested, "../tts-baseline::cases::memory") == ["tts-baseline::cases::memory"]
    assert collected(tested, "tts-baseline::cases::memory") == ["tts-baseline::cases::memory"]


def test_a_folder_of_that_name_is_a_folder(tested) -> None:
    tested.pytester.mkdir("tts-baseline").joinpath("test_there.py").write_text("def test_it(): pass")
    assert collected(tested, "tts-baseline") == ["tts-baseline/test_there.py::test_it", *ids()]


def test_an_id_that_no_item_has_is_named_with_the_nearest(tested) -> None:
    result = tested.gate("tts-baseline::cases::latencey")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["*no item tts-baseline::cases::latencey (did you mean 'tts-baseline::cases::latency'?)*"]
    )
    assert measured_nothing(tested)


def test_a_failed_item_is_remembered(recorded) -> None:
    recorded.write("test_own.py", TESTS)
    recorded.change("tone = np.concatenate([tone, tone])")
    recorded.pytester.runpytest_inprocess("--tts-baseline", "--sw").assert_outcomes(
        passed=5, failed=1, deselected=2
    )
    failed = "tts-baseline::cases::quality"
    assert collected(recorded, "--sw") == [failed]  # first: a run without it forgets where it stopped
    assert collected(recorded, "--lf") == [failed]
    first, *others = collected(recorded, "--ff")
    assert first == failed
    assert len(others) == 2 + len(IDS)


def test_a_test_that_is_named_is_all_that_is_measured(tested) -> None:
    result = tested.gate("test_own.py::test_plain")
    result.assert_outcomes(passed=1)
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["tts-baseline: nothing was measured, because no test that ran asked for it"])
    assert measured_nothing(tested)

    tested.gate("test_own.py::test_marked").assert_outcomes(passed=1)
    assert {case for _, case in tested.verdicts()} == {None, "uno"}


def test_the_suite_joins_folders_and_files_that_use_its_fixtures(tested) -> None:
    tested.write("test_other.py", "def test_other(): pass")
    other, own = ["test_other.py::test_other"], [
        f"test_own.py::test_{name}" for name in ("plain", "marked", "live")
    ]  # fmt: skip
    assert collected(tested) == collected(tested, ".") == other + own + ids()
    assert collected(tested, "test_own.py") == own + ids()
    assert collected(tested, "test_other.py") == other
    assert collected(tested, "-o", "testpaths=test_other.py") == other + ids()
    assert collected(tested, "--pyargs", "json") == ids()
    assert tested.gate("test_other.py").ret == pytest.ExitCode.TESTS_FAILED  # asked, and measured nothing
    assert measured_nothing(tested)


@pytest.mark.parametrize("words", [("--setup-plan",), ("--setup-only",), ("--collect-only",)])
def test_what_only_shows_measures_nothing(tested, words: tuple[str, ...]) -> None:
    assert tested.gate(*words, "-k", "not live").ret == pytest.ExitCode.OK
    assert measured_nothing(tested)


@pytest.mark.parametrize(
    "words",
    [
        ("--numprocesses", "2"),
        ("--dist", "load", "--tx", "2*popen"),
        ("--dist", "each", "--tx", "popen"),
        ("-d", "--tx", "popen"),
    ],
)
def test_xdist_is_refused(project, words: tuple[str, ...]) -> None:
    pytest.importorskip("xdist")
    result = project.gate("-p", "xdist", *words)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*measures one thing at a time*-n0"])
    assert measured_nothing(project)


@pytest.mark.parametrize("how", ["load", "loadscope", "loadfile", "loadgroup", "worksteal", "each"])
def test_xdist_that_distributes_nothing_is_as_good_as_none(tested, how: str) -> None:
    pytest.importorskip("xdist")
    for words in (("--dist", how), ("-n0", "--dist", how), ("-n2", "--dist", how)):
        assert collected(tested, "-p", "xdist", *words)[-len(IDS) :] == ids()
    tested.gate("-p", "xdist", "--dist", how, "test_own.py::test_plain").assert_outcomes(passed=1)
