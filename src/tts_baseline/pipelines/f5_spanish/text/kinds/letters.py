"""Acronyms that are no words, initials and single letters: spelled by the names of their letters."""

from __future__ import annotations

import functools
import re

from tts_baseline.pipelines.f5_spanish.text.amounts import cardinal
from tts_baseline.pipelines.f5_spanish.text.overrides import names, overrides, words
from tts_baseline.pipelines.f5_spanish.text.rules import (
    CAPITALS,
    CONSONANTS,
    LETTER,
    MIXED,
    Paragraph,
    Rule,
    Said,
)
from tts_baseline.pipelines.f5_spanish.text.sentences import ends_sentence

# A word can be read if it consists of Spanish syllables: at most two consonants before the vowels, few after.
# Possessive quantifiers, so that any other long word is rejected at once.
_SYLLABLES = re.compile(
    r"(?:(?:[bcfgkpt]r|[bcfgkpt]l|dr|ch|ll|qu(?=[eiéí])|[bcdfghjklmnñpqrstvwxyz])?[aeiouáéíóúü]++"
    r"(?:(?:[nbrl]s|[bcdfgjklmnprstvxyz])(?![aeiouáéíóúü]))?)++"
)
# Five consonants and more in a row, as no language that Spanish borrows from has them: ONSGMLS, RECVTTL.
_RUN = r"(?!\w*(?:nstr|tch|ngth|ckst|wnst|ght))[a-z]*?[b-df-hj-np-tv-xz]{5}[a-z]*"
UNSAYABLE = re.compile(rf"(?=[A-Z]{{7,12}}\Z)(?i:{_RUN})")
_ACRONYM = re.compile(
    r"(?<![^\W_])(?:[A-ZÑ]{2,6}(?:['’]?s\b)?|[B-DF-HJ-NP-TV-XZ]{7,12}"
    rf"|(?=[A-Z]{{7,12}}(?![^\W_]))(?i:{_RUN}))(?![^\W_])"
)
_WITH_ACRONYM = re.compile(
    r"(?<![^\W_])(?P<word>[A-Z]?[a-z]{2,}|[A-Z][a-z]|[a-z])(?P<letters>[A-Z]{2,5})(?![^\W_])"
)
_BEFORE_SMALL = re.compile(
    r"(?:(?P<letters>[A-ZÑ]{1,5})(?P<rest>[A-ZÑ][a-z]{2,})|(?P<all>[A-ZÑ]{2,5}[a-z][A-Z]?))"
)
_IN_NAME = re.compile(
    r"(?<![^\W_])(?:(?:[A-Z]?[a-z]{2,}|[A-Z][a-z]|[a-z])[A-Z]{2,5}|[A-ZÑ]{2,6}(?!s\b)[a-z]+[A-Z]?"
    r"|[b-df-hj-np-tv-xz]{2,4}[B-DF-HJ-NP-TV-XZ])(?![^\W_])"
)
_LAST_LETTER = re.compile(
    r"(?<![^\W_])(?P<word>[A-Z]?[a-z]{4,}|Ctrl|Alt)(?P<letter>[B-DF-HJ-NP-TV-XZ])(?P<numbers>(?:\.\d{1,3})*)(?![^\W_])"
)
_NO_VOWEL = re.compile(
    r"(?<![^\W_])(?<![^\W_]['’])(?i:[b-df-hj-np-tv-xz])[b-df-hj-np-tv-xz]{1,5}(?![^\W_]|['’.]\w)"
)
TITLES = frozenset("br cf dr dra fr jr lt ltd mr mrs ms nr ph sgt sr st".split())  # noqa: SIM905 (with a capital)
_INTERJECTION = re.compile(r"(?:t?s+[hkt]*|p+s+t*|h*m+h*|b+r+|g+r+|z+|p+f+[st]*|j+|tch?|sh+|x+d+)\Z")
_DOTTED = re.compile(
    r"(?<![^\W_])(?:[A-ZÑ]\.){2,6}(?:s\b)?(?![^\W_]| [A-ZÁÉÍÓÚÑ][a-z])|(?<![^\W_])(?:[A-ZÑ]\.){3,6}(?![^\W_])"
)
_INITIAL = re.compile(r"(?<![^\W_])(?<![^\W_]['’])([A-ZÁÉÍÓÚÑ])\.(?=\s?[A-ZÁÉÍÓÚÑ]| [a-záéíóúñ]{2})")
# An apostrophe makes a letter part of a word: d'Or, McDonald's, Guns N' Roses; unless it quotes the letter.
_LETTER = re.compile(
    r"(?<![^\W_])(?<![^\W_]['’])[b-df-hj-np-tv-xzñB-DF-HJ-NP-TV-XZÑ](?![^\W_])(?:(?!['’])|(?<=['’‘`#:\\].)(?=['’]\W)|(?<=\s[b-df-hj-mp-tv-xz])(?=['’][\s.,)]))"
)
_WITH_WORD = re.compile(r"(?<![^\W_])[A-Z]{5,12}(?![^\W_])")
_SYLLABLE = re.compile("[aeiouy]")
_VOWEL_OR_Y = frozenset("aeiouyáéíóúü")
_VOWEL = re.compile("[AEIOU]")
_FIGURE = re.compile(
    r"\b(?:rectas?|segmentos?|lados?|arcos?|vector(?:es)?|cuerdas?|ángulos?|triángulos?|diagonal(?:es)?) \Z"
)
_KEY_BEFORE = re.compile(r"\b(?:Ctrl|Control|Alt|Esc|Mayús|Shift|Meta|Super)[-+]\Z")
_FOLLOWER = re.compile(r" ([^\W\d_]{2,})")
# Three consonants that begin no syllable, in no language that Spanish borrows from: tmpdir.
_NO_ONSET = re.compile(r"(?!s[cpt][hlr]|[cpst]h[lr])[^\W\daeiouyáéíóúü]{3}|q(?!u)")
_HEADS = (1, 2, 3)  # chosen: letters before the word at the end of a name, as cd rom
_TAIL = re.compile(r"[b-df-hj-np-tv-z][aeiou]\w+")
_DOUBLED = re.compile(r"([bdfgmnpst])\1(?=[aeiou]|\Z)")
_SHORTEST_DOUBLED = 6  # chosen: shorter ones are acronyms, as ADSSL
_LOANWORD = re.compile(r"[lnr][dt]\Z|[cps]t\Z|rm\Z")
_SHORTEST_LOANWORD = 5  # chosen: shorter ones are acronyms, as ADNT; RESULT and IMPORT are words
_SHORTEST = 2
_LONGEST_SPELLED = 6  # chosen: nobody spells nsswitch
_SHORTEST_FOREIGN = 4  # chosen: html and jpg are spelled, gmail and Bash are not
_LENGTH_OF_KEY = len("Ctrl") + 1
_FIRST_WORD = re.compile(r"\s([^\W\d_]+)")


