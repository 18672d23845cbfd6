"""Telephone numbers, in groups: two digits as a number, others digit by digit.

What is written in groups is said in these; what is not, in those of its country (`numbering`).
"""

from __future__ import annotations

import re

from tts_baseline.pipelines.f5_spanish.text.amounts import cardinal, digits
from tts_baseline.pipelines.f5_spanish.text.numbering import international, is_grouped, national
from tts_baseline.pipelines.f5_spanish.text.rules import DIGIT, Paragraph, Rule, Said

_WORD = re.compile(
    r"(?i:\b(?:tel[ée]fonos?|tels?\.?|tfno\.?|t[eé]l[eé]?f\.?|tlf\.?|cel\.?|celular|móvil|fax|guasap|wasap|whatsapp"
    r"|ll[aá]m\w+ al|(?:m[aá]r[cq]\w+|disca|disque) (?:el|al)"
    r"|número(?: de (?:teléfono|móvil|celular|contacto|whatsapp))? es(?: el)?)(?: es(?: el)?)? ?:? ?)\Z"
)
_AFTER_WORD = re.compile(r"(?<![^\W_])\+?\(?\d[\d ().-]{4,}\d")
_PHONE = re.compile(
    r"(?<![^\W_])(?:\+\d{1,3}(?:[ -]?\(?\d{1,4}\)?){2,6}+(?!\d|[.,]\d)"
    r"|(?:(?:0[89]00|[6-9]\d\d) \d{3} \d{3}|[6-9]\d\d(?: \d\d){3}|9\d \d{3} \d\d \d\d)"
    r"(?! ?\d)(?! [^\W\d_]{2,}s\b| de\b| ?[€$%])"
    r"|\(\d{2,4}\) ?\d{3,4}-\d{3,4}(?!\d)|\d{3,4}-\d{3}-\d{4}(?!\d)|\d{2,4}-\d{4}-\d{4}(?!\d)"
    r"|\d{2,3} \d{7,8}(?!\d|[.,]\d| ?[€$%]| [^\W\d_]{2,}s\b))"
)
_AREA = re.compile(r"(?<![^\W_])\((?!19|20)\d{2,4}\) ?\d{2,4}(?:[ .-]?\d{2,5}){1,3}(?!\d|[.,]\d)")
_DIALLED = re.compile(
    r"(?i:\b(?:inform\w+|llam\w+|tel[eé]\w*|contact\w+|reserv\w+|comun[ií]\w+|consult\w+|inscri\w+|whatsapp|móvil"
    r"|celular|fono)\b.{0,60}\b(?:al|los?|el|números?|teléfonos?|a) )\Z|\bo al \Z"
)
_LONG = re.compile(r"(?<![\w.,/:=#-])\d{7,10}(?![\w/:-]|[.,]\d| ?[€$%]| (?:de )?[^\W\d_]{3,}s\b)")
_LENGTHS = range(9, 12)  # of national numbers with their area (ITU-T E.164 has 15 at most)
_GROUPED = re.compile(
    r"(?<![^\W_])(?<!\d[.,])\d{1,4}(?:[ -]\d{2,5}){2,4}"
    r"(?![ -]?\d|[.,]\d)(?! [^\W\d_]{2,}s\b| de\b| ?[€$%])"
)
_WORDS = re.compile(r"(?<![^\W_])\d-\d{3}(?:-\d{3})?-(?P<word>[A-Z]{4,7})(?![^\W_])")
_GROUP = re.compile(r"\d+")


def rules(region: str) -> tuple[Rule, ...]:
    """The rules for telephone numbers: after a word that says so, and by their form."""
    return (
        Rule("phone after its word", "phone", (DIGIT, "+", "("), _AFTER_WORD, _say_after_word),
        Rule("phone with a word", "phone", (DIGIT,), _WORDS, _say_with_word),
        Rule("phone", "phone", (DIGIT, "+", "("), _PHONE, _say),
        Rule("phone with its area", "phone", ("(",), _AREA, _say_with_area),
        Rule("phone without groups", "phone", (DIGIT,), _LONG, _say_long),
        Rule("phone in groups", "phone", (DIGIT,), _GROUPED, _say_grouped),
    )


def _say_after_word(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    return _say(match, paragraph) if _WORD.search(paragraph.before(match.start())) else None


def _say_with_word(match: re.Match[str], paragraph: Paragraph) -> Said:
    """A number of which the last digits are a word: uno ochocientos flowers."""
    groups = [cardinal(group) for group in _GROUP.findall(match.group())]
    return Said(f"{', '.join(groups)}, {match['word']}")


def _say_with_area(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    return _say(match, paragraph) if len("".join(_GROUP.findall(match.group()))) in _LENGTHS else None


def _say_long(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    before = paragraph.text[max(0, match.start() - 80) : match.start()]
    return _say(match, paragraph) if _DIALLED.search(before) else None


def _say_grouped(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    return _say(match, paragraph) if is_grouped(tuple(_GROUP.findall(match.group()))) else None


def _say(match: re.Match[str], paragraph: Paragraph) -> Said:
    number = match.group()
    written = _GROUP.findall(number)
    plus = "más " if number[0] == "+" else ""
    if len(written) == 1:
        grouped = international(written[0]) if plus else national(written[0], paragraph.region)
        written = list(grouped or written)
    groups = [part for group in written for part in _parts(group)]
    as_number = [len(group) == 2 or (index == 0 and bool(plus)) for index, group in enumerate(groups)]
    spoken = [cardinal(g) if n else digits(g) for g, n in zip(groups, as_number, strict=True)]
    return Said(plus + ", ".join(spoken))


def _parts(group: str) -> list[str]:
    """A group of digits in parts: up to four stay together, more are split by threes, no digit is alone."""
    if len(group) <= 4:
        return [group]
    parts = [group[i : i + 3] for i in range(0, len(group), 3)]
    return [*parts[:-2], parts[-2] + parts[-1]] if len(parts[-1]) == 1 else parts
