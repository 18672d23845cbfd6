"""The tokenization: words and marks with their offsets, and each word's syllables and stress."""

from __future__ import annotations

import itertools
import re
from typing import Literal

from tts_baseline.pipelines.f5_spanish.plan import Token

# A number keeps its separators, so that none ends a clause or a sentence.
_TOKEN = re.compile(
    r"""(?P<word> \d+ (?:[.,:/]\d+)+ | [^\W_] (?:[^\W_]|[\u0300-\u036f]|['’](?=[^\W_]))* )
    | [.!?…]+ | [¿¡]+ | [-‐‑‒–—―]+ | \S""",
    re.VERBOSE,
)
_OPENING = frozenset("([{«“‘‹")
_CLOSING = frozenset(",;:.!?…)]}»”’›")

# Classes of letters for syllables: e and o are the open vowels (e is separate because of gue and que).
_CLASSES = {
    "e": "eéèêëēĕėęě",
    "o": "aáàâäãåāăąæoóòôöõøōőœ",
    "í": "íìïî",
    "ú": "úùûů",
    "i": "iīįı",
    "u": "uūű",
    "ü": "ü",
}
_CLASS = {ord(c): name for name, letters in _CLASSES.items() for c in letters + letters.upper()}
_CLASS |= {code: chr(code).lower() for code in range(ord("A"), ord("Z") + 1) if code not in _CLASS}
_SILENT_U = re.compile(r"(?<=[gq])u(?=[eií])")
_VOWEL_Y = re.compile(r"y(?![eoíúiuü])")
# A diphthong or triphthong is one nucleus, also across h (RAE 2010: prohi-bir); hue and hui begin a new one.
_NUCLEUS = re.compile(
    r"""(?:[iuü]h?)? [eo] (?: h?[iuü](?![eoíúiuü]) )?
    | (?:[uü]h?)? í | (?:ih?)? ú
    | ih?[uü](?![eoíúiuü]) | [uü]h?i(?![eoíúiuü]) | [iuü]""",
    re.VERBOSE,
)
_ONSET = re.compile(r"(?:ch|ll|rr|th|ph|[gq]\.|[bcdfgkptv]r|[bcfgkpv]l|.)$")
_ACCENT = re.compile("[áéíóúÁÉÍÓÚ]")
# Words that end in a vowel, or in n or s after one, have the stress on the last syllable but one. Here a
# final y (rey) is a consonant.
_DIPHTHONG_Y = re.compile(r"[aeiouAEIOU][yY]$")
_PENULTIMATE = re.compile(r"[eoíúiuü][ns]?$")


def word_set(words: str) -> frozenset[str]:
    """A set of words, from one string."""
    return frozenset(words.split())


# RAE, Ortografía (2010), II 2.3.1.2. For forms that are also stressed words (bajo, como, sobre, para), the
# more common reading counts; so medio and luego are not listed.
UNSTRESSED = word_set(
    """el la lo los las al del mi mis tu tus su sus nuestro nuestra nuestros nuestras vuestro vuestra vuestros
    vuestras me te se le les nos os a ante bajo cabe con contra de desde durante en entre hacia hasta mediante
    para por sin so sobre tras y e ni o u que si pero mas sino aunque porque pues conque como cuando donde
    adonde mientras quien quienes cuyo cuya cuyos cuyas cuanto cuanta cuantos cuantas tan aun don doña fray
    san sor"""
)


def tokenize(text: str) -> tuple[Token, ...]:
    """The words and marks of a text, in order; between tokens there is only white space.

    Runs such as `...`, `?!` and `¿¡` are one mark. A word without a vowel, and a number that was not read
    out, is one stressed syllable.
    """
    tokens = []
    for match in _TOKEN.finditer(text):
        piece, (start, end) = match.group(), match.span()
        if match.lastgroup:
            syllables, stress = analyse(piece)
            tokens.append(Token(text=piece, start=start, end=end, syllables=syllables, stress=stress))
        else:
            tokens.append(Token(text=piece, start=start, end=end, kind="mark"))
    return tuple(tokens)


def side(token: Token) -> Literal["opening", "closing", "neither"]:
    """Whether a mark belongs to the word after it (¿, «), to that before it (a comma, ?), or to neither."""
    if token.kind == "word":
        return "neither"
    if token.text[0] in "¿¡" or token.text in _OPENING:
        return "opening"
    return "closing" if token.text[0] in _CLOSING else "neither"


def analyse(word: str) -> tuple[tuple[str, ...], int | None]:
    """A word's syllables, in its own spelling, and the index of the stressed one.

    The index is None for unstressed function words. Adverbs in -mente have two stresses, of which the second,
    main one is given.
    """
    shape = _shape(word)
    syllables = _split(word, shape)
    if word.lower() in UNSTRESSED:
        return syllables, None
    return syllables, _stress(word, syllables, shape)


def _shape(word: str) -> str:
    """The word with each letter replaced by its class, with the same length."""
    shape = word.translate(_CLASS)
    if "g" in shape or "q" in shape:
        shape = _SILENT_U.sub(".", shape)
    if "y" in shape:
        shape = _VOWEL_Y.sub("i", shape)
    return shape


def _split(word: str, shape: str) -> tuple[str, ...]:
    cuts = [0]
    before = None
    for nucleus in _NUCLEUS.finditer(shape):
        if before is not None:
            onset = _ONSET.search(shape, before, nucleus.start())
            cuts.append(onset.start() if onset else nucleus.start())
        before = nucleus.end()
    cuts.append(len(word))
    return tuple(word[start:end] for start, end in itertools.pairwise(cuts))


def _stress(word: str, syllables: tuple[str, ...], shape: str) -> int:
    """The index of the stressed syllable, by the rules of written accents (RAE 2010, II 3.2)."""
    last = len(syllables) - 1
    if last > 0 and shape.endswith("mente"):
        return last - 1
    for index, syllable in enumerate(syllables):
        if _ACCENT.search(syllable):
            return index
    oxytone = _DIPHTHONG_Y.search(word) or not _PENULTIMATE.search(shape)
    return last if oxytone else max(0, last - 1)
