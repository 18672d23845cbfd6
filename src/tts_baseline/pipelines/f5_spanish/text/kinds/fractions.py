"""Fractions and mixed numbers with their noun: medio litro, dos horas y media, dos terceras partes."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from tts_baseline.pipelines.f5_spanish.text import numerals
from tts_baseline.pipelines.f5_spanish.text.agreement import noun_gender, singular
from tts_baseline.pipelines.f5_spanish.text.amounts import SIGNS, cardinal, ordinal, say
from tts_baseline.pipelines.f5_spanish.text.kinds.quantities import Quantities, quantities
from tts_baseline.pipelines.f5_spanish.text.overrides import overrides, words
from tts_baseline.pipelines.f5_spanish.text.rules import DIGIT, Paragraph, Rule, Said

if TYPE_CHECKING:
    from tts_baseline.pipelines.f5_spanish.text.overrides import Unit

_VULGAR = "¼½¾⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"
_YEARS = range(1800, 2100)  # chosen: 39/2015 is a law's number far more often than a fraction
_LARGEST_NAMED = 10  # chosen: un décimo is common, names of smaller parts are not
_SMALLEST_NAMED = 3  # 1/2 parte is media parte
_OUT_OF_TEN = 10  # chosen: nueve sobre diez is a mark far more often than nine tenths
_PART = r"\d{1,3}(?:[. ]\d{3})+(?!\d)|\d{1,9}"


_MARK = re.compile(r"(?<![^\W_])(?P<above>\d{1,2}[.,]\d{1,2})/(?P<below>\d{1,3})(?![\w/]|[.,]\d)")
_INCHES = re.compile(
    r"(?<![\w/])(?:(?P<slashed>\d{1,2}/[1-9]\d?)|(?P<whole>\d{1,3}(?:[.,]\d{1,2})?)) ?(?:\"|″|”)(?!\w)"
)
_QUOTED = 200  # chosen: a quotation of which only its end is a mark of inches is shorter
_FULL_MARKS = ("5", "10", "20", "100")  # what is the most, where marks are given
_BITS = re.compile(r"[- ]?bits?\b")  # 40/128 bits are lengths to choose from
_FINALS = re.compile(" de final")
_SHOTS = re.compile(" en (?:triples|tiros|lanzamientos)")  # of which so many were scored
_RATES = frozenset(["fps", "Hz", "kHz", "MHz"])  # of which several are to choose from: 50/60 Hz
# What joins the parts after a word: un compás de tres por cuatro, la página tres de doce.
_BY_WORD = {
    re.compile(r"[Cc]ompás(?:es)? de \Z"): "por",
    re.compile(r"[Pp]ágina \Z"): "de",
    # Versions to choose from: DivX 4/5, Windows 95/98.
    re.compile(
        r"(?:\b(?:Windows|Python|Perl|Java|Debian|Ubuntu|Android|Office|Express|Qt)|\b\w*[a-z][A-Z]\w*) \Z"
    ): "barra",
    re.compile(r"[Ee]scala \Z"): "",
}


def rules(region: str) -> tuple[Rule, ...]:
    """The rule for fractions: 1/2 kg, 2 1/2 horas, ¾, 39/2015."""
    here = quantities(region)
    pattern = re.compile(
        rf"(?<![^\W_])(?P<sign>(?<![^\s(«\"“¿¡:=,;\[{{])[-−–+](?=[\d{_VULGAR}]))?"
        rf"(?:(?P<whole>\d{{1,3}}) ?(?P<vulgar>[{_VULGAR}])|(?P<alone>[{_VULGAR}])"
        rf"|(?:(?P<whole2>\d{{1,3}}) )?(?P<slashed>\d{{1,9}}(?:[/⁄](?:{_PART})(?![\d/]|[.,]\d))"
        rf"|\d{{1,9}}(?:[/⁄]\d{{1,9}}(?!\d)){{2,}}+))"
        rf"(?: ?(?P<of>{here.unit})(?![^\W_])| (?P<noun>[^\W\d_]+))?"
    )

    def say_here(match: re.Match[str], paragraph: Paragraph) -> Said | None:
        return _named(match, paragraph) or _rates(match, here) or _say(match, here)

    return (
        Rule("mark", "fraction", (DIGIT,), _MARK, _say_mark),
        Rule("inches", "measure", (DIGIT,), _INCHES, _say_inches),
        Rule("fraction", "fraction", (DIGIT, *_VULGAR, "-", "−", "–", "+"), pattern, say_here),
    )


def _named(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    """What a fraction is by the words around it: a scale, a measure of music, a page of several, a final."""
    parts = (match["slashed"] or "").split("/")
    if len(parts) != 2 or match["sign"] or match["whole2"]:
        return None
    above, below = parts
    before, end = paragraph.before(match.start()), match.end("slashed")
    joining = next((said for word, said in _BY_WORD.items() if word.search(before)), None)
    if before.endswith("[") and paragraph.text[end : end + 1] == "]":  # [1/5]: one of five
        joining = "de"
    if paragraph.word_before(match.start()).lower() in words("numbered"):
        joining = "barra"
    if _BITS.match(paragraph.text, end):
        joining = "barra"
    if _SHOTS.match(paragraph.text, end):
        joining = "de"
    if joining is not None:
        parts = [cardinal(part.replace(".", ""), grouped=True) for part in (above, below)]
        return Said(f" {joining} ".join(parts).replace("  ", " "), end=end)
    name = numerals.part(int(below)) if len(below) <= 2 and below > "1" else None
    if name and above == "1" and _FINALS.match(paragraph.text, end):
        return Said(f"{name}s", end=end)
    return None


def _rates(match: re.Match[str], here: Quantities) -> Said | None:
    """Rates to choose from: cincuenta barra sesenta hercios."""
    parts = (match["slashed"] or "").split("/")
    if len(parts) == 1 or match["of"] not in _RATES or match["whole2"] or "1" in parts:
        return None
    spoken = " barra ".join(cardinal(part.replace(".", ""), grouped=True) for part in parts)
    return Said(f"{spoken} {here.units[match['of']].many}")


def _say_mark(match: re.Match[str], paragraph: Paragraph) -> Said:
    point = paragraph.region in overrides().decimal_point
    joining = "sobre" if match["below"] in _FULL_MARKS else "barra"  # StarOffice 6.0/7: versions
    return Said(f"{say(match['above'], 'none', point=point)} {joining} {cardinal(match['below'])}")


def _say_inches(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    """Inches, unless the mark closes a quotation."""
    before = paragraph.text[max(0, match.start() - _QUOTED) : match.start()]
    if before.count('"') % 2 or before.count("“") > before.count("”"):
        return None
    if match["slashed"]:
        above, below = match["slashed"].split("/")
        if (above, below) == ("1", "2"):
            return Said("media pulgada")
        return Said(f"{_plain(above, below)} de pulgada")
    one = match["whole"] == "1"
    return Said(f"{say(match['whole'], 'f', point=False)} pulgada{'' if one else 's'}")


def _say(match: re.Match[str], here: Quantities) -> Said | None:
    """A fraction's words, with its unit or the noun after it."""
    written = match["vulgar"] or match["alone"]
    slashed = unicodedata.normalize("NFKC", written) if written else match["slashed"]
    parts = [part.replace(".", "").replace(" ", "") for part in re.split("[/⁄]", slashed)]
    whole = match["whole"] or match["whole2"] or ""
    sign = SIGNS[match["sign"] or ""]
    if len(parts) > 2:
        spoken = " barra ".join(cardinal(part) for part in parts)
        whole = f"{cardinal(whole)} " if whole else ""
        return Said(f"{sign}{whole}{spoken}", end=match.end("slashed"))
    above, below = parts
    unit = here.units[match["of"]] if match["of"] else None
    noun = match["noun"] or ""
    if noun and (noun.lower() in words("not-noun") or not noun.islower() or noun[-1] in "óéáí"):
        noun = ""
    spoken, with_noun = (
        _mixed(whole, above, below, unit, noun)
        if whole
        else _single(above, below, unit, noun, part_of=bool(sign or match["noun"] in ("de", "del")))
    )
    end = match.end() if with_noun else max(match.end("vulgar"), match.end("alone"), match.end("slashed"))
    return Said(sign + spoken, end=end)


