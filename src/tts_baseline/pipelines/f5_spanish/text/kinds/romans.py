"""Roman numerals, which the words next to them distinguish from other capitals."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from tts_baseline.pipelines.f5_spanish.text.amounts import cardinal, ordinal
from tts_baseline.pipelines.f5_spanish.text.kinds.spelling import spell
from tts_baseline.pipelines.f5_spanish.text.overrides import Gender, words
from tts_baseline.pipelines.f5_spanish.text.rules import CAPITALS, LETTER, Paragraph, Rule, Said

_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_WRITTEN = re.compile(r"M{0,3}(?:C[MD]|D?C{0,3})(?:X[CL]|L?X{0,3})(?:I[XV]|V?I{0,3})")
_AFTER = r"(?![^\W_]|\.?[ºª])"
_NUMERAL = re.compile(rf"(?<![^\W_])([IVXLC]+)(?: ?[-–] ?([IVXLC]+))?{_AFTER}")
_SMALL = re.compile(rf"(?<![^\W_])([ivxl]+)(?: ?[-–] ?([ivxl]+))?{_AFTER}")
_ITEM = re.compile(r"(?:(?<=\()|(?<!\S))(?![vx]\))[ivx]{1,5}(?=\)\s)")
_ALONE = re.compile(
    rf"(?<![^\W_])(?<!\b[a-z]{{2}}-)(?:(?!XL\b|L[IVX]\b)[IVXL]{{2,}}|M[MDCLXVI]{{3,}}){_AFTER}"
)
_SEPARATOR = re.compile(r", | (?:y|e|o|al?) ")
# A numeral of eleven or more in the same list, which has no ordinal.
_ELEVEN_BEFORE = re.compile(rf"\bX[IVX]+(?:{_SEPARATOR.pattern})\Z")
_ELEVEN_AFTER = re.compile(rf"(?:(?:{_SEPARATOR.pattern})[IVX]+)*?(?:{_SEPARATOR.pattern})X[IVX]+(?![^\W_])")
# A century whose noun follows with the next one: del IV y hasta mediados del siglo V.
_CENTURY_AHEAD = re.compile(r" (?:y|o|a|hasta)(?: [a-z]+){0,4} siglo [IVXLC]+(?![^\W_])")
_SURNAME = re.compile(r"\. ([A-ZÁÉÍÓÚÑ]\w+)")
_NOUN = re.compile(r" ([^\W\d_]+)")
_NAME = re.compile(r"[A-ZÁÉÍÓÚÑ][a-záéíóúñ]+")
_REIGN = re.compile(
    r"\b(?:[Rr]ein(?:ó|aba|ado de|a)|[Rr]ey(?:es)?|[Ee]mperador|[Pp]apa|[Ss]ultán|[Ff]araón|[Zz]ar|[Dd]uque"
    r"|[Cc]onde|[Pp]ríncipe|[Mm]onarca|[Ss]ha|[Cc]alifa|[Pp]atriarca|[Tt]irano|[Pp]rotector"
    r"|[Ss]ucesora? de) (?:[^\W\d_]+ ){0,2}\Z"
)
_OF_RULERS = re.compile(
    r"\b(?:[Rr]ey(?:es)?|[Rr]einas?|[Rr]ein(?:o|ado|aba|ó)|[Tt]rono|[Cc]orona|[Hh]ereder[oa]s?|[Mm]onarcas?"
    r"|[Ee]mperador(?:es)?|[Pp]apas?|[Dd]inastía|[Gg]uardia personal|[Aa]lianza|[Ee]dicto|[Ll]iderazgo)\b"
)
# What a ruler does, and whose he is: Howgarth III demandó, hijo de Rahul I.
_RULED = re.compile(
    r" (?:(?:de)?mandó|exigió|ordenó|gobernó|conquistó|heredó|abdicó|murió|falleció|nació|decretó|juró)\b"
)
_RELATED = re.compile(
    r"\b(?:[Dd]ifunt[oa]|(?:[Hh]ij[oa]s?|[Nn]iet[oa]s?|[Mm]uerte|[Hh]istoria|[Tt]iempos|[Ll]inaje) de)"
    r" [^\W\d_]+ \Z"
)
# After an article, or after another name, it is a thing: el Apolo II, Star Trek II.
_CALLED = re.compile(r"\b(?:[Ee]l|[Dd]el|[Aa]l|[Ll]as?|[Ll]os|[A-ZÁÉÍÓÚÑ][\w’']*) [^\W\d_]+ \Z")
_CAPITALIZED = re.compile(r"\b[A-ZÁÉÍÓÚÑ](?=[a-záéíóúñ])")
_EXPLAINED = re.compile(r"((?:[^\W\d_]+ ){2,6})(?:o |\()\Z")
_NEAR = 200  # chosen: a sentence or two
_LAST_ORDINAL = 10  # DPD, ordinales: Alfonso décimo, Alfonso trece
_LAST_CENTURY = 30  # chosen: no later century is written about
_ARTICLES = frozenset(["el", "la", "los", "las", "del", "al"])
_BEFORE_VERB = frozenset(["YO", "LO", "LOS", "LA", "LAS", "TE", "ME", "LE", "LES", "NO", "OS"])

_KINDS = {"century": ("roman century", "small roman century"), "division": ("roman part",)}

Say = Callable[[str], str]


def rules(region: str) -> tuple[Rule, ...]:
    """The rules for numerals: of centuries, parts of works, rulers and events, and by themselves."""
    small = [_written(number).lower() for number in range(1, _LAST_CENTURY)]
    either = (CAPITALS, LETTER)
    return (
        Rule("roman century", "roman", either, _NUMERAL, _century),
        Rule("small roman century", "roman", small, _SMALL, _small),
        Rule("roman item", "roman", small, _ITEM, _item),
        Rule("roman part", "roman", either, _NUMERAL, _division),
        Rule("roman ruler", "roman", either, _NUMERAL, _regnal),
        Rule("roman event", "roman", either, _NUMERAL, _event),
        Rule("roman", "roman", (CAPITALS,), _ALONE, _alone),
    )


def value(numeral: str) -> int:
    """The value of a roman numeral; 0 if it is none (IIX, CIVIL)."""
    numeral = numeral.upper()
    if not _WRITTEN.fullmatch(numeral):
        return 0
    worth = [_VALUES[letter] for letter in numeral]
    return sum(-a if a < b else a for a, b in zip(worth, [*worth[1:], 0], strict=True))


def _written(number: int) -> str:
    """The numeral of 1 to 39."""
    tens, ones = divmod(number, 10)
    return "X" * tens + ["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"][ones]


def _century(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    """A century's words: siglo primero to décimo, then siglo once (DPD, siglo).

    Beside one that has no ordinal it has none either: los siglos dieciocho y siete.
    """
    ahead = paragraph.word_before(match.start()) in _ARTICLES and _CENTURY_AHEAD.match(
        paragraph.text, match.end()
    )
    if not ahead and not _after("century", match, paragraph):
        return None
    beside = _ELEVEN_BEFORE.search(paragraph.before(match.start())) or _ELEVEN_AFTER.match(
        paragraph.text, match.end()
    )
    return _each(match, _cardinal if beside else lambda numeral: _up_to_ten(numeral, "m"))


def _small(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    """A small numeral: of a century, of one named before (del siglo xii y del xiii), or of a page."""
    if _after("century", match, paragraph):
        return _each(match, lambda numeral: _up_to_ten(numeral, "m"))
    before, start = paragraph.word_before(match.start()).lower(), match.start()
    implied = before in ("el", "del", "al") and len(match.group()) > 1
    if implied and paragraph.text.rfind("siglo", max(0, start - _NEAR), start) >= 0:
        return _each(match, _cardinal)
    return _each(match, _cardinal) if before in ("página", "páginas") else None


def _item(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    """The number of an item: ii) or (ii); v) and x) are letters."""
    before = paragraph.text[max(0, match.start() - _NEAR) : match.start()]
    inside = before.count("(") > before.count(")") and not before.endswith("(")  # (as in vi)
    return Said(_cardinal(match.group())) if value(match.group()) and not inside else None


def _division(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    lone = len(match.group()) == 1 and (
        match.group() in "LC"
        or f"{match.group()} =" in paragraph.text
        or f"{match.group()}=" in paragraph.text
    )
    lone = lone or paragraph.follows("[Ss]in título ", match.start())  # Sin título X: a letter for any number
    return _each(match, _cardinal) if not lone and _after("division", match, paragraph) else None


def _regnal(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    """A ruler's numeral: Alfonso décimo, Alfonso trece (DPD, ordinales); Francisco I. Madero has none."""
    name = paragraph.word_before(match.start())
    female = name in words("regnal-f")
    known = female or name in words("regnal") or _is_ruler(match, name, paragraph)
    if not known and not (_NAME.fullmatch(name) and _REIGN.search(paragraph.before(match.start()))):
        return None
    surname = _SURNAME.match(paragraph.text, match.end())
    if len(match.group()) == 1 and surname and surname.group(1).lower() not in words("not-noun"):
        return None
    return _each(match, lambda numeral: _up_to_ten(numeral, "f" if female else "m"))


