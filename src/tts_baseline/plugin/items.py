"""The items that carry a suite's verdicts, one a metric family; they have all that plugins ask of a test."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tts_baseline.core.outside import line
from tts_baseline.plugin.measured import Measurements
from tts_baseline.plugin.verdicts import check_family

PREFIX = "tts-baseline"
# What would end a part of a node id (pytest splits at '::' and at the first '[').
_SEPARATORS = re.compile(r"::|[\[\]]")


def judged() -> None:
    """The suite's verdicts: what other plugins get where they ask an item of the suite for its function."""


class Suite(pytest.Module):
    """The parent of the suite's items: `tts-baseline::<suite>`."""

    def collect(self) -> Iterable[pytest.Item]:
        """Nothing: `suite_items` makes the items."""
        return ()

    def _getobj(self) -> ModuleType:
        return sys.modules[__name__]


class SuiteItem(pytest.Function):
    """One metric family of the suite: fails with all verdicts that fail the build."""

    def __init__(self, *, measured: Measurements, family: str, **keywords: Any) -> None:
        super().__init__(name=family, callobj=judged, **keywords)
        self._measured, self.family = measured, family

    def setup(self) -> None:
        """Set up no fixture: what is judged was measured before the first test."""

    def runtest(self) -> None:
        """Judge this family."""
        check_family(self._measured, self, self.family)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where pytest says this item is: at the beginning of the settings."""
        return self.path, 0, f"tts-baseline: {self.nodeid.removeprefix(f'{PREFIX}::')}"


def suite_items(
    session: pytest.Session, measured: Measurements, families: Sequence[str]
) -> tuple[SuiteItem, ...]:
    """One item a family: `tts-baseline::<suite>::<family>`."""
    name = f"{PREFIX}::{_SEPARATORS.sub('-', line(measured.project.suite))}"
    path = _settings(session.config, measured.project.root)
    parent = Suite.from_parent(session, name=name, nodeid=name, path=path)
    return tuple(SuiteItem.from_parent(parent, measured=measured, family=family) for family in families)


def _settings(config: pytest.Config, root: Path) -> Path:
    """A file within pytest's root that stands for the suite, where there is one; else that root."""
    files = (root / "pyproject.toml", config.inipath)
    within = (file for file in files if file and file.is_file() and file.is_relative_to(config.rootpath))
    return next(within, config.rootpath)
