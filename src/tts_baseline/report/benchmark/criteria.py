"""What a project set out to reach, beside what was measured of it: met, missed, open, or not measured."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from tts_baseline.core import units
from tts_baseline.report.benchmark.figures import Attainment, Criterion, Figure
from tts_baseline.report.table import Sheet


class Goal(NamedTuple):
    """From where to where a value is right, and how people write it."""

    low: float
    high: float
    text: str


# The roadmap's criteria of success.
SAME_MOS = Goal(-0.1, 0.1, "±0.1 MOS")
MORE_REGIONAL = Goal(0.15, math.inf, "+15 to 25 %")
AS_NATURAL = Goal(-0.1, math.inf, "no less, ±0.1")


def criterion(name: str, wanted: Goal, figure: Figure | None, evidence: str) -> Criterion:
    """What a figure says: met where its whole interval is right, missed where none of it is, else open.

    A figure without an interval is open, no figure not measured.
    """
    says = _standing(wanted, figure)
    return Criterion(name=name, wanted=wanted.text, says=says, figure=figure, evidence=evidence)


def _standing(wanted: Goal, figure: Figure | None) -> Attainment:
    if figure is None:
        return "not measured"
    if figure.low is None or figure.high is None:
        return "open"
    if wanted.low <= figure.low and figure.high <= wanted.high:
        return "met"
    return "missed" if figure.high < wanted.low or figure.low > wanted.high else "open"


def sheet(criteria: Sequence[Criterion]) -> Sheet:
    """The criteria as a table, each with its evidence."""
    heads = tuple((head, 0) for head in ("criterion", "says", "wanted", "measured", "evidence"))
    rows = tuple(
        (each.name, each.says, each.wanted, _measured(each.figure), each.evidence) for each in criteria
    )
    return Sheet("what was to be reached", heads, rows)


def _measured(figure: Figure | None) -> str:
    """'+0.02 MOS [-0.01, +0.05], 40 of 49'; shares are of a whole, and shown in per cent."""
    if figure is None:
        return "-"
    relative = figure.unit == "%"
    change = units.change(figure.value, figure.unit, relative=relative)
    interval = units.interval(figure.low, figure.high, figure.unit, relative=relative)
    return f"{change} {interval}".strip() + f", {figure.count} of {figure.of}"
