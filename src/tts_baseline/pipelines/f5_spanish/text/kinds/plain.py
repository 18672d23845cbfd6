"""The plainest rules: ratios, and digits that no other rule reads."""

from __future__ import annotations

import re

from tts_baseline.pipelines.f5_spanish.text.amounts import NUMBER, cardinal, say
from tts_baseline.pipelines.f5_spanish.text.overrides import overrides
from tts_baseline.pipelines.f5_spanish.text.rules import DIGIT, Paragraph, Rule, Said

_RATIO = re.compile(rf"(?<![^\W_])(?P<left>\d+):(?P<right>{NUMBER})")
_SCALE = re.compile(r"(?<![^\W_])1:(?P<below>[1-9]\d{0,2}(?:[. ]\d{3})+|[1-9]\d{2,})(?![\w:]|[.,]\d)")
_DIGITS = re.compile(r"\d+")


def rules(region: str) -> tuple[Rule, ...]:
    """The rule for ratios and scales: 2:1, 1:50.000."""
    point = region in overrides().decimal_point

    def say_ratio(match: re.Match[str], paragraph: Paragraph) -> Said:
        return Said(f"{cardinal(match['left'])} a {say(match['right'], 'none', point=point)}")

    return (Rule("ratio", "score", (DIGIT,), _RATIO, say_ratio),)


def scale(region: str) -> tuple[Rule, ...]:
    """The rule for the scale of a map: 1:25 000."""
    return (Rule("scale", "fraction", (DIGIT,), _SCALE, _say_scale),)


def _say_scale(match: re.Match[str], paragraph: Paragraph) -> Said:
    below = re.sub("[. ]", "", match["below"])
    return Said(f"uno a {cardinal(below, grouped=True)}")


def last(region: str) -> tuple[Rule, ...]:
    """The rule for digits that nothing else reads."""
    return (
        Rule("digits", "number", (DIGIT,), _DIGITS, lambda match, paragraph: Said(cardinal(match.group()))),
    )
