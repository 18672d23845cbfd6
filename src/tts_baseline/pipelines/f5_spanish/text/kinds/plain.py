"""The plainest rules: ratios, and digits that no other rule reads."""

from __future__ import annotations

import itertools
import re

from tts_baseline.pipelines.f5_spanish.text.amounts import NUMBER, cardinal, say
from tts_baseline.pipelines.f5_spanish.text.overrides import overrides, words
from tts_baseline.pipelines.f5_spanish.text.rules import DIGIT, JOINED, Paragraph, Rule, Said

_BOTH = re.compile(  # hijos/as
    r"(?<![\w/.-])(?P<stem>[^\W\d_]{2,}?)(?P<end>os?|or(?:es)?)/(?P<other>as?)"
    r"(?![\w/]|\.\w| (?:el|l[aeo]s?|una?|mi|su|tu)\b)"
)
_RATIO = re.compile(
    rf"(?<![^\W_])(?P<left>\d+(?::\d+(?=:\d))*|\d{{1,3}}[.,]\d{{1,2}}(?=:\d{{1,3}}(?!\w))):(?P<right>{NUMBER})"
)
_SCALE = re.compile(r"(?<![^\W_])1:(?P<below>[1-9]\d{0,2}(?:[. ]\d{3})+|[1-9]\d{2,})(?![\w:]|[.,]\d)")
_DIGITS = re.compile(r"\d+")
# Numbers in a row without blanks: after a noun in the plural two may be, of more no comma is a decimal mark.
_LIST = re.compile(
    r"(?<![\w.,])\d{1,3}(?:,\d{1,2})+(?= (?:[yoe]|u) \d{1,3}(?!\d|[.,]\d))"
    r"|(?<![\w.,])(?!\d{1,3}(?:,\d{3})+(?!\d))\d{1,3}(?:,\d{1,3}){2,}(?![\w%–-]|[.,]\d)"
    r"|(?<![\w.,])\d{1,3}(?:,\d{1,3})+(?=,\d{1,3}[-–]\d{1,3}(?![\w-]|[.,]\d)|;\d{1,3}(?![\w-]|[.,]\d))"
)
_MANY = re.compile(r"(?<![^\W_])(?P<digit>\d)(?P<mark>[»”\"'’])s(?![^\W_])")
_STANDARD = re.compile(r"\b(?:ISO|IEC|UNE|EN|DIN|[Nn]orma|ISO[/ ]IEC) \Z")  # with its year: ISO 9001:2015
_YEAR = re.compile(r"(?:19|20)\d\d")
_PAGES = re.compile(
    r"(?<![\w.,])(?=[\d,]*-)\d{1,3}(?:-\d{1,3})?(?:,\d{1,3}(?:-\d{1,3})?){2,}(?![\w-]|[.,]\d)"
)
_DECIMALS = re.compile(r"\d+,\d+-\d+,\d+")
_OF_A_TREE = re.compile(r"\b(?:rutas?|cadenas?) [«“\"'`]?\Z")  # of numbers: la ruta «2:4»
_PAIR = 2
_PLURALS = ("ceros", "unos", "doses", "treses", "cuatros", "cincos", "seises", "sietes", "ochos", "nueves")


def rules(region: str) -> tuple[Rule, ...]:
    """The rule for ratios and scales: 2:1, 1:50.000."""
    point = region in overrides().decimal_point

    def say_ratio(match: re.Match[str], paragraph: Paragraph) -> Said:
        if not match["left"].replace(":", "").isdecimal():
            left_said, right_said = (say(match[side], "none", point=point) for side in ("left", "right"))
            return Said(f"{left_said} a {right_said}")
        left, right = match["left"].split(":"), say(match["right"], "none", point=point)
        if _STANDARD.search(paragraph.before(match.start())) and _YEAR.fullmatch(match["right"]):
            return Said(" ".join([*map(cardinal, left), right]), "code")
        before = paragraph.before(match.start())
        if _OF_A_TREE.search(before) or (len(left) > 1 and before.endswith("=")):  # crop=720:364:0:56
            return Said(" dos puntos ".join([*map(cardinal, left), right]), "code")
        if (len(left) > 1 and len(left[-1]) > 1) or (
            left[0][0] == "0" and len(left[0]) > 1
        ):  # 01:02:03,45: a time, number by number
            return Said(", ".join([*map(cardinal, left), right]))
        return Said(" a ".join([*map(cardinal, left), right]))

    return (
        Rule("ratio", "score", (DIGIT,), _RATIO, say_ratio),
        Rule("both genders", "abbreviation", (JOINED,), _BOTH, _say_both),
        Rule("several of a digit", "number", (DIGIT,), _MANY, _say_many),
    )


def _say_both(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    """A noun and its feminine, whose ending alone is written: los hijos o hijas."""
    if match["end"].endswith("s") != match["other"].endswith("s"):
        return None
    stem = match["stem"] + match["end"].removesuffix("s").removesuffix("e").removesuffix("o")
    return Said(f"{match['stem']}{match['end']} o {stem}{match['other']}")


def scale(region: str) -> tuple[Rule, ...]:
    """The rules for the scale of a map, 1:25 000, and for numbers in a row."""
    return (
        Rule("scale", "fraction", (DIGIT,), _SCALE, _say_scale),
        Rule("pages", "number", (DIGIT,), _PAGES, _say_pages),
        Rule("numbers in a row", "number", (DIGIT,), _LIST, _say_list),
    )


def _say_pages(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    """Numbers and ranges in a row that grow: 1,3,5-7,9; not 1,5-2,5, two decimals."""
    numbers = [int(number) for number in re.split("[,-]", match.group())]
    grow = all(a < b for a, b in itertools.pairwise(numbers))
    if not grow or (_DECIMALS.fullmatch(match.group()) and "página" not in paragraph.text):
        return None
    return Said(", ".join(" a ".join(map(cardinal, part.split("-"))) for part in match.group().split(",")))


def _say_list(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    numbers = match.group().split(",")
    # 1,3,5-7 and 1,3;7: pages
    ranged = paragraph.text.startswith(",", match.end())
    ranged = ranged or (paragraph.text.startswith(";", match.end()) and "página" in paragraph.text)
    listed = ranged or len(numbers) > _PAIR or paragraph.word_before(match.start()).lower() in words("listed")
    return Said(", ".join(map(cardinal, numbers))) if listed else None


def _say_many(match: re.Match[str], paragraph: Paragraph) -> Said:
    """Several of a digit: «1»s is unos."""
    return Said(f"{_PLURALS[int(match['digit'])]}{match['mark']}")


def _say_scale(match: re.Match[str], paragraph: Paragraph) -> Said:
    below = re.sub("[. ]", "", match["below"])
    return Said(f"uno a {cardinal(below, grouped=True)}")


def last(region: str) -> tuple[Rule, ...]:
    """The rule for digits that nothing else reads."""
    return (
        Rule("digits", "number", (DIGIT,), _DIGITS, lambda match, paragraph: Said(cardinal(match.group()))),
    )
