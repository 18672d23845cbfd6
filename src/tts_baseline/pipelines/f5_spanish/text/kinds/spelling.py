"""What of a name is said as a word and what is spelled, by its letters alone."""

from __future__ import annotations

import functools
import re

from tts_baseline.pipelines.f5_spanish.text.kinds.pieces import ONSETS, pieces
from tts_baseline.pipelines.f5_spanish.text.overrides import names, overrides, words

# A word can be read if it consists of Spanish syllables: at most two consonants before the vowels, few after.
# Possessive quantifiers, so that any other long word is rejected at once.
_SYLLABLES = re.compile(
    r"(?:(?:[bcfgkpt]r|[bcfgkpt]l|dr|ch|ll|qu(?=[eiéí])|[bcdfghjklmnñpqrstvwxyz])?[aeiouáéíóúü]++"
    r"(?:(?:[nbrl]s|[bcdfgjklmnprstvxyz])(?![aeiouáéíóúü]))?)++"
)
_VOWEL_OR_Y = frozenset("aeiouyáéíóúü")
VOWEL = re.compile("[AEIOU]")
# Three consonants that begin no syllable, in no language that Spanish borrows from: tmpdir.
_NO_ONSET = re.compile(r"(?!s[cpt][hlr]|[cpst]h[lr])[^\W\daeiouyáéíóúü]{3}|q(?!u)")
HEADS = (1, 2, 3)  # chosen: letters before the word at the end of a name, as cd rom
_KNOWN_HEADS = (1, 2, 3, 4, 5)  # chosen: before a word that is known, as tftp boot
_ENDED_HEADS = (1, 2, 3, 4)  # chosen: before what ends as words do
_TAIL = re.compile(r"[b-df-hj-np-tv-z][aeiouy]\w+")
_LONG_TAIL = 5  # chosen: cd rom, but l floor
_SHORTEST_TAIL = 3  # chosen: a word by itself
_LONGEST_BEGINNING = 5  # chosen: nobody spells more letters in a row
_DOUBLED = re.compile(r"([bdfgmnpst])\1(?=[aeiou]|\Z)")
_HISSED = re.compile(r"(?<=[b-df-hj-np-tv-z][aeiou])ss\Z")  # TESS, but ISS
_SHORTEST_DOUBLED = 6  # chosen: shorter ones are acronyms, as ADSSL
# What a word may begin with, in Spanish and in the languages it borrows from: no rpost, no fsname.
_BEGINS = re.compile(rf"(?:{ONSETS}|ng|ñ)?[aeiouyáéíóúü]")
_TRIPLED = re.compile(r"(.)\1\1")
_LOANWORD = re.compile(r"[lnr][dt]\Z|[cps]t\Z|rm\Z")
_SHORTEST_LOANWORD = 5  # chosen: shorter ones are acronyms, as ADNT; RESULT and IMPORT are words
_LONGEST_SPELLED = 6  # chosen: nobody spells nsswitch
SHORTEST_FOREIGN = 4  # chosen: html and jpg are spelled, gmail and Bash are not
_WITH_ACRONYM = re.compile(
    r"(?<![^\W_])(?P<word>[A-Z]?[a-z]{2,}|[A-Z][a-z]|[a-z])(?P<letters>[A-Z]{2,5})(?![^\W_])"
)
_BEFORE_SMALL = re.compile(
    r"(?:(?P<letters>[A-ZÑ]{1,5})(?P<rest>[A-ZÑ](?:[a-z]{2,}|[a-z](?=[A-Z]))(?:[A-Z][a-z]+)*)|(?P<all>[A-ZÑ]{2,5}[a-z][A-Z]?))"
)
_RUN_ON = re.compile(r"[A-Z]{3,}[a-z]{2,}")  # SVGAlib
# Letters before capitalized words, as classes are called: GtkTreeView, but McDonald.
_PREFIXED = re.compile(
    r"(?!Mc)(?P<letters>[B-DF-HJ-NP-TV-Z][b-df-hj-np-tv-xz]{1,3})(?P<rest>(?:[A-Z][a-z]+)+)"
)
LAST_LETTER = re.compile(
    r"(?<![^\W_])(?P<word>[A-Z]?[a-z]{4,}|Ctrl|Alt)(?P<letter>[B-DF-HJ-NP-TV-XZ])(?P<numbers>(?:\.\d{1,3})*)(?![^\W_])"
)


