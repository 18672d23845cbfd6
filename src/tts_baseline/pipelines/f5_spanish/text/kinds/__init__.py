"""The kinds of spans, and the one place that decides among them: the order of their rules.

Where several rules match, the first that says something wins; the others are its alternatives. A new kind is
a module with `rules(region)`, listed here, or a row of the data.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping

from tts_baseline.pipelines.f5_spanish.text.kinds import (
    abbreviations,
    codes,
    dates,
    degrees,
    durations,
    expressions,
    formulas,
    fractions,
    greek,
    hours,
    keys,
    letters,
    links,
    mentioned,
    named,
    options,
    ordinals,
    pairs,
    parameters,
    patterns,
    phones,
    plain,
    plates,
    quantities,
    romans,
    times,
    versions,
    weekdays,
)  # fmt: skip
from tts_baseline.pipelines.f5_spanish.text.rules import Rule

_ORDER = (
    codes.exact,
    plates.rules,
    expressions.rules,
    keys.rules,
    links.rules,
    parameters.rules,
    named.rules,
    options.rules,
    mentioned.rules,
    abbreviations.rules,
    patterns.rules,
    weekdays.rules,
    phones.rules,
    versions.rules,
    times.others,
    durations.rules,
    plain.scale,
    hours.rules,
    times.rules,
    dates.rules,
    degrees.rules,
    ordinals.rules,
    fractions.rules,
    formulas.rules,
    plain.rules,
    codes.chains,
    pairs.rules,
    quantities.rules,
    versions.mixed,
    codes.mixed,
    romans.rules,
    greek.rules,
    letters.rules,
    plain.last,
)


@functools.cache
def rules_by_start(region: str) -> Mapping[str, tuple[Rule, ...]]:
    """The rules of a region in their order, by what a span may begin with."""
    by_start: dict[str, list[Rule]] = {}
    for rule in (rule for make in _ORDER for rule in make(region)):
        for start in dict.fromkeys(rule.at):
            by_start.setdefault(start, []).append(rule)
    return {start: tuple(rules) for start, rules in by_start.items()}
