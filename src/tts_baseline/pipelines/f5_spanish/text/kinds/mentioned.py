"""Signs that are talked about, which are said by their names: «?» in quotation marks, el carácter *."""

from __future__ import annotations

import re

from tts_baseline.pipelines.f5_spanish.text.kinds.links import read_out
from tts_baseline.pipelines.f5_spanish.text.overrides import words
from tts_baseline.pipelines.f5_spanish.text.rules import Paragraph, Rule, Said

_SIGNS = "?!.,;:|\\-_*/+=<>~^#$%&@"
_QUOTED = re.compile(rf"(?<=[«“\"‘'`])[{re.escape(_SIGNS)}]{{1,2}}(?=[»”\"’'`])")
_NAMED = re.compile(rf"(?<=\w )[{re.escape(_SIGNS)}](?=\s\w|[,;)]|\.(?:\s|$)|$)")


def rules(region: str) -> tuple[Rule, ...]:
    """The rules for signs in quotation marks, and after a word that says that a sign follows."""
    return (
        Rule("quoted sign", "sign", _SIGNS, _QUOTED, _say),
        Rule("named sign", "sign", _SIGNS, _NAMED, _say_named),
    )


def _say(match: re.Match[str], paragraph: Paragraph) -> Said:
    return Said(read_out(match.group(), paragraph.region))


def _say_named(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    return _say(match, paragraph) if paragraph.word_before(match.start()).lower() in words("sign") else None
