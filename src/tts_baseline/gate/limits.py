"""Limits: how much worse is too much, as people write them ("5%", "1 dB", "20% + 8 MiB")."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from msgspec import Struct

from tts_baseline.core.errors import LimitError
from tts_baseline.core.protocols import MetricSpec
from tts_baseline.core.registry import gates, nearest

_TERM = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([%A-Za-zµ]*)\s*")
_LARGEST = 1e12  # chosen: far beyond any use, and far from where the exponential of a limit overflows
_SCALES: Mapping[str, Mapping[str, float]] = {
    "s": {"s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6},
    "B": {"B": 1.0, "KiB": 2.0**10, "MiB": 2.0**20, "GiB": 2.0**30},
}


class Limit(Struct, frozen=True):
    """A share of the baseline plus an absolute amount in the metric's unit."""

    relative: float
    absolute: float

    @property
    def is_relative(self) -> bool:
        """True where a share of the baseline is part of it, so that changes are shown as shares."""
        return self.relative > 0

    def share_of(self, baseline: float) -> float:
        """The whole limit as a share of the baseline value."""
        return self.relative + (self.absolute / baseline if baseline else 0.0)

    def log_of(self, baseline: float) -> float:
        """The limit on the natural-log scale."""
        return math.log1p(self.share_of(baseline))


def parse(text: str, spec: MetricSpec) -> Limit:
    """The limit that `text` says for this metric.

    Raises LimitError for what is not a number, or has a unit that is not the metric's.
    """
    relative = absolute = 0.0
    for term in str(text).split("+"):
        match = _TERM.fullmatch(term)
        if match is None:
            raise _unreadable(text, spec)
        number, unit = float(match[1]), match[2]
        if number > _LARGEST:
            raise _unreadable(text, spec)
        scales = _SCALES.get(spec.unit, {spec.unit: 1.0})
        if unit == "%":
            relative += number / 100
        elif unit in scales or (not unit and (spec.unit not in _SCALES or not number)):
            absolute += number * scales.get(unit, 1.0)
        else:
            raise _unreadable(text, spec)
    return Limit(relative, absolute)


def chosen(overrides: Mapping[str, str], where: str = "[tool.tts-baseline.limits]") -> dict[str, Limit]:
    """The limit of every gate: its default, or what `overrides` says.

    Raises LimitError for a gate that does not exist, naming the nearest.
    """
    known = gates()
    for name in overrides:
        if name not in known:
            raise LimitError(
                f"no gate is called {name!r}{nearest(name, known)}",
                where=where,
                hint=f"choose from {', '.join(known)}",
            )
    return {name: parse(overrides.get(name, spec.limit or ""), spec) for name, spec in known.items()}


def texts(overrides: Mapping[str, str]) -> dict[str, str]:
    """The limit of every gate as people write it: its default, or what `overrides` says."""
    return {name: overrides.get(name, spec.limit or "") for name, spec in gates().items()}


def widened(then: Mapping[str, str], now: Mapping[str, Limit]) -> dict[str, str]:
    """The gates whose limit allows more now than `then`, each with its limit then."""
    return {
        name: text
        for name, text in then.items()
        if name in now and _allows_more(now[name], parse(text, gates()[name]))
    }


def _allows_more(now: Limit, then: Limit) -> bool:
    return now.relative > then.relative or now.absolute > then.absolute


def _unreadable(text: str, spec: MetricSpec) -> LimitError:
    units = ", ".join(_SCALES.get(spec.unit, {spec.unit: 1.0}))
    return LimitError(
        f"the limit {text!r} of {spec.key} cannot be read",
        hint=f'write it as "5%", or as a number in {units}, or as both joined by +',
    )
