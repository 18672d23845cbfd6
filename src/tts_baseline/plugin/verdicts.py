"""Raises verdicts: those that a test's fixtures claim, and those of one metric family of the suite."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tts_baseline.core.outside import line
from tts_baseline.core.verdict import Verdict
from tts_baseline.gate.rewordings import shown
from tts_baseline.gate.verdicts import asked_for
from tts_baseline.plugin import said
from tts_baseline.plugin.asked import asserted, claims, mark
from tts_baseline.plugin.measured import Measurements
from tts_baseline.report.formats import junit
from tts_baseline.session import readings
from tts_baseline.session.outcome import explained, failing, suite_verdicts


def check_called(uncalled: Sequence[str]) -> None:
    """Fail a test that asks for fixtures which measure when they are called, and calls none."""
    if uncalled:
        said.fail(
            f"{', '.join(uncalled)}: asked for and never called, so nothing was measured\n"
            f"  next   call it, as {uncalled[0]}(...), or take it out of the test's arguments"
        )


def check_claims(measured: Measurements, item: pytest.Item) -> None:
    """Fail a test whose fixtures claim a verdict that fails the build."""
    claimed = claims(item)
    if claimed:
        verdicts = measured.verdicts(mark(item).get("limits", {}))
        covered = [asked_for(v) for v in verdicts if any(claim.covers(v) for claim in claimed)]
        _conclude(measured, item, covered)


def check_readings(measured: Measurements, item: pytest.Item) -> None:
    """Fail a test for which other words were read out than accepted, or any where nothing may be recorded.

    What is new is recorded, where settings say so and nothing else differs; else it waits to be accepted.
    """
    texts = asserted(item)
    if not texts:
        return
    project = measured.project
    found = readings.compared(project, item.nodeid, texts)
    statuses = [each.status for each in found]
    is_changed, is_new = "regressed" in statuses, "no baseline" in statuses
    records = is_new and not is_changed and project.settings.missing == "record"
    fails = is_changed or (is_new and not records)
    readings.keep(project, item.nodeid, texts, records=records, waits=fails)
    item.user_properties += [(f"tts.text.{number}", status) for number, status in enumerate(statuses)]
    if fails:
        lines = [_told(each) for each in found if each.status != "ok"]
        accept = f'  accept  tts-baseline accept {readings.NAME} --reason "..."'
        said.fail("\n".join([*map(line, lines), "Next:", accept]))


def _told(found: readings.Compared) -> str:
    asked = f"{found.now.text!r} ({found.now.region})"
    if found.accepted is None:
        return f"{asked}: no baseline: it reads {found.now.spoken!r}"
    return f"{asked}: text regressed: {shown(found.changes, named=False)}"


def check_family(measured: Measurements, item: pytest.Item, family: str) -> None:
    """Fail a suite's item if one of its family's verdicts fails the build, or there is none."""
    verdicts = suite_verdicts(measured.outcome, family)
    if not verdicts:
        said.fail(f"no {family} could be measured or compared")
    _conclude(measured, item, verdicts)


def _conclude(measured: Measurements, item: pytest.Item, verdicts: Sequence[Verdict]) -> None:
    """Note verdicts on the item, as properties for JUnit, and fail it with all that fail the build."""
    stated = dict(junit.properties(verdicts, measured.outcome.heard))
    others = [each for each in item.user_properties if each[0] not in stated]
    item.user_properties[:] = [*others, *stated.items()]  # once, however often the item is run
    failures = failing(measured.project, verdicts)
    if failures:
        said.fail(explained(measured.outcome, failures, measured.project))
