"""The `pattern` rows of the data: signs and writings whose surroundings tell how they are read."""

from __future__ import annotations

import re

from tts_baseline.pipelines.f5_spanish.text.overrides import Pattern, in_region, overrides
from tts_baseline.pipelines.f5_spanish.text.rules import Paragraph, Rule, Said


def rules(region: str) -> tuple[Rule, ...]:
    """A rule for each row."""
    return tuple(_rule(row) for row in reversed(in_region(overrides().pattern, region)))


def _rule(row: Pattern) -> Rule:
    after = re.compile(f"(?:{row.after})\\Z") if row.after else None

    def say(match: re.Match[str], paragraph: Paragraph) -> Said | None:
        if after and not after.search(paragraph.before(match.start())):
            return None
        return Said(match.expand(row.spoken))

    return Rule(row.name, row.type, row.at, re.compile(row.pattern), say)
