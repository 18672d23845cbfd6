"""The groups of telephone numbers by country, as the plans of phonenumbers have them (rows/phones.toml)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tts_baseline.pipelines.f5_spanish.text.overrides import Phones, overrides

Groups = tuple[str, ...]


def national(number: str, region: str) -> Groups | None:
    """The digits of a number in groups, if the countries of a region that have such a number agree."""
    countries = overrides().countries[region]
    return _agreed(number, (plan for plan in overrides().phone if plan.country in countries))


def international(number: str) -> Groups | None:
    """The digits after a plus in groups, the country's code first; None for a country that is not known."""
    for plan in overrides().phone:
        if number.startswith(plan.code):
            rest = number[len(plan.code) :]
            groups = _agreed(rest, (other for other in overrides().phone if other.code == plan.code))
            if groups:
                return plan.code, *groups
    return None


def is_grouped(groups: Groups) -> bool:
    """True if a country writes a number in these groups, and nobody a large number."""
    thousands = all(len(group) == 3 for group in groups[1:])
    number = "".join(groups)
    return not thousands and any(_groups(plan, number) == groups for plan in overrides().phone)


def _agreed(number: str, plans: Iterable[Phones]) -> Groups | None:
    found = {groups for plan in plans if (groups := _groups(plan, number))}
    return found.pop() if len(found) == 1 else None


def _groups(plan: Phones, number: str) -> Groups | None:
    if not re.fullmatch(plan.number, number):
        return None
    for start, pattern in plan.forms:
        match = re.fullmatch(pattern, number)
        if match and re.match(start, number):
            return match.groups()
    return None