def rules(region: str) -> tuple[Rule, ...]:
    """The rules for acronyms, initials and letters."""
    return (
        Rule("letters before a word", "acronym", (CAPITALS,), _WITH_WORD, _say_with_word),
        Rule("acronym", "acronym", (CAPITALS,), _ACRONYM, _say_acronym),
        Rule("acronym in a name", "acronym", (CAPITALS, MIXED), _IN_NAME, _say_with_acronym),
        Rule("letter of a name", "letter", (MIXED,), _LAST_LETTER, _say_last_letter),
        Rule("letters without a vowel", "acronym", (CONSONANTS,), _NO_VOWEL, _say_consonants),
        Rule("dotted acronym", "acronym", (LETTER,), _DOTTED, _say_dotted),
        Rule("initial", "initial", (LETTER,), _INITIAL, _say_initial),
        Rule("letter", "letter", (LETTER,), _LETTER, _say_letter),
    )


def spell(word: str, region: str) -> str:
    """The names of a word's letters: efe be i."""
    called = _letters(region)
    return " ".join(called.get(letter, letter) for letter in word.lower())


def typed(piece: str, region: str) -> str:
    """A part of a name as it is typed: a word, or spelled, but for a word at its end: fs tab, ms dos."""
    if as_word(piece) or piece in words("typed"):
        return with_acronym(piece, region) if piece[-2:].isupper() and not piece.isupper() else piece
    known = (end for end in _HEADS if is_english(piece[end:]))
    head = next(known, next((end for end in _HEADS if _is_tail(piece[end:], end)), 0))
    return f"{spell(piece[:head], region)} {piece[head:]}" if head else spell(piece, region)


