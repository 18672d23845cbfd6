"""The one tokenization of a written paragraph: it finds the spans, and what each says."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping

from tts_baseline.pipelines.f5_spanish.plan import Alternative
from tts_baseline.pipelines.f5_spanish.text.kinds import rules_by_start
from tts_baseline.pipelines.f5_spanish.text.kinds.pieces import sayable
from tts_baseline.pipelines.f5_spanish.text.rules import (
    BEGINNING,
    CAPITALS,
    CONSONANTS,
    DIGIT,
    GREEK,
    JOINED,
    LETTER,
    MIXED,
    UNSAID,
    Found,
    Paragraph,
    Rule,
)

_PIECE = re.compile(r"[^\W\d_¼½¾⅐-⅞]+|\d|\S")  # a fraction by one sign begins a span: ½mv²
_VOWELS = frozenset("aeiouy")
_SOUNDED = frozenset("aeiouyáéíóúühlr")
_FIRST_GREEK = "Ͱ"
_JOINING = frozenset(".-‑@:/_+'’&*#")

Starts = Mapping[str, tuple[Rule, ...]]


def scan(paragraph: Paragraph, *, why: bool = False) -> Iterator[Found]:
    """The spans of a paragraph in order; with `why`, each with what else it could have been."""
    text, starts = paragraph.text, rules_by_start(paragraph.region)
    place = 0
    while piece := _PIECE.search(text, place):
        start, place = piece.span()
        found = _first(paragraph, start, _rules(text, piece, starts), why=why)
        if found:
            paragraph.last = found
            place = found.end
            yield found


def _rules(text: str, piece: re.Match[str], starts: Starts) -> Iterator[Rule]:
    """The rules for spans that may begin with a piece, in their order."""
    word = piece.group()
    first = word[0]
    if first.isdecimal():
        yield from starts[DIGIT]
        return
    yield from starts.get(word, ())
    if not first.isalpha():
        return
    if first >= _FIRST_GREEK and len(word) > 1 and unicodedata.name(first, "").startswith("GREEK"):
        yield from starts[GREEK]
        return
    after = text[piece.end() : piece.end() + 1]
    raised = not word.isalpha()  # a letter with its power, as x²
    if raised or (after and (after in _JOINING or after.isdecimal())):
        yield from starts[JOINED]
    form = _form(word)
    if form:
        yield from starts[form]
    if len(word) > 1 and word.islower() and word.isascii() and not sayable(word):
        yield from starts[UNSAID]


def _form(word: str) -> str:
    """What a span may begin with by the letters of its word, or ""."""
    if len(word) == 1:
        return LETTER
    if word.isupper() or (word[-1] == "s" and word[:-1].isupper()):
        return CAPITALS
    if word[1:] != word[1:].lower():
        return MIXED
    if _VOWELS.isdisjoint(word.lower()) and word.isascii():
        return CONSONANTS
    return BEGINNING if word[0] not in _VOWELS and word[1] not in _SOUNDED else ""


def _first(paragraph: Paragraph, start: int, rules: Iterator[Rule], *, why: bool) -> Found | None:
    """The span of the first rule that says something at a place."""
    for rule in rules:
        match = rule.pattern.match(paragraph.text, start)
        said = rule.say(match, paragraph) if match else None
        if match and said:
            end = match.end() if said.end is None else said.end
            if why:
                said = said._replace(
                    others=(*said.others, *_others(paragraph, start, end, said.words, rules))
                )
            return Found(start, end, rule, said)
    return None


def _others(
    paragraph: Paragraph, start: int, end: int, words: str, rules: Iterator[Rule]
) -> Iterator[Alternative]:
    """What the later rules say of the same stretch, if it is something else."""
    known = {words}
    for rule in rules:
        match = rule.pattern.match(paragraph.text, start)
        said = rule.say(match, paragraph) if match else None
        if match and said and (said.end or match.end()) == end and said.words not in known:
            known.add(said.words)
            yield Alternative(type=said.type or rule.type, reading=said.words, rule=rule.name)
