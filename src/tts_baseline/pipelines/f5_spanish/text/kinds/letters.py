"""Acronyms that are no words, initials and single letters: spelled by the names of their letters."""

from __future__ import annotations

import functools
import re

from tts_baseline.pipelines.f5_spanish.text.amounts import cardinal
from tts_baseline.pipelines.f5_spanish.text.kinds.spelling import (
    HEADS,
    LAST_LETTER,
    SHORTEST_FOREIGN,
    VOWEL,
    as_word,
    begins_word,
    is_english,
    parted,
    readable,
    spell,
    with_acronym,
    with_head,
)
from tts_baseline.pipelines.f5_spanish.text.overrides import overrides, words
from tts_baseline.pipelines.f5_spanish.text.rules import (
    BEGINNING,
    CAPITALS,
    CONSONANTS,
    LETTER,
    MIXED,
    UNSAID,
    Paragraph,
    Rule,
    Said,
)
from tts_baseline.pipelines.f5_spanish.text.sentences import ends_sentence

# Five consonants and more in a row, as no language that Spanish borrows from has them: ONSGMLS, RECVTTL.
_RUN = r"(?!\w*(?:nstr|tch|ngth|ckst|wnst|ght))[a-z]*?[b-df-hj-np-tv-xz]{5}[a-z]*"
UNSAYABLE = re.compile(rf"(?=[A-Z]{{7,12}}\Z)(?i:{_RUN})")
_ACRONYM = re.compile(
    r"(?<![^\W_])(?:[A-ZÑ]{2,6}(?:['’]?s\b)?|[B-DF-HJ-NP-TV-XZ]{7,12}"
    rf"|(?=[A-Z]{{7,12}}(?![^\W_]))(?i:{_RUN}))(?![^\W_])"
)
_IN_NAME = re.compile(
    r"(?<![^\W_])(?:(?:[A-Z]?[a-z]{2,}|[A-Z][a-z]|[a-z])[A-Z]{2,5}|[A-ZÑ]{2,6}(?!s\b)[a-z]+(?:(?:[A-Z][a-z]+)+|[A-Z]?)"
    r"|[b-df-hj-np-tv-xz]{2,4}[B-DF-HJ-NP-TV-XZ]|(?!Mc)[B-DF-HJ-NP-TV-Z][b-df-hj-np-tv-xz]{1,3}(?:[A-Z][a-z]+)+)(?![^\W_])"
)
_NO_VOWEL = re.compile(
    r"(?<![^\W_])(?<![^\W_]['’])(?i:[b-df-hj-np-tv-xz])[b-df-hj-np-tv-xz]{1,6}(?![^\W_]|['’.]\w)"
)
_BEGINNING = re.compile(r"(?<![^\W_])(?<![^\W_]['’.@-])[a-z]{3,}(?![^\W_]|['’]\w|\. ?[a-záéíóúñ\d])")
TITLES = frozenset("br cf dr dra fr jr lt ltd mr mrs ms nr ph sgt sr st".split())  # noqa: SIM905 (with a capital)
_INTERJECTION = re.compile(r"(?:t?s+[hkt]*|p+s+t*|h*m+h*|b+r+|g+r+|z+|p+f+[st]*|j+|tch?|sh+|x+d+)\Z")
_DOTTED = re.compile(
    r"(?<![^\W_])(?:[A-ZÑ]\.){2,6}(?:s\b)?(?![^\W_]| [A-ZÁÉÍÓÚÑ][a-z])|(?<![^\W_])(?:[A-ZÑ]\.){3,6}(?![^\W_])"
)
_INITIAL = re.compile(r"(?<![^\W_])(?<![^\W_]['’])([A-ZÁÉÍÓÚÑ])\.(?=\s?[A-ZÁÉÍÓÚÑ]| [a-záéíóúñ]{2}|[,;])")
# An apostrophe makes a letter part of a word: d'Or, McDonald's, Guns N' Roses; unless it quotes the letter.
_LETTER = re.compile(
    r"(?<![^\W_])(?<![^\W_]['’])[b-df-hj-np-tv-xzñB-DF-HJ-NP-TV-XZÑ](?![^\W_])(?:(?!['’])|(?<=['’‘`#:\\].)(?=['’]\W)|(?<=\s[b-df-hj-mp-tv-xz])(?=['’][\s.,)]))"
)
_WITH_WORD = re.compile(r"(?<![^\W_])[A-Z]{5,12}(?![^\W_])")
_OPENING, _CLOSING = frozenset("«“\"'‘`"), frozenset("»”\"'’")
_SYLLABLE = re.compile("[aeiouy]")
_FIGURE = re.compile(
    r"\b(?:rectas?|segmentos?|lados?|arcos?|vector(?:es)?|cuerdas?|ángulos?|triángulos?|diagonal(?:es)?) \Z"
)
_KEY_BEFORE = re.compile(r"\b(?:Ctrl|Control|Alt|Esc|Mayús|Shift|Meta|Super)[-+]\Z")
_FOLLOWER = re.compile(r" ([^\W\d_]{2,})")
_CRIED_AFTER = re.compile(r"!")
_CRY = 5  # chosen: shorter ones may be acronyms, as ¡BBVA!
_SHORTEST = 2
_LENGTH_OF_KEY = len("Ctrl") + 1
_FIRST_WORD = re.compile(r"\s([^\W\d_]+)")


