"""Measures before the first test runs, gives suites their items, and raises verdicts after a test's body."""

from __future__ import annotations

from collections.abc import Generator, Sequence

import pytest

from tts_baseline.core.errors import BaselineError, NothingMeasured, TtsBaselineError
from tts_baseline.core.imports import added
from tts_baseline.core.options import OPTIONS
from tts_baseline.core.outside import line
from tts_baseline.core.protocols import FAMILIES
from tts_baseline.core.records import Case
from tts_baseline.core.registry import gates
from tts_baseline.core.table import find_root
from tts_baseline.plugin import said
from tts_baseline.plugin.asked import asked_folder, chosen_cases, forget, mark
from tts_baseline.plugin.fixtures import ours, uncalled
from tts_baseline.plugin.items import PREFIX, SuiteItem, suite_items
from tts_baseline.plugin.measured import MEASURED, Measurements
from tts_baseline.plugin.rounds import Rounds
from tts_baseline.plugin.selection import Selection
from tts_baseline.plugin.verdicts import check_called, check_claims, check_readings
from tts_baseline.report.format import View
from tts_baseline.report.formats import terminal
from tts_baseline.session.measurement.progress import Progress
from tts_baseline.session.outcome import suite_verdicts
from tts_baseline.session.project import Project, check_default, open_project, under_load
from tts_baseline.session.run import gate

_LOADED = "tts_throughput"
_NOTHING_ASKED = "tts-baseline: nothing was measured, because no test that ran asked for it"


