"""Links, addresses, handles and hashtags, read out piece by piece."""

from __future__ import annotations

import functools
import re

from tts_baseline.pipelines.f5_spanish.text.amounts import cardinal, digits
from tts_baseline.pipelines.f5_spanish.text.kinds.letters import UNSAYABLE
from tts_baseline.pipelines.f5_spanish.text.kinds.spelling import as_word, parted, spell, typed, with_head
from tts_baseline.pipelines.f5_spanish.text.overrides import names, overrides, words
from tts_baseline.pipelines.f5_spanish.text.rules import (
    CAPITALS,
    DIGIT,
    JOINED,
    LETTER,
    Paragraph,
    Rule,
    Said,
)

_TOP = (
    "co\\.uk|com|org|net|edu|gob|gov|info|es|ar|mx|co|cl|pe|uy|py|ve|ec|bo|eu|io|ai|tv|app|dev|cat|gal|eus"
    "|lat"
)
_FILES = (
    "txt|pdf|docx?|xlsx?|pptx?|csv|json|xml|html?|md|py|js|sh|exe|bin|zip|gz|tar|rar|deb|jpe?g|png|gif|svg|mp3|mp4|wav|avi"
    "|toml|ya?ml|conf|cfg|ini|log|iso|tex|odt"
)
# Matches only at the start of a run of characters, so that a long run without an @ is scanned once.
_LINK = re.compile(
    rf"""(?i:(?<![^\W_])[a-z][a-z0-9+]{{1,11}}://|www\.)[^\s<>"«»“”()]*[\w/]
    | (?<![\w.+-])(?:mailto:)?[\w.+-]*\w@\w[\w-]*(?:\.\w[\w-]*)+
    | (?<![\w@.])@\w+(?:\.\w+)*
    | (?<![\w.-])\w[\w-]*(?:\.\w[\w-]*)*\.(?:{_FILES})\b(?![.\w]*@|\.\w|/\w)
    | (?<![\w@.])\#[a-z][\w-]*:[a-z][\w-]*(?:\.[a-z][\w-]*)+
    | (?<![\w@.])\#[a-z]\w*:[a-z]\w*(?![\w:])
    | (?<![\w@.])\#[a-z][a-z0-9]*(?:[-.][a-z0-9]+)+(?![^\W_])
    | (?<![\w@.\#])\#(?!\w(?!\w)|\w+\#)(?=\w*[^\W\d_])\w++(?!/[A-Z]\b|[/\w]*!|\.[A-Z]+\d)
    | (?<![\w.-])(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:{_TOP})
                  | \w[\w-]*\.(?:com|org|net|gob|edu)(?:\.[a-z]{{2}})?
                  | [a-z0-9-]{{3,}}\.(?:de|co\.uk|uk|fr|it|pt|ch|be|us|ca|jp|cn|br)
                    (?=[\s.,;:)?!/]|$))(?!\w)
      (?::\d{{2,5}}(?!\d))?
      (?:/[^\s<>"«»“”()]*[\w/])?(?![.\w]*@)""",
    re.VERBOSE,
)
_PIECE = re.compile(r"(?i:https?://|www\.)|[^\W\d_]+|\d+|.", re.DOTALL)
_CAMEL = re.compile(r"(?<=[a-záéíóúñ])(?=[A-ZÁÉÍÓÚÑ])")
_LONGEST_READ = 4  # chosen: a year is read as a number, longer codes digit by digit
_SHORTEST_WORD = 3  # chosen: of capitals, two (US, IV) are spelled
_SHORTEST_TAILED = 5  # chosen: shorter capitals are spelled whole, CMDLINE ends in a word
_TAG = re.compile(r"#\w+")
_DIRECTIVES = frozenset("#define #elif #else #endif #if #ifdef #ifndef #include #pragma #undef".split())  # noqa: SIM905
_CHANNEL = re.compile(
    r"\b(?:[Cc]anal(?:es)?|IRC)\b[^.!?]*\Z|\b(?:Closes|[Bb]ug|[Ee]rror|LP):? \Z"
    r"|\b[Cc]omentarios? [«“\"'‘`(]?\Z"
)
_OF_IRC = re.compile(r"\b(?:IRC|irc|Libera|Freenode|OFTC)\b")
_HASHTAG = "hashtag"


def rules(region: str) -> tuple[Rule, ...]:
    """The rule for links of all kinds."""
    return (Rule("link", "link", (JOINED, DIGIT, LETTER, CAPITALS, "@", "#", "_", "+"), _LINK, _say),)


def read_out(written: str, region: str) -> str:
    """The words of a name that is typed as it stands: its words and numbers, and the name of each sign."""
    return " ".join(_say_piece(piece, region) for piece in _PIECE.findall(written) if piece != " ")


def _say_piece(piece: str, region: str) -> str:
    if piece.isdecimal():
        return cardinal(piece) if len(piece) <= _LONGEST_READ else digits(piece)
    if not piece.isalpha():
        return _signs(region).get(piece.lower(), piece)
    if len(piece) > 1 and len(set(piece.lower())) == 1:
        return spell(piece, region)
    if piece.isupper():
        if UNSAYABLE.fullmatch(piece):
            return spell(piece, region)
        small = piece.lower()
        if len(piece) >= _SHORTEST_TAILED and (headed := with_head(small, region)):
            return headed
        shouted = len(piece) >= _SHORTEST_WORD and (as_word(small) or small in words("typed"))
        shouted = shouted or (
            len(piece) > 1 and small in words("not-noun") | words("short") | words("particle")
        )
        if shouted:
            return parted(small, region, typed=True)
        return typed(small, region) if len(piece) >= _SHORTEST_TAILED else spell(piece, region)
    return typed(piece, region)


def _say(match: re.Match[str], paragraph: Paragraph) -> Said:
    link = match.group()
    before = paragraph.before(match.start())
    channel = _CHANNEL.search(before) or _OF_IRC.search(paragraph.text)
    typed_so = channel or link in _DIRECTIVES or (link.isupper() and "error" in before)
    if typed_so or not _TAG.fullmatch(link):
        return Said(read_out(link, paragraph.region))
    tag = read_out(_CAMEL.sub(" ", link[1:]), paragraph.region)
    return Said(f"{_signs(paragraph.region)['#'] if tag == _HASHTAG else _HASHTAG} {tag}")


@functools.cache
def _signs(region: str) -> dict[str, str]:
    return names(overrides().link, region)
