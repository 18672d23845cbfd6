"""Gates what tests measure by pytest-benchmark's fixture, against the sessions that it has saved itself."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import pytest

from tts_baseline.core.benchmark_file import BenchmarkSession, session_of
from tts_baseline.core.errors import BaselineError
from tts_baseline.core.outside import line
from tts_baseline.plugin import said
from tts_baseline.report.benchmarks import sentence
from tts_baseline.session import benchmarks
from tts_baseline.session.project import Project

_FIXTURE = "benchmark"
_SAVE = "pytest --tts-baseline --benchmark-autosave, and commit or cache .benchmarks/"


class Rounds:
    """The saved sessions of this machine, read once, and the verdict of each test by them."""

    def __init__(self, project: Project, config: pytest.Config) -> None:
        self._project = project
        self._config = config

    @property
    def _session(self) -> Any:
        return getattr(self._config, "_benchmarksession", None)  # there once all plugins are configured

    def check(self, item: pytest.Item) -> None:
        """Fail a test whose rounds are slower than saved; all that have rounds share the error rate."""
        fixture = getattr(item, "funcargs", {}).get(_FIXTURE)
        if self._session is None or fixture is None:
            return
        if fixture.stats is None:
            said.fail(f"{item.nodeid}: its benchmark measured nothing: it is disabled, or was not called")
        name, now = fixture.stats.fullname, self._now(fixture.stats.fullname, fixture.stats.stats.median)
        earlier = [each for each in self._earlier if name in each.medians]
        tests = sum(_FIXTURE in getattr(each, "fixturenames", ()) for each in item.session.items)
        try:
            found = benchmarks.of_one(self._project, now, earlier, tests)
        except BaselineError as error:
            said.fail(line(str(error)))
        item.user_properties.append(("tts.benchmark.status", found.status))
        if benchmarks.is_failing(self._project, [found]):
            hint = f"\n  next   {_SAVE}" if found.status == "no baseline" else ""
            said.fail(line(sentence(found)) + hint)

    def _now(self, name: str, median: float) -> BenchmarkSession:
        page = {
            "machine_info": self._machine,
            "benchmarks": [{"fullname": name, "stats": {"median": median}}],
        }
        return session_of(json.dumps(page), "this session")

    @cached_property
    def _machine(self) -> dict[str, Any]:
        hook = self._config.hook
        machine: dict[str, Any] = hook.pytest_benchmark_generate_machine_info(config=self._config)
        hook.pytest_benchmark_update_machine_info(config=self._config, machine_info=machine)
        return machine

    @cached_property
    def _earlier(self) -> Sequence[BenchmarkSession]:
        saved: list[tuple[Any, Any]] = list(self._session.storage.load())
        return [session_of(json.dumps(page), str(path)) for path, page in saved]
