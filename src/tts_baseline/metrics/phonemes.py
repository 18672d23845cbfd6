"""How a Spanish word sounds, by the rules of its spelling: what is written otherwise and sounds alike."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

_SESEO = re.compile(r"θ")
_WITH_DISTINCTION = frozenset({"castilian"})
# Names whose x is a j.
_MEXICAN_X = re.compile(r"^(m[eé]|oa|t[eé])x(?=i[ck]|ac|a[ns])")
_VOWELS = "aeiouáéíóúü"
# From spelling to sounds, in this order.
_SPELLING: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(written), said)
    for written, said in (
        (r"^ps(?=[aeiouáéíóú])", "s"),
        (r"^hi(?=e)", "ʝ"),
        (r"^h?u(?=[eéií])", "gü"),
        (r"ch", "ʧ"),
        (r"sh", "ʃ"),
        (r"h", ""),
        (r"ll|y(?=[aeiouáéíóú])", "ʝ"),
        (r"y", "i"),
        (r"qu(?=[eiéí])", "k"),
        (r"gu(?=[eiéí])", "ɡ"),
        (r"g(?=[eiéí])|j", "χ"),
        (r"g", "ɡ"),
        (r"^x|x(?=[^aeiouáéíóú])", "s"),
        (r"x", "ks"),
        (r"χ", "x"),
        (r"c(?=[eiéí])|z", "θ"),
        (r"[cq]", "k"),
        (r"v", "b"),
        (r"n(?=[bpm])", "m"),
        (r"^r|rr|(?<=[nls])r", "R"),
        (r"ü", "u"),
    )
)
_ACCENTS = str.maketrans("áéíóú", "aeiou")
_ACCENTED = str.maketrans("aeiou", "áéíóú")
_DOUBLED = re.compile(r"([^aeiouáéíóú])\1+")
_NUCLEUS = re.compile(r"[aeiouáéíóú]+")
_WEAK, _STRONG = "iu", "aeoáéíóú"


@functools.lru_cache(maxsize=2**14)
def phonemes(word: str, region: str = "neutral") -> str:
    """The sounds of a word in lower case, a letter each; accented is the stressed vowel, if there are two.

    b and v, h and nothing, ll and y, ge and je are one sound everywhere; c, z and s are in every region but
    Castile's. Accents that tell no stress (tú and tu) are left out. Signs that are no Spanish letter stay.
    """
    spelled = _MEXICAN_X.sub(lambda match: f"{match[1]}χ", word)
    for written, said in _SPELLING:
        spelled = written.sub(said, spelled)
    if region not in _WITH_DISTINCTION:
        spelled = _SESEO.sub("s", spelled)
    return _stressed(_DOUBLED.sub(r"\1", spelled))


def as_phonemes(words: Sequence[str], region: str = "neutral") -> list[str]:
    """The sounds of each word."""
    return [phonemes(word, region) for word in words]


def joined(words: tuple[str, ...], region: str = "neutral") -> str:
    """The sounds of words that follow each other: without stress, and of two equal vowels that meet, one."""
    said = ""
    for word in words:
        sounds = phonemes(word, region).translate(_ACCENTS)
        said += sounds[1:] if said and sounds[:1] == said[-1] else sounds
    return said


def _stressed(sounds: str) -> str:
    """The sounds with the accent where the stress is, and nowhere else."""
    nuclei = [place for match in _NUCLEUS.finditer(sounds) for place in _nuclei(match[0], match.start())]
    bare = sounds.translate(_ACCENTS)
    if len(nuclei) < 2:
        return bare
    written = [index for index, sound in enumerate(sounds) if sound in "áéíóú"]
    falls = sounds[-1] in "ns" or sounds[-1] in _VOWELS
    place = written[-1] if written else nuclei[-2 if falls else -1]
    return bare[:place] + bare[place].translate(_ACCENTED) + bare[place + 1 :]


def _nuclei(vowels: str, start: int) -> list[int]:
    """Where the stress may fall in a run of vowels: one place a syllable."""
    places: list[int] = []
    for index, vowel in enumerate(vowels):
        strong = vowel in _STRONG
        before = vowels[index - 1] if index else ""
        glides = bool(before) and (before in _WEAK or not strong)
        if not glides:
            places.append(start + index)
        elif strong or before in _WEAK:
            places[-1] = start + index
    return places