def _is_tail(rest: str, letters: int) -> bool:
    """True if what follows so many letters is a word by itself: a known one, or any after two."""
    word = letters > 1 and _TAIL.fullmatch(rest) is not None and readable(rest.removesuffix("s"))
    return is_english(rest) or word


def as_word(piece: str) -> bool:
    """True if a part of a link or a code is said as a word, foreign ones included: gmail, Bash, hashtag."""
    if readable(piece) or is_english(piece.lower()):
        return True
    foreign = len(piece) >= _SHORTEST_FOREIGN and not piece.isupper() and _VOWEL.search(piece.upper())
    tailed = len(piece) <= _LONGEST_SPELLED or any(_is_tail(piece[end:], end) for end in _HEADS)
    return bool(foreign) and not (tailed and _NO_ONSET.match(piece.lower()))


def is_english(small: str) -> bool:
    """True for an English word of the data, also in the plural: bits, flags."""
    known = words("english")
    return small in known or (len(small) > _SHORTEST_FOREIGN - 1 and small[-1] == "s" and small[:-1] in known)


def readable(word: str) -> bool:
    """True if a word can be pronounced in Spanish (ONU); False if it must be spelled (FBI)."""
    plain = _DOUBLED.sub(r"\1", word.lower()) if len(word) >= _SHORTEST_DOUBLED else word.lower()
    if len(word) >= _SHORTEST_LOANWORD and word.isupper() and _LOANWORD.search(plain):
        plain = plain[:-1]
    return bool(_SYLLABLES.fullmatch(plain)) or word.lower() in words("readable")


def _word(letters: str, paragraph: Paragraph) -> bool:
    """True for capitals that are read as a word; where all is shouted, nothing tells ROCK from ADN."""
    if len(letters) == _SHORTEST and not paragraph.shouted:
        return letters.lower() in words("short")
    known = readable(letters) or is_english(letters.lower())
    return known or (paragraph.shouted and _VOWEL.search(letters) is not None)


