"""The items that carry a suite's verdicts, and what a test's marker and fixtures ask for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tts_baseline.core.errors import TtsBaselineError
from tts_baseline.core.records import Case
from tts_baseline.core.verdict import Verdict
from tts_baseline.session.outcome import suite_verdicts
from tts_baseline.suites import reader

if TYPE_CHECKING:
    from tts_baseline.plugin.gatekeeper import Gatekeeper

_KNOWN = ("cases", "tags", "limits")


class Claim(NamedTuple):
    """What a test asked a fixture for: the verdicts that it must pass."""

    family: str
    case: str | None
    metric: str | None = None

    def covers(self, verdict: Verdict) -> bool:
        """True for a verdict about what was asked for."""
        return (
            verdict.family == self.family
            and verdict.case == self.case
            and self.metric in (None, verdict.metric)
        )


_CLAIMS = pytest.StashKey[list[Claim]]()


def claims(item: pytest.Item) -> list[Claim]:
    """The claims that fixtures have made for a test, to be added to."""
    return item.stash.setdefault(_CLAIMS, [])


def mark(item: pytest.Item | pytest.Function | Any) -> Mapping[str, Any]:
    """The arguments of a test's `tts` marker; empty without one. Unknown ones are a usage error."""
    marker = item.get_closest_marker("tts")
    if marker is None:
        return {}
    unknown = [name for name in marker.kwargs if name not in _KNOWN]
    if unknown or marker.args:
        raise pytest.UsageError(
            f"{item.nodeid}: @pytest.mark.tts takes {', '.join(_KNOWN)} by name, not "
            f"{', '.join(unknown) or marker.args}"
        )
    return dict(marker.kwargs)


def chosen_cases(cases: Sequence[Case], marked: Mapping[str, Any]) -> tuple[Case, ...]:
    """The cases that a marker chooses."""
    try:
        return reader.choose(tuple(cases), _names(marked.get("cases")), _names(marked.get("tags")))
    except TtsBaselineError as error:
        raise pytest.UsageError(str(error)) from error


class SuiteCollector(pytest.Collector):
    """The parent of the suite's items: `tts-baseline`."""

    def collect(self) -> Iterator[pytest.Item]:
        """Nothing: the gatekeeper makes the items."""
        return iter(())


class SuiteItem(pytest.Item):
    """One metric family of the suite: fails with all verdicts that fail the build."""

    def __init__(self, *, gatekeeper: Gatekeeper, family: str, **keywords: Any) -> None:
        super().__init__(**keywords)
        self._gatekeeper, self._family = gatekeeper, family

    def runtest(self) -> None:
        """Judge this family."""
        outcome = self._gatekeeper.measured()
        verdicts = suite_verdicts(outcome, self._family)
        if not verdicts:
            pytest.fail(f"no {self._family} could be measured or compared", pytrace=False)
        self._gatekeeper.conclude(self, verdicts)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Where pytest says this item is."""
        return self.path, None, f"tts-baseline: {self.name}"


def suite_items(
    session: pytest.Session, gatekeeper: Gatekeeper, suite: str, families: Sequence[str]
) -> list[SuiteItem]:
    """One item a family: `tts-baseline::<suite>::<family>`."""
    parent = SuiteCollector.from_parent(session, name="tts-baseline", nodeid="tts-baseline")
    return [
        SuiteItem.from_parent(
            parent,
            name=f"{suite}::{family}",
            gatekeeper=gatekeeper,
            family=family,
        )
        for family in families
    ]


def _names(value: str | Sequence[str] | None) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)
