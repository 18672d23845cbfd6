"""Signs that are talked about, which are said by their names: «?» in quotation marks, el carácter *."""

from __future__ import annotations

import re

from tts_baseline.pipelines.f5_spanish.text.kinds.links import read_out
from tts_baseline.pipelines.f5_spanish.text.overrides import words
from tts_baseline.pipelines.f5_spanish.text.rules import Paragraph, Rule, Said

_SIGNS = "?!.,;:|\\-_*/+=<>~^#$%&@"
_QUOTED = re.compile(rf"(?:(?<=[«“‘])|(?<=[\s(][\"'`]))[{re.escape(_SIGNS)}]{{1,2}}(?=[»”«\"’'`])")
_NAMED = re.compile(rf"(?<=\w )[{re.escape(_SIGNS)}](?=\s\w|[,;)]|\.(?:\s|$)|$)")


# The bar between verses in one line (OLE): a pause, where there are two, or after a mark.
_VERSE = re.compile(r"(?:(?<=[a-záéíóúñ]{2})|(?<=[,;:.!?»]))/(?= [^\W\d_])")


def rules(region: str) -> tuple[Rule, ...]:
    """The rules for signs in quotation marks, and after a word that says that a sign follows."""
    return (
        Rule("quoted sign", "sign", _SIGNS, _QUOTED, _say),
        Rule("end of a verse", "sign", ("/",), _VERSE, _say_verse),
        Rule("named sign", "sign", _SIGNS, _NAMED, _say_named),
    )


def _say(match: re.Match[str], paragraph: Paragraph) -> Said:
    return Said(read_out(match.group(), paragraph.region))


def _say_verse(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    marked = not paragraph.text[match.start() - 1].isalpha()
    return Said(",") if marked or len(_VERSE.findall(paragraph.text)) > 1 else None


def _say_named(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    return _say(match, paragraph) if paragraph.word_before(match.start()).lower() in words("sign") else None