def _say_acronym(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    letters = match.group().removesuffix("s").rstrip("'’")
    figure = _FIGURE.search(paragraph.before(match.start()))
    spelled = figure or (len(letters) > _SHORTEST and len(set(letters)) == 1)  # AAAA, as years are written
    return None if _word(letters, paragraph) and not spelled else Said(spell(letters, paragraph.region))


def _say_with_word(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    """Letters before a word, as variables and functions are called: LDFLAGS is ele de flags."""
    small = match.group().lower()
    heads = (
        end
        for end in _HEADS
        if len(small) - end >= _SHORTEST_FOREIGN and small[end:] in words("english") | words("function")
    )
    head = next(heads, 0)
    if not head or readable(small) or small in words("english") or paragraph.shouted:
        return None
    word = _SYLLABLE.search(small[:head])
    return Said(f"{small[:head] if word else spell(small[:head], paragraph.region)} {small[head:]}")


def with_acronym(word: str, region: str) -> str:
    """A word with the acronym in it spelled: Open uve pe ene, pe pe pe o e; as it is where it has none."""
    if is_english(word.lower()):
        return word  # SHell
    if _VOWEL_OR_Y.isdisjoint(word.lower()):
        return spell(word, region)
    end, start = _WITH_ACRONYM.fullmatch(word), _BEFORE_SMALL.fullmatch(word)
    if end and not readable(end["letters"]):
        kept = end["word"] if len(end["word"]) > 1 else spell(end["word"], region)
        return f"{kept} {spell(end['letters'], region)}"
    last = _LAST_LETTER.fullmatch(word)
    if last:
        return f"{last['word']} {spell(last['letter'], region)}"
    if start and start["all"] and word[-1].isupper() and not readable(word):
        return spell(word, region)  # UPnP
    if start and not readable(word) and not readable(start["letters"] or start["all"][:2]):
        if start["rest"] and not _VOWEL.search(start["rest"].upper()):
            return spell(word, region)
        return f"{spell(start['letters'] or start['all'], region)} {start['rest'] or ''}".strip()
    return word


def _say_with_acronym(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    said = with_acronym(match.group(), paragraph.region)
    return None if said == match.group() else Said(said)


def _say_last_letter(match: re.Match[str], paragraph: Paragraph) -> Said:
    """A letter at the end of a name: Datos equis."""
    numbers = "".join(f" punto {cardinal(number)}" for number in match["numbers"].split(".")[1:])
    word = "control" if match["word"] == "Ctrl" else match["word"]
    return Said(f"{word} {spell(match['letter'], paragraph.region)}{numbers}")


def _say_consonants(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    """Small letters without a vowel, as commands are called, are spelled; interjections are not."""
    word = match.group()
    if word in _units() and paragraph.word_before(match.start()).lower() in words("counted"):
        return Said(_units()[word])
    small = word.lower()
    if small.startswith("ctrl") and len(small) == _LENGTH_OF_KEY:  # two keys that run together
        return Said(f"control {spell(small[-1], paragraph.region)}")
    said = _INTERJECTION.match(small) or (
        word != small and (small in TITLES or paragraph.text[match.end() : match.end() + 1] == ".")
    )
    return None if said else Said(spell(word, paragraph.region))


def _say_dotted(match: re.Match[str], paragraph: Paragraph) -> Said:
    letters = match.group().replace(".", "").removesuffix("s")
    spoken = letters if _word(letters, paragraph) else spell(letters, paragraph.region)
    return Said(spoken, point=_ends_sentence(paragraph.text[match.end() : match.end() + 80]))


def _say_initial(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    """A name's initial, unless the letter is a name itself (el grupo B) and its point ends a sentence."""
    if _KEY_BEFORE.search(paragraph.before(match.start())):
        return None
    after = paragraph.word_before(match.start())
    follower = _FOLLOWER.match(paragraph.text, match.end())
    opens = follower.group(1) if follower else ""
    opener = opens[:1].isupper() and opens.lower() in words("not-noun")
    if after.lower() in words("before-letter") or (opener and after.islower()) or opens in words("opener"):
        return None
    return Said(spell(match.group(1), paragraph.region))


def _say_letter(match: re.Match[str], paragraph: Paragraph) -> Said:
    return Said(spell(match.group(), paragraph.region))


def _ends_sentence(rest: str) -> bool:
    """True if the point after initials also ends the sentence; not before a surname (J. R. R. Tolkien)."""
    following = _FIRST_WORD.match(rest)
    opener = following is not None and following.group(1).lower() in words("not-noun")
    return ends_sentence(rest, capital=opener)


@functools.cache
def _units() -> dict[str, str]:
    """What signs of units say without a number: los km."""
    return {sign: row.many for row in overrides().unit for sign in row.written}


@functools.cache
def _letters(region: str) -> dict[str, str]:
    return names(overrides().symbol, region) | names(overrides().letter, region)
