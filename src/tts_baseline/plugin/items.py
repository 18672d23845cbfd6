"""The items that carry a suite's verdicts: one a metric family."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tts_baseline.core.outside import line
from tts_baseline.plugin.measured import Measurements
from tts_baseline.plugin.verdicts import check_family


class SuiteCollector(pytest.Collector):
    """The parent of the suite's items: `tts-baseline`."""

    def collect(self) -> Iterator[pytest.Item]:
        """Nothing: `suite_items` makes the items."""
        return iter(())


class SuiteItem(pytest.Item):
    """One metric family of the suite: fails with all verdicts that fail the build."""

    def __init__(self, *, measured: Measurements, family: str, **keywords: Any) -> None:
        super().__init__(**keywords)
        self._measured, self._family = measured, family

    def runtest(self) -> None:
        """Judge this family."""
        check_family(self._measured, self, self._family)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Where pytest says this item is."""
        return self.path, None, f"tts-baseline: {self.name}"


def suite_items(
    session: pytest.Session, measured: Measurements, families: Sequence[str]
) -> dict[str, SuiteItem]:
    """One item a family, by its name: `tts-baseline::<suite>::<family>`."""
    parent = SuiteCollector.from_parent(session, name="tts-baseline", nodeid="tts-baseline")
    suite = line(measured.project.suite)
    return {
        family: SuiteItem.from_parent(parent, name=f"{suite}::{family}", measured=measured, family=family)
        for family in families
    }
