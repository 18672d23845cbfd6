"""Names that are typed as they stand: paths, dotted names, identifiers, variables, globs.

In such a name every sign is said, by its name, because whoever types it needs it: `/etc/apt` is *barra etc
barra apt*. A plain name with a hyphen (apt-get) is said as its words, and no rule here takes it.
"""

from __future__ import annotations

import re

from tts_baseline.pipelines.f5_spanish.text.kinds.letters import TITLES
from tts_baseline.pipelines.f5_spanish.text.kinds.links import read_out
from tts_baseline.pipelines.f5_spanish.text.kinds.pieces import sayable
from tts_baseline.pipelines.f5_spanish.text.kinds.spelling import is_english, readable
from tts_baseline.pipelines.f5_spanish.text.overrides import overrides, words
from tts_baseline.pipelines.f5_spanish.text.rules import (
    CAPITALS,
    DIGIT,
    JOINED,
    LETTER,
    Paragraph,
    Rule,
    Said,
)

START = r"(?<![^\s(«\"“”'‘`,;=|<>\[])"
_OF_SEVERAL = r"\{[\w.*-]*(?:,[\w.*-]*)+\}"  # key.{binary,chroot}
_IN_PATH = rf"(?!{_OF_SEVERAL})[\w./*+@%~{{}}$:\\-]"
_CLASS = r"\[[\w^-]{1,8}\](?=[\w./*])"
_PATH = re.compile(
    rf"{START}(?:~\w*|\.{{1,2}}|\$\{{?\w+\}}?)?/(?:(?=[\w.*{{$[])(?:{_OF_SEVERAL}|{_IN_PATH}|{_CLASS})*(?:[\w*/+}}~]|{_OF_SEVERAL}|(?<=/)\.\.(?![\w.]))(?:\?\w+=[\w&=%.-]*\w)?)"
    rf"|{START}[A-Za-z]:[\\/](?:{_IN_PATH}*[\w*\\])?"
    r"|(?<=[^\W\d_]\))/(?=[A-Za-z]{2})[\w./*+@%~-]*[\w*/]"  # below a folder that is described in parentheses
)
_IN_NAME = rf"(?:{_OF_SEVERAL}|(?!{_OF_SEVERAL})[\w.+@*{{}}-])"
_BELOW = re.compile(
    rf"(?<![\w./-])[\w+-]+(?:-\d+(?:\.\d+)+)?(?:/{_IN_NAME}+)*/(?:{_IN_NAME}*(?:[\w*}}]|{_OF_SEVERAL}))?"
)
_IN_BRACES = re.compile(r"(?P<dollar>\$)\{(?P<name>\w+)\}")  # the braces of ${HOME} are not said
_BRACES = {"{": "llave de apertura", ",": "coma", "}": "llave de cierre"}
_TYPED_BELOW = re.compile(r"[_*]|[A-Z]\.[A-Z]{2,4}\Z|\w\.[a-z]|[a-z]\.\d\Z|/.*/\Z")
_NAME = re.compile(
    r"(?<![\w.@/-])(?:[^\W_][\w@-]*(?:(?:\.|::)[\w*-]+)*|_+[^\W_]\w*)(?:-?\*)?(?:(?<=[_.-]\*)|(?<=\w))(?!\w)(?!/\w)"
)
_REVERSE = re.compile(r"(?<![\w.,@/-])\d{1,3}(?:\.\d{1,3})*(?:\.[a-z][\w-]*){2,}(?!\w)")
_HIDDEN = re.compile(
    rf"(?:{START}|(?<=[a-zA-Z]:))\.(?:[a-zA-Z](?![\w-]|\.\w)|[a-z][\w-]+(?:\.[a-z][\w-]*)*|[A-Z]{{2,4}})(?![^\W_])"
)
_PORT = re.compile(r"(?<![\w.:/@-])[a-z][\w-]*(?:\.[\w-]+)*(?::(?![A-ZÁÉÍÓÚÑ][a-z])[\w./-]*\w)+(?![\w:/])")
_SMALL = re.compile(r"[a-z][^:]*")
_PORTED = re.compile(r":.*:|:\d{4,5}\Z")
_CELLS = re.compile(
    r"(?<![\w$])(?:\$?[A-Z]\w*\.)?(?:\$[A-Z]{1,3}\$\d+|\$[A-Z]{1,3}\d+(?=:\$))(?::\$?[A-Z]{1,3}\$?\d+)?(?![\w$])"
    r"|(?<![\w$:])(?:\$?[A-Z]\w*\.)?\$?[A-Z]{1,3}\d{1,7}:(?:\$?[A-Z]\w*\.)?\$?[A-Z]{1,3}\d{1,7}(?![\w$:])"
    r"|(?<![\w$:])(?:\$[A-Z]{1,3}:\$[A-Z]{1,3}|\$\d{1,7}:\$\d{1,7})(?![\w$:])"
)
_MASK = re.compile(r"(?<![\w:.])(?:HH?|MM|DD)(?::(?:HH|MM|SS|DD|YY|AA|mm|ss)){1,3}(?![\w:])")
_GLOB = re.compile(
    rf"{START}\*[._-]\w[\w.-]*(?<=\w)|(?<=[_-])\*(?![\w*])|{START}\*[a-z]{{2,}}(?![\w*])(?!.*\*)"
)
_MIXED_CELL = re.compile(
    r"(?<![\w$.,])(?:(?<=[“\"])\$\d{1,4}(?=[”\"])|[A-Z]{1,3}\$\d{1,4}|\$[A-Z]{1,3}\d{1,4})(?![\w$]|[.,]\d)"
)
_OTHER_CELL = re.compile(r"\$[A-Z]{1,3}\$\d|\$\d+:\$\d|\b[Cc]eldas?\b")
_VARIABLE = re.compile(
    r"(?<![\w$])\$(?:[A-Z]{2,}\w*|[A-Z][a-z]{2}\w*(?:\.[A-Z]+\d+(?!\w))?|[a-z_]\w+|[a-z](?=[\s,;)])|\{\w+(?::\w+)?\}|\(\w+\)|\[\w+\])(?!\w)|(?<![\w$])\$\w\$(?!\w)|(?<=[“«\"])\$[a-z](?=[”»\"])"
)
_ESCAPED = re.compile(r"(?:\^|(?<![\w\\^]))\w+(?:\\\.[\w*+?-]+)+\$?(?!\w)")
_RIGHTS = re.compile(r"(?<![^\W_])[ugoa]{1,4}[-+=][rwxXst]{1,4}(?![^\W_])")
_SECTION = re.compile(r"(?<![^\W_])(?P<letter>[A-Z])(?P<numbers>(?:\.\d{1,3})+)(?![^\W_]|[.,:]\d)")
_NUMBER_AFTER = re.compile(r" \d")
_MANUAL = re.compile(r" ?\(\d[a-z]?\)")
_CLOSING = re.compile(r"[»”\"'’`)]")
_OPENING = frozenset("«“\"'‘`(")
_VALUE = re.compile(r"\??=(?=[^\s=])")
_INNER_CAPITAL = re.compile(r"[a-z][A-Z][a-z]")
_ASSIGNED = re.compile(r" =+ (?=[#\"'\w])")
_LETTERED = re.compile(
    r"[A-Z][a-z]{4,}[A-Z](?:\.\d{1,3})+"
)  # a word, and the number of a section: AnteriorB.2
_CAMEL = re.compile(r"[A-Z]?[a-z]{2,}[A-Z][a-z]")
_FILE = re.compile(
    r"(?:README|NEWS|TODO|COPYING|[Mm]akefile|[A-ZÑ]{4,}(?=\.SI\Z)|[A-Z][a-z]{2,}(?=\.P[LM]\Z))\."
)
LAST_LETTERS = frozenset("aeiouáéíóúlnrsdzy")
_FIRST_CHINESE = "\u2e80"
_LONG_PART = 3  # chosen: shorter capitals around a point may be an abbreviation
_LONG_FUNCTION = 5  # chosen: PRUEBA.NV is a function of a spreadsheet, EE.UU no name
_SURE_PARTS = 3  # chosen: two points in a name are no missing space
_SECTIONS = frozenset(["sección", "apéndice", "apartado", "capítulo", "tabla", "figura", "ejemplo", "anexo"])


