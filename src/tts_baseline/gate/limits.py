"""Limits: how much worse is too much, as people write them ("5%", "1 dB", "5%, warn 3%, @long 10%")."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

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
    """A share of the baseline plus an absolute amount in the metric's unit.

    Beyond `soft` a change is warned of; `by_tag` are the limits of single cases, by their first tag there.
    """

    relative: float
    absolute: float
    soft: Limit | None = None
    by_tag: tuple[tuple[str, Limit], ...] = ()

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

    After a comma stand the limit that only warns, as 'warn 3%', and those of tags, as '@long 10%'. Raises
    LimitError for what is not a number, has a unit that is not the metric's, or is said twice.
    """
    first, *others = str(text).split(",")
    soft: Limit | None = None
    by_tag: dict[str, Limit] = {}
    for other in others:
        word, _, amount = other.strip().partition(" ")
        if word == "warn" and soft is None:
            soft = _amount(amount, text, spec)
        elif word[:1] == "@" and word[1:] and word[1:] not in by_tag:
            by_tag[word[1:]] = _amount(amount, text, spec)
        else:
            raise _unreadable(text, spec)
    hard = _amount(first, text, spec)
    if soft is not None and _allows_more(soft, hard):
        raise LimitError(
            f"the limit {text!r} of {spec.key} warns of what it lets fail", hint="warn of less than fails"
        )
    return replace(hard, soft=soft, by_tag=tuple(by_tag.items()))


def _amount(part: str, text: str, spec: MetricSpec) -> Limit:
    """One share or amount, or their sum, out of the `text` of a limit."""
    relative = absolute = 0.0
    for term in part.split("+"):
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
    if now.relative > then.relative or now.absolute > then.absolute:
        return True
    before = dict(then.by_tag)
    return any(_allows_more(limit, before.get(tag, then)) for tag, limit in now.by_tag)


def _unreadable(text: str, spec: MetricSpec) -> LimitError:
    units = ", ".join(_SCALES.get(spec.unit, {spec.unit: 1.0}))
    return LimitError(
        f"the limit {text!r} of {spec.key} cannot be read",
        hint=f'write it as "5%", or as a number in {units}, or as both joined by +; after a comma, '
        'as "5%, warn 3%, @long 10%", what only warns, and what is for cases with a tag',
    )
