"""What a kind of span is made of: rules that find it and say it, and the paragraph in which they do."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Collection
from typing import NamedTuple

from tts_baseline.pipelines.f5_spanish.plan import Alternative, SpanType

_WORD_BEFORE = re.compile(r"([^\W\d_]+)[ \n]$")
_WORD_AFTER = re.compile(r" ([^\W\d_]+)")
_POINTED = re.compile(
    r"(?<![\w.,:/-])-?(?:0\.\d+|\d+\.\d{4,})(?![\w/:-]|[.,]\d)"
    r"|(?<=[(;])-?\d+\.\d{1,2}(?=[;,] )|(?<=[;,] )-?\d+\.\d{1,2}(?=\))"
)
_COMMAS = re.compile(
    r"(?<![\w.,])(?:\d{1,3}(?:,\d{3})*,000|\d{1,3}(?:,\d{3}){2,}|\d+\.\d{1,2})(?![\w:/-]|[.,]\d)"
)
_COMMA_DECIMAL = re.compile(r"(?<![\w.,])(?:\d+,\d{1,2}|\d{1,3}(?:\.\d{3})+)(?![\w]|[.,]\d)")
_CONTEXT = 40  # chosen: longer than any word that decides


class Said(NamedTuple):
    """What a span says. `point`: its last point also ends the sentence; `regional`: it holds in this region.

    `type` and `others` are for a rule that decides among several: its choice, and what else it could be.
    `end` is where the span ends, if not where the match does.
    """

    words: str
    type: SpanType | None = None
    point: bool = False
    regional: bool = False
    others: tuple[Alternative, ...] = ()
    end: int | None = None


class Expression:
    """A pattern that is compiled when it is first tried: of hundreds of abbreviations a text has few."""

    def __init__(self, written: str) -> None:
        self.written = written

    def match(self, text: str, place: int) -> re.Match[str] | None:
        """As that of `re.Pattern`."""
        return self._compiled.match(text, place)

    @functools.cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self.written)


class Rule(NamedTuple):
    """How one kind of span is found and said.

    at: what it may begin with: the words and signs (as they are written), or a class of them:
        DIGIT, JOINED (letters right before a digit or a sign), CAPITALS (two or more, at
        the end of a word), MIXED (a capital after the first letter), CONSONANTS (small ones without a
        vowel), BEGINNING (other small words that may begin as no word does), LETTER (one by itself),
        GREEK (two letters or more)
    pattern: matched where a span may begin
    say: the words for a match; None: it is no such span here
    """

    name: str
    type: SpanType
    at: Collection[str]
    pattern: re.Pattern[str] | Expression
    say: Callable[[re.Match[str], Paragraph], Said | None]


class Found(NamedTuple):
    """A span in a paragraph: its place, its rule, and what it says."""

    start: int
    end: int
    rule: Rule
    said: Said

    @property
    def type(self) -> SpanType:
        return self.said.type or self.rule.type


DIGIT, JOINED, CAPITALS, LETTER, GREEK = "<digit>", "<joined>", "<capitals>", "<letter>", "<greek>"
MIXED, CONSONANTS, BEGINNING, UNSAID = "<mixed>", "<consonants>", "<beginning>", "<unsaid>"


class Paragraph:
    """A paragraph while its spans are found: its text, its region, and the last span."""

    def __init__(self, text: str, region: str, *, shouted: bool = False) -> None:
        self.text = text
        self.region = region
        self.shouted = shouted
        self.last: Found | None = None

    @functools.cached_property
    def pointed(self) -> bool:
        """True if a number of the paragraph shows that its point is a decimal mark: 0.5, 43934.5125."""
        return _POINTED.search(self.text) is not None

    @functools.cached_property
    def comma_groups(self) -> bool:
        """True if the numbers of the paragraph show that its comma groups thousands: 40,000 beside 27.2."""
        return _COMMAS.search(self.text) is not None and _COMMA_DECIMAL.search(self.text) is None

    def word_before(self, place: int) -> str:
        """The word before a place, as it is said, or ""."""
        last = self.last
        if last and place - last.end <= 1 and not self.text[last.end : place].strip():
            return last.said.words.rpartition(" ")[2]
        before = _WORD_BEFORE.search(self.text, max(0, place - _CONTEXT), place)
        return before.group(1) if before else ""

    def before(self, place: int) -> str:
        """The written text just before a place."""
        return self.text[max(0, place - _CONTEXT) : place]

    def follows(self, pattern: str, place: int) -> bool:
        """True if a pattern matches the text that ends at a place."""
        return re.search(rf"(?:{pattern})\Z", self.before(place)) is not None