def rules(region: str) -> tuple[Rule, ...]:
    """The rules for names that are typed."""
    return (
        Rule("path", "link", ("/", "~", ".", "$", LETTER, JOINED), _PATH, _say),
        Rule("path below a folder", "link", (JOINED,), _BELOW, _say_below),
        Rule("expression with points", "code", ("^", DIGIT, JOINED, LETTER), _ESCAPED, _say),
        Rule("rights to a file", "code", (JOINED, LETTER), _RIGHTS, _say_rights),
        Rule("section", "version", (LETTER,), _SECTION, _say_section),
        Rule("cells", "code", ("$", JOINED), _CELLS, _say),
        Rule("form of a time", "code", (CAPITALS, LETTER), _MASK, _say),
        Rule("mixed cell", "code", ("$", "A", "C", "R", LETTER, CAPITALS), _MIXED_CELL, _say_cell),
        Rule("name with colons", "code", (JOINED, LETTER), _PORT, _say_port),
        Rule("typed name", "code", (JOINED, "_"), _NAME, _say_name),
        Rule("reverse address", "link", (DIGIT,), _REVERSE, _say),
        Rule("hidden file", "link", (".",), _HIDDEN, _say),
        Rule("pattern of names", "code", ("*",), _GLOB, _say),
        Rule("variable", "code", ("$",), _VARIABLE, _say_variable),
    )


