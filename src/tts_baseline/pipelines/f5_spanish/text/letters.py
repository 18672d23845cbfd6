"""Reads out links and codes, and spells acronyms that are no words, initials and single letters."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from tts_baseline.pipelines.f5_spanish.text.amounts import cardinal, digits
from tts_baseline.pipelines.f5_spanish.text.overrides import names, overrides, words
from tts_baseline.pipelines.f5_spanish.text.sentences import ends_sentence, substitute

if TYPE_CHECKING:
    from tts_baseline.pipelines.f5_spanish.text.reader import Read

_TOP = "com|org|net|edu|gob|gov|info|es|ar|mx|co|cl|pe|uy|py|ve|ec|bo|eu|io|ai|tv|app|dev|cat|gal|eus|lat"
# Matches only at the start of a run of characters, so that a long run without an @ is scanned once.
_LINK = re.compile(
    rf"""(?:https?://|www\.)[^\s<>"«»“”()]*[\w/]
    | (?<![\w.+-])[\w.+-]*\w@\w[\w-]*(?:\.\w[\w-]*)+
    | (?<![\w@.])@\w+(?:\.\w+)*
    | (?<![\w@.])\#(?=\w*[^\W\d_])\w+
    | (?<![\w.-])(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:{_TOP})
                  | \w[\w-]*\.(?:com|org|net|gob|edu)(?:\.[a-z]{{2}})?)\b
      (?:/[^\s<>"«»“”()]*[\w/])?(?![.\w]*@)""",
    re.VERBOSE,
)
_PIECE = re.compile(r"https?://|www\.|[^\W\d_]+|\d+|.", re.DOTALL)
_CAMEL = re.compile(r"(?<=[a-záéíóúñ])(?=[A-ZÁÉÍÓÚÑ])")
_LONGEST_READ = 4  # chosen: a year is read as a number, longer codes digit by digit

# A word can be read if it consists of Spanish syllables: at most two consonants before the vowels, few after.
# Possessive quantifiers, so that any other long word is rejected at once.
_SYLLABLES = re.compile(
    r"(?:(?:[bcfgkpt]r|[bcfgkpt]l|dr|ch|ll|qu(?=[eiéí])|[bcdfghjklmnñpqrstvwxyz])?[aeiouáéíóúü]++"
    r"(?:(?:[nbrl]s|[bcdfgjklmnprstvxyz])(?![aeiouáéíóúü]))?)++"
)
_ACRONYM = re.compile(r"(?<![^\W_])(?:[A-ZÑ]{2,6}|(?:[A-ZÑ]\.){2,6})(?:s\b)?(?![^\W_])")
_INITIAL = re.compile(r"(?<![^\W_'’])([A-ZÁÉÍÓÚÑ])\.(?=\s?[A-ZÁÉÍÓÚÑ])")
_LETTER = re.compile(r"(?<![^\W_'’])[b-df-hj-np-tv-xzñB-DF-HJ-NP-TV-XZÑ](?![^\W_'’])")
_VOWEL = re.compile("[AEIOU]")
_FIRST_WORD = re.compile(r"\s([^\W\d_]+)")
_LAST_WORD = re.compile(r"([^\W\d_]+)\s$")
_CONTEXT = 40  # chosen: longer than any word that decides
_SHORTEST_ACRONYM = 3  # chosen: two capitals (TV, UE) are spelled


def spell(word: str, region: str) -> str:
    """The names of a word's letters: efe be i."""
    called = _letters(region)
    return " ".join(called.get(letter, letter) for letter in word.lower())


def readable(word: str) -> bool:
    """True if a word can be pronounced in Spanish (ONU); False if it must be spelled (FBI)."""
    return bool(_SYLLABLES.fullmatch(word.lower())) or word.lower() in words("readable")


def links(text: str, region: str, read: Read) -> str:
    """The text with addresses, handles and hashtags read out piece by piece."""
    called = _signs(region)

    def say_piece(piece: str) -> str:
        if piece.isdecimal():
            short = len(piece) <= _LONGEST_READ
            return cardinal(piece, "none", read) if short else digits(piece)
        if piece.isalpha():
            return piece if readable(piece) else spell(piece, region)
        return called.get(piece, piece)

    def say(match: re.Match[str]) -> str:
        link = match.group()
        first, link = ("hashtag ", _CAMEL.sub(" ", link[1:])) if link[0] == "#" else ("", link)
        return first + " ".join(say_piece(piece) for piece in _PIECE.findall(link) if piece != " ")

    return substitute(_LINK, text, say)


def code(written: str, region: str, read: Read) -> str:
    """The words of letters and digits written together: MP3 is eme pe tres, COVID-19 is COVID diecinueve."""
    parts = re.findall(r"[^\W\d_]+|\d+", written)
    spoken = []
    for part in parts:
        if part.isdecimal():
            short = len(part) <= _LONGEST_READ
            spoken.append(cardinal(part, "none", read) if short else digits(part))
        else:
            is_word = readable(part) and (len(part) >= _SHORTEST_ACRONYM or part.islower())
            spoken.append(part if is_word else spell(part, region))
    return " ".join(spoken)


def acronyms(text: str, region: str, *, shouted: bool = False) -> str:
    """The text with unreadable acronyms, initials and single consonants spelled.

    If the whole text is `shouted` in capitals, capitals with a vowel are left as words, because nothing tells
    ROCK from ADN.
    """

    def word(letters: str) -> bool:
        return readable(letters) or (shouted and _VOWEL.search(letters) is not None)

    def say_acronym(match: re.Match[str]) -> str:
        written = match.group()
        letters = written.replace(".", "").removesuffix("s")
        if "." not in written:
            return written if word(letters) else spell(letters, region)
        spoken = letters if word(letters) else spell(letters, region)
        return spoken + ("." if _ends_sentence(match.string[match.end() :]) else "")

    def say_initial(match: re.Match[str]) -> str:
        before = _LAST_WORD.search(match.string, max(0, match.start() - _CONTEXT), match.start())
        if before and (before.group(1).islower() or before.group(1).lower() in words("before-letter")):
            return match.group()
        return spell(match.group(1), region)

    text = substitute(_ACRONYM, text, say_acronym)
    text = substitute(_INITIAL, text, say_initial)
    return substitute(_LETTER, text, lambda match: spell(match.group(), region))


def _ends_sentence(rest: str) -> bool:
    """True if the point after initials also ends the sentence; not before a surname (J. R. R. Tolkien)."""
    following = _FIRST_WORD.match(rest)
    opener = following is not None and following.group(1).lower() in words("not-noun")
    return ends_sentence(rest, capital=opener)


@functools.cache
def _letters(region: str) -> dict[str, str]:
    return names(overrides().letter, region)


@functools.cache
def _signs(region: str) -> dict[str, str]:
    return names(overrides().link, region)
