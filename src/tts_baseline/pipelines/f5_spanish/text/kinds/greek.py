"""Greek words in Latin letters, as their transcriptions are written in Spanish: logos, polis, sofía."""

from __future__ import annotations

import re
import unicodedata

from tts_baseline.pipelines.f5_spanish.text.rules import GREEK, Paragraph, Rule, Said
from tts_baseline.pipelines.f5_spanish.text.words import analyse

_WORD = re.compile(r"[Ͱ-Ͽἀ-῾]{2,}")
_ACUTE = "\u0301"
_TOP = frozenset("\u0301\u0300\u0342\u0313\u0314\u0345\u0308\u0304\u0306")
# Fernández Galiano, La transcripción castellana de los nombres propios griegos (1961).
_LETTERS = {
    "α": "a", "β": "b", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "e", "θ": "t", "ι": "i", "κ": "k",
    "λ": "l", "μ": "m", "ν": "n", "ξ": "x", "ο": "o", "π": "p", "ρ": "r", "σ": "s", "ς": "s", "τ": "t",
    "υ": "i", "φ": "f", "χ": "j", "ψ": "ps", "ω": "o",
}  # fmt: skip
_ACCENTED = str.maketrans("aeiou", "áéíóú")


def rules(region: str) -> tuple[Rule, ...]:
    """The rule for words of two Greek letters and more; single ones are read by name."""
    return (Rule("greek word", "sign", (GREEK,), _WORD, _say),)


def _say(match: re.Match[str], paragraph: Paragraph) -> Said:
    spoken = latin(match.group())
    return Said(spoken.capitalize() if match.group()[0].isupper() else spoken)


def latin(word: str) -> str:
    """A Greek word in Latin letters, with a written accent where Spanish has one."""
    plain, accented = "", -1
    rough = False
    for char in unicodedata.normalize("NFD", word.lower()):
        if char in _TOP:
            rough = rough or char == "\u0314"
            if char in (_ACUTE, "\u0300", "\u0342") and plain:
                accented = len(plain) - 1
            continue
        letter = _LETTERS.get(char, "")
        if char == "υ" and plain.endswith(("o", "a", "e")):
            letter, plain = ("u", plain[:-1]) if plain.endswith("o") else ("u", plain)
        plain += letter
    if rough:
        plain, accented = f"h{plain}", accented + (accented >= 0)
    syllables, stress = analyse(plain)
    if accented < 0 or stress is None:
        return plain
    start = sum(map(len, syllables[:stress]))
    if start <= accented < start + len(syllables[stress]):
        return plain
    return plain[:accented] + plain[accented].translate(_ACCENTED) + plain[accented + 1 :]
