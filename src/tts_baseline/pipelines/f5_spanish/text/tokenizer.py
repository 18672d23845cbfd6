"""The model's own tokenizer: characters, with a space wherever jieba sees a new word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tts_baseline.core.errors import MissingExtra

if TYPE_CHECKING:
    from collections.abc import Sequence

# Upstream replaces these before it segments, and never adds a space after those.
REPLACED = str.maketrans({";": ",", "“": '"', "”": '"', "‘": "'", "’": "'"})
_NO_SPACE_AFTER = " :'\""
_FIRST_EAST_ASIAN = "\u2e80"


def tokenize(text: str) -> list[str]:
    """The tokens of a text, bit for bit those of f5-tts 1.1.22 (`f5_tts.model.utils.convert_char_to_pinyin`).

    Latin text becomes its characters, with a space before each segment of two or more ASCII letters unless
    there is one: jieba splits at accents ("có mo"), and the checkpoints were trained on that. Chinese becomes
    pinyin. Raises MissingExtra without rjieba, or, for Chinese, without pypinyin.
    """
    tokens: list[str] = []
    for segment in _segments(text.translate(REPLACED)):
        width = len(segment.encode())
        if width == len(segment):
            if tokens and width > 1 and tokens[-1] not in _NO_SPACE_AFTER:
                tokens.append(" ")
            tokens.extend(segment)
        elif width == 3 * len(segment):
            for char, reading in zip(segment, _readings(segment), strict=True):
                tokens.extend((" ", reading) if _is_chinese(char) else (reading,))
        else:
            for char in segment:
                tokens.extend((" ", *_readings(char)) if _is_chinese(char) else (char,))
    return tokens


def places(text: str, tokens: Sequence[str]) -> list[int]:
    """The character of a text that each of its tokens is of; a space that was added is of what follows it."""
    found: list[int] = []
    place, last = 0, len(text) - 1
    for symbol in tokens:
        found.append(min(place, last))
        if symbol != " " or text[place : place + 1] == " ":
            place += 1
    return found


def _segments(text: str) -> list[str]:
    try:
        import rjieba
    except ImportError as error:
        raise MissingExtra("the tokenizer needs rjieba", extra="f5") from error
    segments: list[str] = rjieba.cut(text)
    return segments


def _readings(segment: str) -> Sequence[str]:
    """Pinyin with tone numbers for Chinese; other characters unchanged."""
    if max(segment) < _FIRST_EAST_ASIAN:
        return segment
    try:
        from pypinyin import Style, lazy_pinyin
    except ImportError as error:
        raise MissingExtra("Chinese in the text needs pypinyin", extra="f5") from error
    readings: list[str] = lazy_pinyin(segment, style=Style.TONE3, tone_sandhi=True)
    return readings


def _is_chinese(char: str) -> bool:
    return "\u3100" <= char <= "\u9fff"
