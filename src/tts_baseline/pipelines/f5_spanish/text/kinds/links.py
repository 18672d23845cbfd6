"""Links, addresses, handles and hashtags, read out piece by piece."""

from __future__ import annotations

import functools
import re

from tts_baseline.pipelines.f5_spanish.text.amounts import cardinal, digits
from tts_baseline.pipelines.f5_spanish.text.kinds.letters import as_word, spell
from tts_baseline.pipelines.f5_spanish.text.overrides import names, overrides
from tts_baseline.pipelines.f5_spanish.text.rules import (
    CAPITALS,
    DIGIT,
    JOINED,
    LETTER,
    Paragraph,
    Rule,
    Said,
)

_TOP = "com|org|net|edu|gob|gov|info|es|ar|mx|co|cl|pe|uy|py|ve|ec|bo|eu|io|ai|tv|app|dev|cat|gal|eus|lat"
_FILES = (
    "txt|pdf|docx?|xlsx?|pptx?|csv|json|xml|html?|md|py|js|sh|exe|bin|zip|gz|tar|rar|deb|jpe?g|png|gif|svg|mp3|mp4|wav|avi"
    "|toml|ya?ml|conf|cfg|ini|log|iso|tex|odt"
)
# Matches only at the start of a run of characters, so that a long run without an @ is scanned once.
_LINK = re.compile(
    rf"""(?i:https?://|www\.)[^\s<>"«»“”()]*[\w/]
    | (?<![\w.+-])[\w.+-]*\w@\w[\w-]*(?:\.\w[\w-]*)+
    | (?<![\w@.])@\w+(?:\.\w+)*
    | (?<![\w.-])\w[\w-]*(?:\.\w[\w-]*)*\.(?:{_FILES})\b(?![.\w]*@)
    | (?<![\w@.])\#(?=\w*[^\W\d_])\w+
    | (?<![\w.-])(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:{_TOP})
                  | \w[\w-]*\.(?:com|org|net|gob|edu)(?:\.[a-z]{{2}})?
                  | [a-z0-9-]{{3,}}\.(?:de|co\.uk|uk|fr|it|pt|ch|be|us|ca|jp|cn|br)
                    (?=[\s.,;:)?!/]|$))(?![^\W_])
      (?::\d{{2,5}}(?!\d))?
      (?:/[^\s<>"«»“”()]*[\w/])?(?![.\w]*@)""",
    re.VERBOSE,
)
_PIECE = re.compile(r"(?i:https?://|www\.)|[^\W\d_]+|\d+|.", re.DOTALL)
_CAMEL = re.compile(r"(?<=[a-záéíóúñ])(?=[A-ZÁÉÍÓÚÑ])")
_LONGEST_READ = 4  # chosen: a year is read as a number, longer codes digit by digit


def rules(region: str) -> tuple[Rule, ...]:
    """The rule for links of all kinds."""
    return (Rule("link", "link", (JOINED, DIGIT, LETTER, CAPITALS, "@", "#", "_", "+"), _LINK, _say),)


def _say(match: re.Match[str], paragraph: Paragraph) -> Said:
    called = _signs(paragraph.region)

    def say_piece(piece: str) -> str:
        if piece.isdecimal():
            short = len(piece) <= _LONGEST_READ
            return cardinal(piece) if short else digits(piece)
        if piece.isalpha():
            return piece if as_word(piece) else spell(piece, paragraph.region)
        return called.get(piece.lower(), piece)

    link = match.group()
    first, link = ("hashtag ", _CAMEL.sub(" ", link[1:])) if link[0] == "#" else ("", link)
    return Said(first + " ".join(say_piece(piece) for piece in _PIECE.findall(link) if piece != " "))


@functools.cache
def _signs(region: str) -> dict[str, str]:
    return names(overrides().link, region)