def spell(word: str, region: str) -> str:
    """The names of a word's letters: efe be i."""
    called = _letters(region)
    return " ".join(called.get(letter, letter) for letter in word.lower())


def readable(word: str) -> bool:
    """True if a word can be pronounced in Spanish (ONU); False if it must be spelled (FBI)."""
    plain = _DOUBLED.sub(r"\1", word.lower()) if len(word) >= _SHORTEST_DOUBLED else word.lower()
    plain = _HISSED.sub("s", plain)
    if len(word) >= _SHORTEST_LOANWORD and word.isupper() and _LOANWORD.search(plain):
        plain = plain[:-1]
    return bool(_SYLLABLES.fullmatch(plain)) or word.lower() in words("readable")


def is_english(small: str) -> bool:
    """True for an English word of the data, also in the plural: bits, flags."""
    known = words("english")
    return small in known or (len(small) > SHORTEST_FOREIGN - 1 and small[-1] == "s" and small[:-1] in known)


def parted(said: str, region: str, *, typed: bool = False) -> str:
    """Words, of which those that nobody can say are said in their pieces: get uve doble char."""
    return " ".join(_in_pieces(word, region, typed=typed) for word in said.split(" "))


def _in_pieces(word: str, region: str, *, typed: bool) -> str:
    if not word.islower() or not word.isascii() or _VOWEL_OR_Y.isdisjoint(word):
        return word
    found = pieces(word, typed=typed)
    return " ".join(spell(part.text, region) if part.spelled else part.text for part in found) or word


def typed(piece: str, region: str) -> str:
    """A part of a name as it is typed: a word, or spelled, but for a word at its end: fs tab, ms dos."""
    return parted(_typed(piece, region), region, typed=True)


def _typed(piece: str, region: str) -> str:
    mixed = not piece.islower() and not piece.isupper()
    headed = (with_acronym(piece, region) if mixed else with_head(piece, region)) or piece
    if headed != piece:
        return headed
    if as_word(piece) or piece in words("typed"):
        return with_acronym(piece, region) if piece[-2:].isupper() and not piece.isupper() else piece
    known = (end for end in HEADS if is_english(piece[end:]))
    head = next(known, next((end for end in HEADS if _is_tail(piece[end:], end)), 0))
    return f"{spell(piece[:head], region)} {piece[head:]}" if head else spell(piece, region)


def with_acronym(word: str, region: str) -> str:
    """A word with the acronym in it spelled: Open uve pe ene, pe pe pe o e; as it is where it has none."""
    if is_english(word.lower()):
        return word  # SHell
    if _VOWEL_OR_Y.isdisjoint(word.lower()):
        return spell(word, region)
    if said := _with_letters(word, region):
        return said
    end, start = _WITH_ACRONYM.fullmatch(word), _BEFORE_SMALL.fullmatch(word)
    if end and not readable(end["letters"]):
        kept = end["word"] if len(end["word"]) > 1 else spell(end["word"], region)
        return f"{kept} {spell(end['letters'], region)}"
    last = LAST_LETTER.fullmatch(word)
    if last:
        return f"{last['word']} {spell(last['letter'], region)}"
    if start and start["all"] and word[-1].isupper() and not readable(word):
        return spell(word, region)  # UPnP
    if start and not readable(word) and not readable(start["letters"] or start["all"][:2]):
        if start["rest"] and is_english(start["rest"][1:]) and not is_english(start["rest"].lower()):
            return f"{spell(start['letters'] + start['rest'][0], region)} {start['rest'][1:]}"  # TVout
        if start["rest"] and not VOWEL.search(start["rest"].upper()):
            return spell(word, region)
        return f"{spell(start['letters'] or start['all'], region)} {start['rest'] or ''}".strip()
    return word


