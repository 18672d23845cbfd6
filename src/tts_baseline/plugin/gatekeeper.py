"""Measures before the first test runs, gives suites their items, and raises verdicts after a test's body."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

import pytest

from tts_baseline.core.errors import BaselineError, NothingMeasured, TtsBaselineError
from tts_baseline.core.options import OPTIONS
from tts_baseline.core.outcome import Outcome
from tts_baseline.core.protocols import FAMILIES
from tts_baseline.core.records import Case
from tts_baseline.core.registry import gates, metrics
from tts_baseline.core.settings import find_root
from tts_baseline.core.verdict import Verdict
from tts_baseline.gate import limits
from tts_baseline.plugin import results
from tts_baseline.plugin.fixtures import ours
from tts_baseline.plugin.items import Claim, SuiteItem, chosen_cases, claims, mark, suite_items
from tts_baseline.report.format import View
from tts_baseline.report.formats import junit, terminal
from tts_baseline.session import certified, one_text
from tts_baseline.session.measurement.progress import Progress
from tts_baseline.session.outcome import (
    explained,
    failing,
    judge_again,
    recorded_utterance,
    suite_verdicts,
)
from tts_baseline.session.project import open_project
from tts_baseline.session.run import gate


class Gatekeeper:
    """One pytest session's measurement and its verdicts; registered only with --tts-baseline."""

    NAME = "tts-baseline-gatekeeper"

    def __init__(self, config: pytest.Config) -> None:
        if config.getoption("numprocesses", None):
            raise pytest.UsageError(
                "--tts-baseline measures one thing at a time, and -n would measure several: run it with -n0"
            )
        chosen = {option.name: config.getoption(f"tts_{option.name}") for option in OPTIONS}
        try:
            root = find_root(config.rootpath, config.invocation_params.dir)
            self.project = open_project(root, chosen)
        except TtsBaselineError as error:
            raise pytest.UsageError(str(error)) from error
        self.config = config
        self.live = one_text.LivePipeline(self.project)
        self.work_item: pytest.Item | None = None
        self.outcome: Outcome | None = None
        self.error: TtsBaselineError | None = None
        self.measured_on_the_spot = 0

    # --- what is collected

    def pytest_report_header(self) -> str:
        """Two lines: what is measured, and against what."""
        p = self.project
        switches = "+".join((p.settings.device, *p.settings.optimize))
        return (
            f"tts-baseline: {p.settings.pipeline} @ {switches} | suite {p.suite}, {len(p.chosen)} cases\n"
            f"tts-baseline: baselines in {p.settings.dir}/ | missing: {p.settings.missing} | "
            f"undecided: {p.settings.undecided}"
        )

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Runs a test that asks for `tts_case` once for each case that its marker chooses."""
        if "tts_case" in ours(metafunc.definition):
            cases = chosen_cases(self.project.chosen, mark(metafunc.definition))
            metafunc.parametrize("tts_case", cases, ids=[case.id for case in cases], indirect=True)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, session: pytest.Session, items: list[pytest.Item]) -> None:
        """Adds one item a metric family, before -k and --lf choose."""
        gated = {spec.family for spec in gates().values()}
        families = [family for family in FAMILIES if family in gated]
        made = dict(zip(families, suite_items(session, self, self.project.suite, families), strict=True))
        self.work_item = made.get("work")
        items.extend(made.values())

    # --- what is measured

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        """Measures all cases that the collected tests need, before the first of them runs."""
        broken = session.testsfailed and not self.config.option.continue_on_collection_errors
        cases = self._needed(session.items)
        if cases and not self.config.option.collectonly and not broken:
            try:
                self.outcome = gate(self.project, cases, self._progress())
            except TtsBaselineError as error:
                self.error = error
            except OSError as error:
                self.error = BaselineError(
                    f"a file cannot be read or written: {error}", hint="tts-baseline doctor"
                )
            if self.outcome is None or not suite_verdicts(self.outcome, "work"):
                self._deselect_work(session)
        try:
            return (yield)
        finally:
            self.live.close()

    def _deselect_work(self, session: pytest.Session) -> None:
        """Only measuring tells that a pipeline uses no torch, so that there is no work to judge."""
        if self.work_item in session.items:
            session.items.remove(self.work_item)
            session.testscollected -= 1
            self.config.hook.pytest_deselected(items=[self.work_item])

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """A gate that was asked to measure and measured nothing fails."""
        if self.config.option.collectonly or self.outcome or self.measured_on_the_spot:
            return
        if session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
            self.error = self.error or NothingMeasured(
                "--tts-baseline was asked to measure, and measured nothing",
                hint="pytest --tts-baseline --collect-only",
            )

    def _needed(self, items: Sequence[pytest.Item]) -> list[Case]:
        wanted: set[str] = set()
        for item in items:
            if isinstance(item, SuiteItem):
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
        reporter = self.config.pluginmanager.getplugin("terminalreporter")
        if reporter is None:
            return Progress(lambda _: None, live=False)

        def write(text: str) -> None:
            reporter.write(text, flush=True)

        reporter.ensure_newline()
        return Progress(write, live=reporter.isatty)

    # --- what tests ask for

    def latency(self, item: pytest.Item, case: Case | str) -> results.Latency:
        """Warm latency of a case, gated; of any other text, measured on the spot."""
        return results.latency(self._columns(item, "latency", case))

    def memory(self, item: pytest.Item, case: Case | str) -> results.Memory:
        """Peak memory of a case, gated; of any other text, measured on the spot."""
        return results.memory(self._columns(item, "memory", case))

    def work(self, item: pytest.Item, case: Case | str) -> results.Work:
        """What a case makes torch do, gated; of any other text, counted on the spot."""
        if self._known(case) is None:
            self.measured_on_the_spot += 1
            return results.work([self.live.count(_case(case))])
        return results.work([calls.work for calls in self._columns(item, "work", case)])

    def quality(self, item: pytest.Item, case: Case | str) -> results.Quality:
        """Quality of a case, gated; of any other text, scored on the spot."""
        known = self._known(case)
        if known is None:
            text = _case(case)
            self.measured_on_the_spot += 1
            calls, utterance = self.live.time(text)
            return results.Quality(one_text.score_alone(text, calls, utterance), utterance)
        outcome = self._measured(known)
        claims(item).append(Claim("quality", known.id))
        readings = {
            r.metric: r for r in outcome.run.readings
            if r.case == known.id and metrics()[r.metric].spec.family == "quality"
        }  # fmt: skip
        return results.Quality(readings, recorded_utterance(outcome, known.id))

    def cold_start(self, item: pytest.Item) -> results.ColdStarts:
        """Cold start over fresh processes, gated."""
        outcome = self._measured(None)
        claims(item).append(Claim("latency", None, "cold_start"))
        return results.ColdStarts(tuple(r.cold_start for r in outcome.run.replicates if r.cold_start))

    def _columns(self, item: pytest.Item, family: str, case: Case | str) -> tuple[Any, ...]:
        known = self._known(case)
        if known is None:
            self.measured_on_the_spot += 1
            return (self.live.time(_case(case))[0],)
        outcome = self._measured(known)
        claims(item).append(Claim(family, known.id))
        return tuple(replicate.calls[known.id] for replicate in outcome.run.replicates)

    def _known(self, case: Case | str) -> Case | None:
        """The case of the suite that is meant; None for a text made up inside a test."""
        name = case if isinstance(case, str) else case.id
        found = next((c for c in self.project.cases if c.id == name), None)
        return found if isinstance(case, str) or found == case else None

    def _measured(self, case: Case | None) -> Outcome:
        outcome = self.measured()
        if case is not None and case not in outcome.run.cases:
            pytest.fail(
                f"case {case.id!r} was not measured: nobody asked for it before the tests ran\n"
                f'  next   mark the test with @pytest.mark.tts(cases="{case.id}")',
                pytrace=False,
            )
        failure = next((f for f in outcome.run.failures if case and f.case == case.id), None)
        if failure:
            pytest.fail(
                f"{failure.case} could not be measured: {failure.kind}: {failure.message}", pytrace=False
            )
        return outcome

    def measured(self) -> Outcome:
        """The outcome; fails the test where there is none."""
        if self.outcome is None:
            pytest.fail(str(self.error or "nothing was measured"), pytrace=False)
        return self.outcome

    # --- what is judged

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """Raises a test's verdicts once, all together, after its body."""
        result = yield
        made = claims(item)
        if made:
            outcome = self.measured()
            verdicts = self._verdicts(outcome, mark(item).get("limits", {}))
            self.conclude(item, [v for v in verdicts if any(claim.covers(v) for claim in made)])
        return result

    def conclude(self, item: pytest.Item, verdicts: Sequence[Verdict]) -> None:
        """Note verdicts on the item (JUnit properties), and fail it if one of them fails the build."""
        outcome = self.measured()
        item.user_properties.extend(junit.properties(verdicts))
        failures = failing(self.project, verdicts)
        if failures:
            pytest.fail(explained(outcome, failures), pytrace=False)

    def _verdicts(self, outcome: Outcome, own: dict[str, str]) -> tuple[Verdict, ...]:
        if not own:
            return outcome.verdicts
        try:
            chosen = limits.chosen(self.project.settings.limits | own, where="@pytest.mark.tts(limits=...)")
            certified.check_run(self.project, outcome.run, chosen)
        except TtsBaselineError as error:
            pytest.fail(str(error), pytrace=False)
        return judge_again(outcome, chosen)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """The table, verdict first, and where the run is."""
        if self.outcome is None and self.error is None:
            return
        terminalreporter.section("tts-baseline")
        if self.error is not None:
            terminalreporter.write_line(str(self.error), red=True)
        if self.outcome is not None:
            view = View(verbose=self.config.get_verbosity() > 0, color=terminalreporter.hasmarkup)
            terminalreporter.write_line(terminal.render(self.outcome, view))
            terminalreporter.write_line(terminal.footer(self.outcome))


def _case(text: Case | str) -> Case:
    return Case(id="on-the-spot", text=text) if isinstance(text, str) else text
