"""What a test asks for: the cases that its marker chooses, and the verdicts that its fixtures claim."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tts_baseline.core.asserted import AssertedText
from tts_baseline.core.errors import TtsBaselineError
from tts_baseline.core.records import Case
from tts_baseline.core.verdict import Verdict
from tts_baseline.plugin.said import usage_error
from tts_baseline.suites import reader

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


def asked_folder(arguments: Sequence[str], here: Path) -> Path:
    """The innermost folder that holds every file or folder that pytest is asked to run; `here` for none."""
    paths = [here / argument.partition("::")[0].partition("[")[0] for argument in arguments]
    there = [os.path.normpath(path) for path in paths if path.exists()]
    if not there:
        return here
    common = Path(os.path.commonpath(there))
    return common if common.is_dir() else common.parent


_CLAIMS = pytest.StashKey[list[Claim]]()


def claims(item: pytest.Item) -> list[Claim]:
    """The claims that fixtures have made for a test, to be added to."""
    return item.stash.setdefault(_CLAIMS, [])


_ASSERTED = pytest.StashKey[list[AssertedText]]()


def asserted(item: pytest.Item) -> list[AssertedText]:
    """What was read out for a test, to be added to."""
    return item.stash.setdefault(_ASSERTED, [])


_CALLED = pytest.StashKey[set[str]]()


def called(item: pytest.Item) -> set[str]:
    """The names of the fixtures that were called for a test, to be added to."""
    return item.stash.setdefault(_CALLED, set())


def forget(item: pytest.Item) -> None:
    """Forget what a test has asked for: it was judged, or is another attempt's."""
    claims(item).clear()
    asserted(item).clear()


def mark(item: pytest.Item | pytest.Function | Any) -> Mapping[str, Any]:
    """The arguments of a test's `tts` marker; empty without one. Unknown ones are a usage error."""
    marker = item.get_closest_marker("tts")
    if marker is None:
        return {}
    unknown = [name for name in marker.kwargs if name not in _KNOWN]
    if unknown or marker.args:
        raise usage_error(
            f"{item.nodeid}: @pytest.mark.tts takes {', '.join(_KNOWN)} by name, not "
            f"{', '.join(unknown) or marker.args}"
        )
    return dict(marker.kwargs)


def chosen_cases(cases: Sequence[Case], marked: Mapping[str, Any]) -> tuple[Case, ...]:
    """The cases that a marker chooses."""
    try:
        return reader.choose(tuple(cases), _names(marked.get("cases")), _names(marked.get("tags")))
    except TtsBaselineError as error:
        raise usage_error(str(error)) from error


def _names(value: str | Sequence[str] | None) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)