def _say(match: re.Match[str], paragraph: Paragraph) -> Said:
    blank = " " if paragraph.text[: match.start()].endswith(")") else ""
    said = read_out(_IN_BRACES.sub(r"\g<dollar>\g<name>", match.group()), paragraph.region)
    for sign, called in _BRACES.items():
        said = said.replace(sign, called)
    return Said(blank + said)


def _say_below(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    folder = match.group().endswith("/") and last_word(paragraph, match.start()) in words("typed-noun")
    valued = _VALUE.match(paragraph.text, match.end())
    return _say(match, paragraph) if folder or valued or _TYPED_BELOW.search(match.group()) else None


def _say_port(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    """A name whose parts are joined by colons, as localhost:5901; not a word and one after it: nota:esto."""
    name = match.group()
    around = _VALUE.match(paragraph.text, match.end()) or any(map(_is_foreign, _SMALL.findall(name)))
    return _say(match, paragraph) if around or _PORTED.search(name) else None


def _say_cell(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    """A cell of which one part is absolute (A$1), where cells are meant and not Australian dollars."""
    return _say(match, paragraph) if _OTHER_CELL.search(paragraph.text) else None


def _is_foreign(part: str) -> bool:
    """True if a small part of a name is no Spanish word by its looks: tcp, port, ip6."""
    return part[-1:] not in LAST_LETTERS or not readable(part)


def _say_rights(match: re.Match[str], paragraph: Paragraph) -> Said:
    """Rights as they are changed, letter by letter: g+rw, o-r."""
    return Said(read_out(" ".join(match.group()), paragraph.region).replace("guion", "menos"))


def _say_section(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    numbers = match["numbers"].count(".")
    heads = match.start() == 0 and paragraph.text.startswith(". ", match.end())
    if numbers == 1 and not heads and paragraph.word_before(match.start()).lower() not in _SECTIONS:
        return None
    return _say(match, paragraph)


def _say_name(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    """A name with an underscore, or with points where it is no missing space after a sentence."""
    name = match.group()
    if _LETTERED.fullmatch(name):
        return None
    return (
        _say(match, paragraph)
        if "_" in name or "*" in name or "::" in name or _is_dotted(match, paragraph)
        else None
    )


def _is_dotted(match: re.Match[str], paragraph: Paragraph) -> bool:
    """True if points join a name: by its last part, its number of parts, or what is around it."""
    name = match.group()
    first, *rest = name.split(".")
    formula = paragraph.text[match.start() - 1 : match.start()] == "=" and len(rest) > 1  # =K.ESIMO.MAYOR(A1)
    called = paragraph.text.startswith("(", match.end())
    if not rest or not all(rest) or max(name) >= _FIRST_CHINESE:
        return False
    around = paragraph.text[match.end() : match.end() + 5]
    quoted = bool(paragraph.text[match.start() - 1 : match.start()] in _OPENING and _CLOSING.match(around))
    if len(first) == 1 and not formula:  # E.connect("clicked"), «c.archivo», a.out
        sure = called or quoted or (first.islower() and rest[-1] in words("typed-ending"))
        return sure and rest[0].islower() and len(rest[0]) > 1
    capitals = name.isupper()
    if _VALUE.match(paragraph.text, match.end()) or _INNER_CAPITAL.search(first) or _FILE.match(name):
        return True
    classes = any(map(_is_class, (first, *rest))) or any(map(_CAMEL.match, rest))
    classes = classes or (quoted and all(part[:2].istitle() for part in (first, *rest)))  # «Gio.File»
    if classes or _ASSIGNED.match(paragraph.text, match.end()):
        return True
    sure = len(rest) + 1 >= _SURE_PARTS and all(len(part) >= _LONG_PART for part in (first, *rest))
    if sure or (len(rest) >= _SURE_PARTS and name.islower()) or (rest == ["o"] and not sayable(first)):
        return True
    cells = first[-1].isdecimal() and rest[-1][-1].isdecimal()
    if not (capitals or cells or name[0].islower()) and not all(
        part[0].islower() or part[0].isdigit() for part in rest
    ):
        return False
    if cells:
        return True
    if not first[0].isalpha() or (not capitals and any(part in words("not-noun") for part in rest)):
        return False
    if capitals or rest[-1].isdecimal():
        long = len(rest) + 1 >= _SURE_PARTS or min(map(len, (first, *rest))) >= _LONG_PART
        long = long or (len(first) >= _LONG_FUNCTION and len(rest[-1]) > 1)
        sure = long and capitals and not paragraph.shouted
        called = called or last_word(paragraph, match.start()) in words("typed-noun")
        numbered = rest[-1].isdecimal() and len(rest) + 1 >= _SURE_PARTS and name.islower()
        return (
            sure
            or called
            or formula
            or numbered
            or (rest[-1].isdecimal() and not readable(first) and len(first) > 1)
        )
    return bool(
        len(rest) + 1 >= _SURE_PARTS
        or (name.islower() and any(_is_foreign(part) or is_english(part) for part in (first, *rest)))
        or rest[-1] in words("typed-ending")
        or quoted
        or _MANUAL.match(around)
        or around.startswith("()")
        or (name.islower() and _NUMBER_AFTER.match(around))
        or last_word(paragraph, match.start()) in words("typed-noun")
    )


def _is_class(part: str) -> bool:
    """True if a part of a name is no word and no abbreviation: Gtk.Window, not Sr.Ruiz."""
    return (
        len(part) >= _LONG_PART
        and part[1:].islower()
        and part.isascii()
        and not any(letter in "aeiouy" for letter in part.lower())
        and part.lower() not in TITLES
        and not any(f"{part}." in row.written for row in overrides().word)
    )


def _say_variable(match: re.Match[str], paragraph: Paragraph) -> Said:
    name = match.group()
    if name.endswith("$"):
        return _say(match, paragraph)
    return Said(f"dólar {read_out(name.strip('${}()[]'), paragraph.region)}")


def last_word(paragraph: Paragraph, place: int) -> str:
    """The word before a place, before quotation marks too, in small letters."""
    before = paragraph.before(place).rstrip(" «“\"'‘`(")
    return paragraph.word_before(place).lower() or re.split(r"\W", before)[-1].lower()