class Gatekeeper:
    """One pytest session's measurement and its verdicts; registered only with --tts-baseline."""

    NAME = "tts-baseline-gatekeeper"

    def __init__(self, config: pytest.Config) -> None:
        self.measures = not _only_shows(config)
        if self.measures and _is_distributed(config):
            raise said.usage_error(
                "--tts-baseline measures one thing at a time, and pytest-xdist would measure several: "
                "run it with -n0"
            )
        self.config = config
        self.project = _project(config)
        self.measured = config.stash[MEASURED] = Measurements(self.project)
        self.selection = Selection.of(config)
        self.rounds = Rounds(self.project, config) if self.project.settings.benchmark else None
        config.args[:] = self.selection.tests

    # --- what is collected

    def pytest_report_header(self) -> str:
        """What is measured, against what, and whose settings say so."""
        p = self.project
        switches = "+".join((p.settings.device, *p.settings.optimize))
        measured = f"{p.settings.pipeline} @ {switches} | suite {p.suite}, {len(p.chosen)} cases"
        policy = f"missing: {p.settings.missing} | undecided: {p.settings.undecided}"
        lines = (measured, f"baselines in {p.settings.dir}/ | {policy}", p.default or p.origin)
        return said.fit("\n".join(f"tts-baseline: {line(text)}" for text in lines))

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Runs a test that asks for `tts_case` once for each case that its marker chooses."""
        if "tts_case" in ours(metafunc.definition):
            cases = chosen_cases(self.project.chosen, mark(metafunc.definition))
            metafunc.parametrize("tts_case", cases, ids=[case.id for case in cases], indirect=True)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, session: pytest.Session, items: list[pytest.Item]) -> None:
        """Adds one item a metric family, before -k and --lf choose."""
        gated = {spec.family for spec in gates().values()}
        made = suite_items(session, self.measured, [family for family in FAMILIES if family in gated])
        chosen = self.selection.chosen(made, items)
        report = pytest.CollectReport(PREFIX, "passed", longrepr=None, result=list(chosen))
        session.config.hook.pytest_collectreport(report=report)  # so that pytest counts them
        items.extend(chosen)

    # --- what is measured

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        """Measures all cases that the collected tests need, before the first of them runs."""
        broken = session.testsfailed and not self.config.option.continue_on_collection_errors
        cases = self._needed(session.items)
        if cases and self.measures and not broken:
            self._measure(cases, loaded=any(_LOADED in ours(item) for item in session.items))
            for family in ("work", "text"):
                if self.measured.result is None or not suite_verdicts(self.measured.result, family):
                    self._deselect(session, family)
        try:
            return (yield)
        finally:
            self.measured.live.close()

    def _measure(self, cases: Sequence[Case], *, loaded: bool) -> None:
        project = under_load(self.project) if loaded else self.project
        try:
            self.measured.result = gate(project, cases, self._progress())
        except TtsBaselineError as error:
            self.measured.error = error
        except OSError as error:
            self.measured.error = BaselineError(
                f"a file cannot be read or written: {error}", hint="tts-baseline doctor"
            )

    def _deselect(self, session: pytest.Session, family: str) -> None:
        """Only measuring tells that a pipeline uses no torch, or does not tell its text: nothing to judge."""
        items = [item for item in session.items if isinstance(item, SuiteItem) and item.family == family]
        session.items[:] = [item for item in session.items if item not in items]
        session.testscollected -= len(items)
        self.config.hook.pytest_deselected(items=items)

    def _needed(self, items: Sequence[pytest.Item]) -> list[Case]:
        wanted: set[str] = set()
        for item in items:
            if isinstance(item, SuiteItem) or _LOADED in ours(item):
                return list(self.project.chosen)
            callspec = getattr(item, "callspec", None)
            if callspec is not None and "tts_case" in ours(item):
                wanted.add(callspec.params["tts_case"].id)
            elif mark(item):
                wanted |= {case.id for case in chosen_cases(self.project.chosen, mark(item))}
            elif "tts_cold_start" in ours(item):
                wanted.add(min(self.project.chosen, key=lambda case: len(case.text)).id)
        return [case for case in self.project.chosen if case.id in wanted]

    def _progress(self) -> Progress:
        return said.progress(self.config.pluginmanager.getplugin("terminalreporter"))

    # --- what is judged

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Forgets what an earlier attempt asked for, where another plugin runs a test again."""
        forget(item)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """Raises a test's verdicts once, after its body, all together.

        What fixtures of one's own have asked for before it counts; that it skips itself in the end does not.
        """
        try:
            result = yield
        except pytest.skip.Exception:
            self._judge(item)
            raise
        except BaseException:
            forget(item)
            raise
        check_called(uncalled(item))
        if self.rounds:
            self.rounds.check(item)
        self._judge(item)
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None, object, object]:
        """Raises the verdicts that fixtures of one's own ask for after the body."""
        result = yield
        self._judge(item)
        return result

    def _judge(self, item: pytest.Item) -> None:
        try:
            check_readings(self.measured, item)
            check_claims(self.measured, item)
        finally:
            forget(item)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """A gate that was asked to measure and measured nothing fails."""
        measured = self.measured
        if not self.measures or self.selection.is_by_name or measured.result or measured.on_the_spot:
            return
        if session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
            measured.error = measured.error or NothingMeasured(
                "--tts-baseline was asked to measure, and measured nothing",
                hint="pytest --tts-baseline --collect-only",
            )

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter, exitstatus: int) -> None:
        """The table, verdict first, and where the run is."""
        outcome, error = self.measured.result, self.measured.error
        if outcome is None and error is None:
            if self.measures and not self.measured.on_the_spot and exitstatus <= pytest.ExitCode.TESTS_FAILED:
                said.write(terminalreporter, _NOTHING_ASKED)
            return
        terminalreporter.section("tts-baseline")
        if error is not None:
            said.write(terminalreporter, str(error), red=True)
        if outcome is not None:
            view = View(verbose=self.config.get_verbosity() > 0, color=terminalreporter.hasmarkup)
            said.write(terminalreporter, terminal.render(outcome, view))
            said.write(terminalreporter, terminal.footer(outcome))
        if self.project.default:
            said.write(terminalreporter, line(self.project.default))


def _only_shows(config: pytest.Config) -> bool:
    """Whether pytest shows what it would run, and runs no test's body."""
    return bool(config.option.collectonly or config.option.setuponly or config.option.setupplan)


def _is_distributed(config: pytest.Config) -> bool:
    """Whether pytest-xdist runs tests in processes of its own."""
    several = config.getoption("dist", "no") != "no" and config.getoption("tx", None)
    return bool(config.getoption("numprocesses", None) or several)


def _project(config: pytest.Config) -> Project:
    """The project around what pytest is asked to run, else around its root, under the options given.

    What the user got wrong is a usage error.
    """
    chosen = {name: config.getoption(f"tts_{name}") for name in OPTIONS}
    here = config.invocation_params.dir
    starts = (asked_folder(config.args, here), config.rootpath, here)
    try:
        root = find_root(*starts, otherwise=config.rootpath)
        project = open_project(root, chosen, added(root, config.rootpath))
        check_default(project)
    except TtsBaselineError as error:
        raise said.usage_error(str(error)) from error
    return project