def _single(above: str, below: str, unit: Unit | None, noun: str, *, part_of: bool) -> tuple[str, bool]:
    """The words of a fraction without whole, and whether they include the noun."""
    if noun in ("parte", "partes") and len(below) <= 2 and int(below) >= _SMALLEST_NAMED:
        return _parts(above, below, noun), True
    if unit:
        name, gender = unit.one, unit.gender
    else:
        name, gender = ("", "none") if noun.endswith("s") else (noun, noun_gender(noun))
    if name and (above, below) == ("1", "2"):
        return f"{'media' if gender == 'f' else 'medio'} {name}", True
    spoken = _plain(above, below, out_of_ten=not part_of)
    if name and int(above) < int(below):
        return f"{spoken} de {name}", True
    return (f"{spoken} {unit.many}", True) if unit else (spoken, False)


def _mixed(whole: str, above: str, below: str, unit: Unit | None, noun: str) -> tuple[str, bool]:
    """A mixed number's words, with the noun before the fraction: dos horas y media."""
    half = (above, below) == ("1", "2")
    if unit:
        singular_form, plural_form, gender = unit.one, unit.many, unit.gender
    elif noun:
        singular_form, plural_form, gender = singular(noun), noun, noun_gender(noun)
    else:
        return f"{cardinal(whole)} y {'medio' if half else _plain(above, below)}", False
    fraction = ("media" if gender == "f" else "medio") if half else _plain(above, below)
    return f"{cardinal(whole, gender)} {singular_form if whole == '1' else plural_form} y {fraction}", True


def _parts(above: str, below: str, noun: str) -> str:
    """Thirds and more as parts: dos terceras partes, una veinticuatroava parte."""
    named = numerals.part(int(below)) if int(below) > _LARGEST_NAMED else None
    if named:
        return f"{cardinal(above, 'f')} {named[:-1]}a{'' if above == '1' else 's'} {noun}"
    return f"{cardinal(above, 'f')} {ordinal(below, 'f', many=above != '1')} {noun}"


def _plain(above: str, below: str, *, out_of_ten: bool = False) -> str:
    """A fraction's words: tres cuartos, siete medios; with sobre if it has no name, with barra for a year."""
    over, under = int(above), int(below)
    year = under in _YEARS and len(below) == 4 and over != 1
    if "0" in (above[0], below[0]) or (over in _YEARS and len(above) == 4) or year:
        return f"{cardinal(above)} barra {cardinal(below)}"
    marks = out_of_ten and under == _OUT_OF_TEN and over > 1
    named = None if marks or under == 1 else numerals.part(under)
    if named is None or (over >= under and under > _LARGEST_NAMED):
        return f"{say(above, 'none', point=False)} sobre {cardinal(below, grouped=True)}"
    return f"un {named}" if over == 1 else f"{cardinal(above, 'm')} {named}s"
