"""Normalization: numbers, dates, signs and abbreviations become words, and punctuation stays.

One scan finds the spans (`scan`); their kinds are modules (`kinds`) and rows of `rows/*.toml`.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from msgspec.structs import replace

from tts_baseline.pipelines.f5_spanish.plan import Omission, Span
from tts_baseline.pipelines.f5_spanish.text.markup import plain
from tts_baseline.pipelines.f5_spanish.text.moves import Moves, back, edited
from tts_baseline.pipelines.f5_spanish.text.overrides import check_region
from tts_baseline.pipelines.f5_spanish.text.rules import Paragraph
from tts_baseline.pipelines.f5_spanish.text.scan import scan
from tts_baseline.pipelines.f5_spanish.text.sentences import starts_sentence

_PARAGRAPH = re.compile(r"[^\S\n]*\n\s*\n\s*")
_SPACE = re.compile(r"[^\S\n]*\n[^\S\n]*|[^\S\n]+")
_UNUSUAL = re.compile("[^\\n -~¡-¬®-ÿ–—‘’“”…€]")
_DECOMPOSED = re.compile(r"[\x00-\x7f]?[^\x00-\x7f]+")
# An apostrophe joins two words to one (O'Higgins), which a span is no part of.
_JOINED_BEFORE = re.compile(r"[^\W_]['’]?\Z")
_JOINED_AFTER = re.compile(r"['’]?[^\W_]")
_APOSTROPHE = re.compile(r"(?<=[^\W\d_])´(?=[^\W\d_])|(?<=\d)[´`](?=\d)")  # d´Hondt, 7`5
_TAIL = 40  # chosen: longer than any run of spaces and quotation marks at the start of a sentence
_ROMANS = frozenset(map(chr, range(0x2160, 0x2180)))
_SHOUTED_WORDS = 3  # chosen: fewer words in capitals may all be acronyms
_WRITTEN_OTHERWISE = ("<font>", "<wide>", "<narrow>", "<sub>")


class SpokenSpan(NamedTuple):
    """A span and its place in the text that is spoken."""

    span: Span
    start: int
    end: int


class SpokenText(NamedTuple):
    """A text as it is spoken: its spans, with their places in both texts, and what was left out."""

    text: str
    spans: tuple[SpokenSpan, ...] = ()
    omissions: tuple[Omission, ...] = ()


def normalize(text: str, *, region: str = "neutral") -> tuple[str, tuple[Omission, ...]]:
    """The text as it is spoken in a region, and the markup and invisible characters that were left out.

    Words, their case and punctuation stay; an empty line still separates paragraphs ("\\n\\n"). All digits
    become words. `Vocabulary.admit` handles signs that need no context. Raises SettingsError for an unknown
    region, and nothing for any text.
    """
    reading = read(text, region=region)
    return reading.text, reading.omissions


def read(text: str, *, region: str = "neutral", why: bool = False) -> SpokenText:
    """As `normalize`, with the spans; with `why`, each with what else it could have been."""
    check_region(region)
    unmarked, rounds, markup = plain(text)
    visible, moves, omissions = _visible(unmarked)
    visible = _APOSTROPHE.sub("'", visible)
    moves = (*rounds, *moves)
    spans: list[SpokenSpan] = []
    out: list[str] = []
    length, place = 0, len(visible) - len(visible.lstrip())
    end = len(visible.rstrip())
    while True:
        gap = _PARAGRAPH.search(visible, place, end)
        stop = gap.start() if gap else end
        said, found = _paragraph(visible[place:stop], region, why=why)
        for spoken in found:
            start, last = back(moves, place + spoken.span.start, place + spoken.span.end)
            span = replace(spoken.span, start=start, end=last, written=text[start:last])
            spans.append(SpokenSpan(span, length + spoken.start, length + spoken.end))
        out.append(said)
        length += len(said) + 2
        if not gap:
            return SpokenText("\n\n".join(out), tuple(spans), (*markup, *omissions))
        place = gap.end()


def _paragraph(written: str, region: str, *, why: bool) -> tuple[str, list[SpokenSpan]]:
    """A paragraph with its spans read out, and the spans with their places in both."""
    text, spaces = edited(_SPACE, written, lambda _: " ")
    paragraph = Paragraph(text, region, shouted=text.isupper() and len(text.split()) >= _SHOUTED_WORDS)
    out = _Speech()
    spans = []
    copied = 0
    for found in scan(paragraph, why=why):
        out.add(text[copied : found.start])
        copied = found.end
        start, words = out.say(found.said.words, capital=not text[found.start].islower())
        written_start, written_end = spaces.back(found.start, found.end)
        span = Span(
            type=found.type, written="", start=written_start, end=written_end, reading=words,
            rule=found.rule.name,
            region=region if found.said.regional else "", alternatives=found.said.others,
        )  # fmt: skip
        spans.append(SpokenSpan(span, start, start + len(words)))
        if found.said.point:
            out.add(".")
        elif words[-1:].isalnum() and _JOINED_AFTER.match(text, copied):
            out.add(" ")
    out.add(text[copied:])
    return out.text(), spans


class _Speech:
    """The spoken text of a paragraph while it grows; spaces never double."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._tail = ""

    def add(self, text: str) -> None:
        """Append text as it is written."""
        if text[:1] == " " and (self._tail[-1:] == " " or not self._length):
            text = text[1:]
        if text:
            self._parts.append(text)
            self._length += len(text)
            self._tail = (self._tail + text)[-_TAIL:]

    def say(self, words: str, *, capital: bool) -> tuple[int, str]:
        """Append a span's words, with a space before them if a word is there; their place and final form."""
        if words[:1].isalnum() and _JOINED_BEFORE.search(self._tail):
            self.add(" ")
        if capital and words[:1].islower() and starts_sentence(self._tail):
            words = words[0].upper() + words[1:]
        start = self._length
        self._parts.append(words)
        self._length += len(words)
        self._tail = (self._tail + words)[-_TAIL:]
        return start, words

    def text(self) -> str:
        return "".join(self._parts).rstrip(" ")


def _visible(text: str) -> tuple[str, tuple[Moves, ...], tuple[Omission, ...]]:
    """The text in NFC, with digits and letters in their common form, without invisible characters."""
    omissions: list[Omission] = []

    def common_form(match: re.Match[str]) -> str:
        char = match.group()
        category = unicodedata.category(char)
        if category == "Nd":
            return str(unicodedata.decimal(char))
        if category in ("Zs", "Zl", "Zp") or char in "\t\r\v\f\x85":
            return "\n" if char in "\r\x85\u2028\u2029" else " "
        if category[0] == "C":
            omissions.append(Omission(what=f"U+{ord(char):04X}", reason="an invisible character"))
            return ""
        common = unicodedata.normalize("NFKC", char)
        same = unicodedata.decomposition(char).startswith(_WRITTEN_OTHERWISE) and common.isascii()
        same = same or char in _ROMANS
        return common if same else char

    rounds = []
    if "\r" in text:
        text, moves = edited(re.compile("\r\n"), text, lambda _: "\n")
        rounds.append(moves)
    if not unicodedata.is_normalized("NFC", text):
        text, moves = edited(_DECOMPOSED, text, lambda match: unicodedata.normalize("NFC", match.group()))
        rounds.append(moves)
    text, moves = edited(_UNUSUAL, text, common_form)
    return text, (*rounds, moves), tuple(dict.fromkeys(omissions))
