"""Readings as they are asked for: by metric, then by case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol, TypeVar


class OfMetric(Protocol):
    """What is read by a metric, of a case or of the whole run."""

    @property
    def metric(self) -> str: ...

    @property
    def case(self) -> str | None: ...


R = TypeVar("R", bound=OfMetric)
ByMetric = Mapping[str, Mapping[str | None, R]]


def by_metric(readings: Iterable[R]) -> ByMetric[R]:
    """The readings by metric, then by case; None stands for the whole run."""
    index: dict[str, dict[str | None, R]] = {}
    for reading in readings:
        of_cases = index.get(reading.metric)
        if of_cases is None:
            of_cases = index[reading.metric] = {}
        of_cases[reading.case] = reading
    return index


def by_case(readings: Iterable[R]) -> dict[str | None, list[R]]:
    """The readings, or the verdicts, by case, in the order given; None stands for the whole run."""
    index: dict[str | None, list[R]] = {}
    for reading in readings:
        index.setdefault(reading.case, []).append(reading)
    return index
