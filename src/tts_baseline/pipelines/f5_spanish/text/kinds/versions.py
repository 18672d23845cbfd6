"""Versions and other codes with points: v2.1.3, Bash-4.3, 4.2BSD, 3.0r0, PM2.5, H.264, 5.10.0-21."""

from __future__ import annotations

import re

from tts_baseline.pipelines.f5_spanish.text.kinds.codes import code
from tts_baseline.pipelines.f5_spanish.text.rules import (
    CAPITALS,
    DIGIT,
    JOINED,
    LETTER,
    Paragraph,
    Rule,
    Said,
)

_AFTER_LETTERS = re.compile(
    r"(?<![^\W_])[^\W\d_]+(?:[-‑ ](?=\d+\.\d))?\d+(?:\.\d+)+(?:[^\W\d_]+\d*)?(?:-\d+)?(?![^\W_]|[.,:]\d)"
)
_LETTER_POINT = re.compile(r"(?<![^\W_])[A-Z]{1,2}\.\d{2,}(?![^\W_]|[.,]\d)")
_BEFORE_LETTERS = re.compile(r"(?<![^\W_])\d+(?:\.\d+)+(?:-\d+)?(?:\.?[^\W\d_]+\d*)(?![^\W_])")
_THREE_PARTS = re.compile(r"(?<![^\W_])\d+(?:\.\d+){2,}-\d+(?:\.\d+)*(?![^\W_]|-\d)")
_LETTERED = re.compile(r"(?<![\w.,])\d+(?:(?:\.\d+)+\.[a-z]|\.[xX])(?![^\W_]|\.\w)")
# After these words a point never groups thousands: la figura 16.190.
_AFTER_WORD = re.compile(
    r"(?:(?<=\b[Vv]ersi[oó]n )|(?<=\b[Ff]igura )|(?<=\b[Ee]cuación )"
    r"|(?<=\bTabla )|(?<=\bSección )|(?<=\bEjemplo ))"
    r"\d+(?:\.\d+)+(?![^\W_]|[-.,:]\d|\.[a-zA-Z](?!\w))"
)
_PIECE = re.compile(r"[^\W\d_]+|\d+|\.")


def rules(region: str) -> tuple[Rule, ...]:
    """The rules for versions that begin with letters, and those of three parts and more."""
    return (
        Rule("version after letters", "version", (JOINED,), _AFTER_LETTERS, _say),
        Rule("letter and number", "code", (LETTER, CAPITALS), _LETTER_POINT, _say),
        Rule("version after its word", "version", (DIGIT,), _AFTER_WORD, _say),
        Rule("lettered version", "version", (DIGIT,), _LETTERED, _say),
        Rule("package version", "version", (DIGIT,), _THREE_PARTS, _say),
    )


def mixed(region: str) -> tuple[Rule, ...]:
    """The rule for versions with letters after them that are no unit."""
    return (Rule("version before letters", "version", (DIGIT,), _BEFORE_LETTERS, _say),)


def _say(match: re.Match[str], paragraph: Paragraph) -> Said:
    pieces = _PIECE.findall(match.group())
    return Said(" ".join("punto" if piece == "." else code(piece, paragraph.region) for piece in pieces))