def _is_ruler(match: re.Match[str], name: str, paragraph: Paragraph) -> bool:
    """True for a name and a numeral in a text about rulers: la guardia personal de Haldric II."""
    before = paragraph.before(match.start())
    if not _NAME.fullmatch(name):
        return False
    if match.group() in ("I", "II", "III") and _RELATED.search(before):
        return True
    if len(match.group()) == 1 or _CALLED.search(before):
        return False
    ruled = _RULED.match(paragraph.text, match.end()) or _OF_RULERS.search(paragraph.text)
    return ruled is not None


def _event(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    """An ordinal before its noun: la segunda Guerra, el tercer Congreso."""
    number, after = value(match.group()), _NOUN.match(paragraph.text, match.end())
    before = paragraph.word_before(match.start()).lower()
    lettered = len(match.group()) == 1 and before in words("before-letter")  # el eje X muestra
    if not number or not after or lettered:
        return None
    noun, article = after.group(1), before
    article = article if article in _ARTICLES else ""
    known = noun in words("event") or noun in words("event-f")
    numbered = len(match.group()) > 1 or match.group() == "I"
    if not known and not (article and numbered and _NAME.fullmatch(noun)):
        return None
    gender: Gender = "f" if noun in words("event-f") or article in ("la", "las") else "m"
    many = (article or noun).endswith("s")
    return Said(ordinal(str(number), gender, short=not many, many=many))


def _alone(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    if match.group() == "VI" and paragraph.word_before(match.start()) in _BEFORE_VERB:
        return None
    number = value(match.group())
    if not number:
        return None
    if _stands_for_words(match, paragraph):
        return Said(spell(match.group(), paragraph.region), "acronym")
    return Said(cardinal(str(number)))


def _stands_for_words(match: re.Match[str], paragraph: Paragraph) -> bool:
    """True if the letters are the initials of the words before them: Vector de Inicialización o IV."""
    explained = _EXPLAINED.search(paragraph.before(match.start()))
    named = _CAPITALIZED.findall(explained[1]) if explained else []
    initials = [unicodedata.normalize("NFD", word)[0] for word in named]
    return bool(initials) and sorted(initials[-len(match.group()) :]) == sorted(match.group())


def _after(kind: str, match: re.Match[str], paragraph: Paragraph) -> bool:
    """True if a word of this kind comes before the numeral, or a list of its numerals: siglos XV y XVI."""
    before = paragraph.word_before(match.start())
    if before in words(kind) or (before.isupper() and before.lower() in words(kind)):
        return True
    last = paragraph.last
    if last is None or not _SEPARATOR.fullmatch(paragraph.text, last.end, match.start()):
        return False
    return last.rule.name in _KINDS[kind]


def _each(match: re.Match[str], say: Say) -> Said | None:
    """A numeral, or a range of two, read out."""
    numerals = [numeral for numeral in match.groups() if numeral]
    if not all(map(value, numerals)):
        return None
    return Said(" a ".join(map(say, numerals)))


def _cardinal(numeral: str) -> str:
    return cardinal(str(value(numeral)))


def _up_to_ten(numeral: str, gender: Gender) -> str:
    number = value(numeral)
    return _cardinal(numeral) if number > _LAST_ORDINAL else ordinal(str(number), gender)