def rules(region: str) -> tuple[Rule, ...]:
    """The rules for acronyms, initials and letters."""
    return (
        Rule("letters before a word", "acronym", (CAPITALS,), _WITH_WORD, _say_with_word),
        Rule("acronym", "acronym", (CAPITALS,), _ACRONYM, _say_acronym),
        Rule("acronym in a name", "acronym", (CAPITALS, MIXED), _IN_NAME, _say_with_acronym),
        Rule("letter of a name", "letter", (MIXED,), LAST_LETTER, _say_last_letter),
        Rule("letters without a vowel", "acronym", (CONSONANTS,), _NO_VOWEL, _say_consonants),
        Rule("name that begins with letters", "acronym", (BEGINNING,), _BEGINNING, _say_beginning),
        Rule("name in its pieces", "acronym", (UNSAID,), _BEGINNING, _say_pieces),
        Rule("dotted acronym", "acronym", (LETTER,), _DOTTED, _say_dotted),
        Rule("initial", "initial", (LETTER,), _INITIAL, _say_initial),
        Rule("letter", "letter", (LETTER,), _LETTER, _say_letter),
    )


def _word(letters: str, paragraph: Paragraph) -> bool:
    """True for capitals that are read as a word; where all is shouted, nothing tells ROCK from ADN."""
    if len(letters) == _SHORTEST and not paragraph.shouted:
        return letters.lower() in words("short")
    known = readable(letters) or is_english(letters.lower())
    return known or (paragraph.shouted and VOWEL.search(letters) is not None)


def _say_acronym(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    letters = match.group().removesuffix("s").rstrip("'’")
    figure = _FIGURE.search(paragraph.before(match.start()))
    if len(letters) >= _CRY and _CRIED_AFTER.match(paragraph.text, match.end()) and VOWEL.search(letters):
        return None  # ¡GROARR!
    spelled = figure or (len(letters) > _SHORTEST and len(set(letters)) == 1)  # AAAA, as years are written
    return None if _word(letters, paragraph) and not spelled else Said(spell(letters, paragraph.region))


def _say_with_word(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    """Letters before a word, as variables and functions are called: LDFLAGS is ele de flags."""
    small = match.group().lower()
    heads = (
        end
        for end in HEADS
        if len(small) - end >= SHORTEST_FOREIGN and small[end:] in words("english") | words("function")
    )
    head = next(heads, 0)
    if not head or readable(small) or small in words("english") or paragraph.shouted:
        return None
    word = _SYLLABLE.search(small[:head])
    if not word and begins_word(small) and as_word(small):
        return None  # GLINT
    return Said(f"{small[:head] if word else spell(small[:head], paragraph.region)} {small[head:]}")


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
    said = (word != "ssh" and _INTERJECTION.match(small)) or (
        word != small and (small in TITLES or paragraph.text[match.end() : match.end() + 1] == ".")
    )
    return None if said else Said(spell(word, paragraph.region))


def _say_beginning(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    said = with_head(match.group(), paragraph.region)
    return Said(said) if said else None


def _say_pieces(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    """A name that nobody can say, in its pieces; before brackets it is a function: getpwuid()."""
    after = paragraph.text[match.end() : match.end() + 1]
    quoted = after in _CLOSING and paragraph.text[match.start() - 1 : match.start()] in _OPENING
    said = parted(match.group(), paragraph.region, typed=after == "(" or quoted)
    return None if said == match.group() else Said(said)


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
