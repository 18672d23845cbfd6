"""Reads out roman numerals, which the words next to them distinguish from other capitals."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from tts_baseline.pipelines.f5_spanish.text.amounts import cardinal, ordinal
from tts_baseline.pipelines.f5_spanish.text.overrides import words
from tts_baseline.pipelines.f5_spanish.text.sentences import substitute

if TYPE_CHECKING:
    from collections.abc import Callable

    from tts_baseline.pipelines.f5_spanish.text.overrides import Gender
    from tts_baseline.pipelines.f5_spanish.text.reader import Read

_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_WRITTEN = re.compile(r"M{0,3}(?:C[MD]|D?C{0,3})(?:X[CL]|L?X{0,3})(?:I[XV]|V?I{0,3})")
_NUMERAL = "[IVXLC]+"
_LAST_ORDINAL = 10  # DPD, ordinales: Alfonso décimo, Alfonso trece


def value(numeral: str) -> int:
    """The value of a roman numeral; 0 if it is none (IIX, CIVIL)."""
    numeral = numeral.upper()
    if not _WRITTEN.fullmatch(numeral):
        return 0
    worth = [_VALUES[letter] for letter in numeral]
    return sum(-a if a < b else a for a, b in zip(worth, [*worth[1:], 0], strict=True))


def romans(text: str, read: Read) -> str:
    """The text with its roman numerals read out."""

    def say(match: re.Match[str]) -> str:
        return _SPEAK[match.lastgroup or ""](match, read)

    return substitute(_pattern(), text, say)


def _century(match: re.Match[str], read: Read) -> str:
    """A century's words: siglo primero to décimo, then siglo once (DPD, siglo)."""
    word = {"s.": "siglo", "ss.": "siglos"}.get(match["century_word"], match["century_word"])
    return word + _each(match["centuries"], lambda numeral: _up_to_ten(numeral, "m", read))


def _division(match: re.Match[str], read: Read) -> str:
    return match["part"] + _each(match["parts"], lambda numeral: _cardinal(numeral, read))


def _regnal(match: re.Match[str], read: Read) -> str:
    """A ruler's name: Alfonso décimo, Alfonso trece (DPD, ordinales); Francisco I. Madero has an initial."""
    name, number = match["name"], match["number"]
    surname = re.match(r"\. ([A-ZÁÉÍÓÚÑ]\w+)", match.string[match.end() :])
    if len(number) == 1 and surname and surname.group(1).lower() not in words("not-noun"):
        return match.group()
    return f"{name} {_up_to_ten(number, 'f' if name in words('regnal-f') else 'm', read)}"


def _event(match: re.Match[str], read: Read) -> str:
    """An ordinal before its noun: la segunda Guerra, el tercer Congreso."""
    article, noun = match["article"] or "", match["event_noun"]
    gender: Gender = "f" if noun in words("event-f") or article.lower() in ("la ", "las ") else "m"
    many = (article.strip() or noun).endswith("s")
    number = value(match["event_number"])
    if not number:
        return match.group()
    return f"{article}{ordinal(str(number), gender, read, short=not many, many=many)} {noun}"


def _verb(match: re.Match[str], read: Read) -> str:
    return match.group()


def _other(match: re.Match[str], read: Read) -> str:
    return _cardinal(match.group(), read)


def _each(numerals: str, say: Callable[[str], str]) -> str:
    """A list or range of numerals, each read out."""
    return re.sub(rf"\b{_NUMERAL}\b", lambda n: say(n.group()), re.sub(r" ?[-–] ?", " a ", numerals))


def _cardinal(numeral: str, read: Read) -> str:
    number = value(numeral)
    return cardinal(str(number), "none", read) if number else numeral


def _up_to_ten(numeral: str, gender: Gender, read: Read) -> str:
    number = value(numeral)
    if number > _LAST_ORDINAL or not number:
        return _cardinal(numeral, read)
    return ordinal(str(number), gender, read)


@functools.cache
def _pattern() -> re.Pattern[str]:
    listed = rf" {_NUMERAL}(?:(?:, | ?[-–] ?| (?:y|e|o|al?) ){_NUMERAL})*"
    article = "[EeAa]l|[Dd]el|[Ll]as?|[Ll]os"
    kinds = {
        "century": rf"(?P<century_word>{_any(words('century'))})(?P<centuries>{listed})",
        "division": rf"(?P<part>{_any(words('division'))})(?P<parts>{listed})",
        "regnal": rf"(?P<name>{_any(words('regnal') | words('regnal-f'))}) (?P<number>[IVX]+)",
        "event": rf"(?P<article>(?:{article}) )?(?P<event_number>{_NUMERAL}) "
        rf"(?P<event_noun>{_any(words('event') | words('event-f'))}"
        r"|(?(article)(?<=[IVXLC][IVXLC] )[A-ZÁÉÍÓÚÑ][a-záéíóúñ]+|(?!)))",
        "verb": "(?:YO|LOS?|LAS?|TE|ME|LES?|NO|OS) VI",
        "other": r"(?!XL\b|L[IVX]\b)[IVXL]{2,}|M[MDCLXVI]{3,}",
    }
    choices = "|".join(f"(?P<{kind}>{pattern})" for kind, pattern in kinds.items())
    return re.compile(rf"(?<![^\W_])(?:{choices})(?![^\W_]|\.?[ºª])")


def _any(choices: frozenset[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(choices, key=len, reverse=True))


_SPEAK = {
    "century": _century,
    "division": _division,
    "regnal": _regnal,
    "event": _event,
    "verb": _verb,
    "other": _other,
}