def _with_letters(word: str, region: str) -> str:
    """A name with the letters before its word spelled, as classes are called: GtkBox, SVGAlib; else ""."""
    prefixed = _PREFIXED.fullmatch(word)
    if prefixed:
        return f"{spell(prefixed['letters'], region)} {prefixed['rest']}"
    return _in_known(word.lower(), region) if _RUN_ON.fullmatch(word) else ""


def _in_known(small: str, region: str) -> str:
    """A name that is made of known pieces alone, said in them; else ""."""
    found = pieces(small)
    return parted(small, region) if found and all(piece.known for piece in found) else ""


def as_word(piece: str) -> bool:
    """True if a part of a link or a code is said as a word, foreign ones included: gmail, Bash, hashtag."""
    if readable(piece) or is_english(piece.lower()):
        return True
    foreign = len(piece) >= SHORTEST_FOREIGN and not piece.isupper() and VOWEL.search(piece.upper())
    tailed = len(piece) <= _LONGEST_SPELLED or any(_is_tail(piece[end:], end) for end in HEADS)
    return bool(foreign) and not (tailed and _NO_ONSET.match(piece.lower()))


def _is_tail(rest: str, letters: int) -> bool:
    """True if what follows so many letters is a word by itself: a known one, or any after two."""
    word = letters > 1 and _TAIL.fullmatch(rest) is not None and readable(rest.removesuffix("s"))
    return is_english(rest) or word


def with_head(word: str, region: str) -> str:
    """A small name that begins as no word does, its first letters spelled: efe ese name, ene map; else ""."""
    if not word.isascii() or not word.islower() or _BEGINS.match(word) or word in words("said"):
        return ""
    if word[0] in "aeiou" or _VOWEL_OR_Y.isdisjoint(word) or _TRIPLED.match(word):
        return ""
    said = _in_known(word, region)
    if said not in ("", word):
        return said
    head = _head(word)
    if head:
        return f"{spell(word[:head], region)} {parted(word[head:], region, typed=True)}"
    return spell(word, region) if len(word) <= _LONGEST_BEGINNING else ""


def begins_word(small: str) -> bool:
    """True if a word may begin so, in Spanish or in a language that it borrows from."""
    return _BEGINS.match(small) is not None


def _head(word: str) -> int:
    """How many letters of a name are spelled before the word at its end; 0 if none is."""
    known = [end for end in _KNOWN_HEADS if is_english(word[end:])]
    spelled = known and _VOWEL_OR_Y.isdisjoint(word[: known[0]])  # smtp user, but eme deltree
    if known and (known[0] <= HEADS[-1] or spelled or len(word) - known[0] >= _LONG_TAIL):
        return known[0]
    heads = (end for end in _KNOWN_HEADS if word[:end] in words("head") and len(word) - end >= _SHORTEST_TAIL)
    ended = (end for end in _ENDED_HEADS if _ends_word(word[end:], end))
    return next((end for end in heads if as_word(word[end:])), next(ended, known[0] if known else 0))


def _ends_word(rest: str, letters: int) -> bool:
    """True if what follows so many letters can be said: a syllable and more, or a longer word after one."""
    if len(rest) < _SHORTEST_TAIL or not _BEGINS.match(rest) or rest[0] in "aeiou":
        return False
    long = letters < HEADS[-1] and len(rest.removesuffix("s")) >= _LONG_TAIL
    said = readable(rest.removesuffix("s")) or (len(rest) >= SHORTEST_FOREIGN and as_word(rest))
    return said and (long or _TAIL.fullmatch(rest) is not None)


@functools.cache
def _letters(region: str) -> dict[str, str]:
    return names(overrides().symbol, region) | names(overrides().letter, region)
