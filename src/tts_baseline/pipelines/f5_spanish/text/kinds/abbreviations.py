"""Abbreviations and other fixed written forms: the `word` rows of the data."""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from tts_baseline.pipelines.f5_spanish.plan import SpanType
from tts_baseline.pipelines.f5_spanish.text.overrides import in_region, overrides
from tts_baseline.pipelines.f5_spanish.text.rules import Expression, Paragraph, Rule, Said
from tts_baseline.pipelines.f5_spanish.text.sentences import ends_sentence

HEAD = re.compile(r"[^\W\d_]+|\S")


# A word that a hyphen joins to one before it is no abbreviation (Tai-Po.), but for ex-Dr.
_START = r"(?<![^\W_])(?<![^\W\d_]\.)(?:(?<![^\W_]-)|(?<=\bex-)|(?<=\bEx-))"


class _Form(NamedTuple):
    """A row's spoken form, and the expressions that have to match around it."""

    spoken: str
    ends: bool
    regional: bool
    before: re.Pattern[str]
    after: re.Pattern[str] | None


def rules(region: str) -> tuple[Rule, ...]:
    """A rule for all the forms that begin with the same word or sign, for each of these."""
    return tuple(_heads(region).values())


def expanded(paragraph: Paragraph, place: int) -> tuple[str, int] | None:
    """The words and the end of the abbreviation at a place, if there is one."""
    head = HEAD.match(paragraph.text, place)
    rule = _heads(paragraph.region).get(head.group()) if head else None
    match = rule.pattern.match(paragraph.text, place) if rule else None
    said = rule.say(match, paragraph) if rule and match else None
    return (said.words, said.end or match.end()) if said and match else None


@functools.cache
def _heads(region: str) -> dict[str, Rule]:
    forms: dict[str, list[_Form]] = {}
    types: dict[str, SpanType] = {}
    for row in reversed(in_region(overrides().word, region)):
        for written, spoken in row.written.items():
            form = _Form(
                spoken.strip(),
                row.ends,
                bool(row.regions),
                re.compile(row.before),
                re.compile(f"(?:{row.after})\\Z") if row.after else None,
            )
            forms.setdefault(written, []).append(form)
            types.setdefault(written, row.type)
    for written in [form for form in forms if form.islower()]:
        capital = written[0].upper() + written[1:]
        forms.setdefault(capital, forms[written])
        types.setdefault(capital, types[written])
    by_head: dict[str, list[str]] = {}
    for written in sorted(forms, key=len, reverse=True):
        by_head.setdefault(HEAD.match(written).group(), []).append(written)  # type: ignore[union-attr]
    return {head: _rule(head, written, forms, types) for head, written in by_head.items()}


def _rule(head: str, written: list[str], forms: dict[str, list[_Form]], types: dict[str, SpanType]) -> Rule:
    """The rule for all forms of a head; of those that are written there, the longest that fits is taken."""
    each = [(Expression(_expression(form)), forms[form], types[form]) for form in written]

    def say(match: re.Match[str], paragraph: Paragraph) -> Said | None:
        text, start = paragraph.text, match.start()
        before = paragraph.before(start)
        for pattern, rows, kind in each:
            form = pattern.match(text, start)
            if form is None:
                continue
            rest = text[form.end() : form.end() + 80]
            for row in rows:
                if row.before.match(rest) and (row.after is None or row.after.search(before)):
                    point = text[form.end() - 1] == "." and ends_sentence(rest, capital=row.ends)
                    return Said(row.spoken, kind, point=point, regional=row.regional, end=form.end())
        return None

    choices = "|".join(map(_expression, written))
    return Rule(f"word {head}", "abbreviation", (head,), Expression(rf"{_START}(?:{choices})"), say)


def _expression(form: str) -> str:
    return re.escape(form).replace(r"\ ", " ?") + _end(form)


def _end(written: str) -> str:
    """The expression that keeps letters and digits from following a form that ends in a letter."""
    return r"(?!\w)" if written[-1].isalpha() and written[-1] not in "ºªᵒ" else ""
