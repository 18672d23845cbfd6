"""Signs that are talked about, which are said by their names: «?» in quotation marks, el carácter *."""

from __future__ import annotations

import re

from tts_baseline.pipelines.f5_spanish.text.kinds.links import read_out
from tts_baseline.pipelines.f5_spanish.text.overrides import words
from tts_baseline.pipelines.f5_spanish.text.rules import Paragraph, Rule, Said

_COMPARED = {"<=": "menor o igual que", ">=": "mayor o igual que", "<>": "distinto de", "!=": "distinto de"}
_SIGNS = "?!.,;:|\\-_*/+=<>~^#$%&@"
_BRACKETS = {
    "[": "corchete de apertura", "]": "corchete de cierre", "{": "llave de apertura", "}": "llave de cierre",
    "(": "paréntesis de apertura", ")": "paréntesis de cierre",
}  # fmt: skip
_QUOTED_BRACKET = re.compile(r"(?<=[«“\"'‘`])[\[\](){}](?=[»”\"'’`])")
_QUOTED = re.compile(
    rf"(?:(?<=[«“‘])|(?<=[\s(][\"'`])|(?<= -\w[\"']))[{re.escape(_SIGNS)}]{{1,2}}(?=[»”«\"’'`])"
)
_NAMED = re.compile(rf"(?<=\w )(?!;;)[{re.escape(_SIGNS)}](?=\s\w|[,;)]|\.(?:\s|$)|$)")

# A sign that a bar takes its meaning from: \(, \&, \*.
_ESCAPED = re.compile(r"\\(?P<sign>[][(){}&*!?|+#$%@^~-])(?:(?=[\s,.;:()'\"»”’`]|$)|(?<=[][(){}])(?=\d))")

_NAMED_BEFORE = re.compile(r"([^\W\d_]{3,}?)(?:e?s)? \(\Z")
_NAME_BEFORE = re.compile(r"([^\W\d_]{3,}?)(?:e?s)? \Z")
_AFTER_NAME = re.compile(r"(?<=[a-z] )[#*~&@^_|](?=[\s,.;:)]|$)")
_SAID_ANYWAY = "#&@+=<>/%$^"  # signs that have a name where nothing else reads them
_SIGN = r"[|_*+=~^#$%&@/\\?-]|[<>=]{1,2}|[!:+*/-]=|\|&|&&|\|\||>[|&]|;(?=,)"
_ALONE = re.compile(
    rf"(?<=\()[.,;:|\\_*/+=<>~^#$%&@-]{{1,2}}(?=\))"
    rf"|(?<=[\s(,])(?P<sign>{_SIGN})(?=[\s,.)]|$)"
)
_BESIDE = re.compile(rf"(?:,|,? [oóyue])? ?(?P<sign>{_SIGN})(?=[\s,.)]|$)")
_BEFORE_IT = re.compile(rf"(?:^|[\s(,])(?P<sign>{_SIGN})(?:,|,? [oóyue])? ?\Z")
_OF_ESCAPE = re.compile(r"(?<=\bESC )[][(){}*+#%&$/.-](?=[\s,;)]|$)")  # a sequence of a terminal: ESC (
_DASH, _LISTED = re.compile(" [a-záéíóúñ]{2}"), re.compile("[,oóyue]")  # Paro % - muestra: a dash
# The bar between verses in one line (OLE): a pause, where there are two, or after a mark.
_VERSE = re.compile(r"(?:(?<=[a-záéíóúñ]{2})|(?<=[,;:.!?»]))/(?= [^\W\d_])")


# Names that a star shortens, of which there are several (vif*, veth*): one may be the mark of a note.
_STARRED = re.compile(r"(?<=[a-z]{2})\*(?=[\s,.;)]|$)")
_NAMES_BEFORE = re.compile(
    r"\b(?:archivos|ficheros|scripts|paquetes|órdenes|comandos|nombres|programas|opciones) [\w-]+\Z"
)
_OPENING_STAR = re.compile(r"(?<!\S)\*\w")


# Three signs and more in a row that are not all of one kind are told one by one: */=>@|.
_RUN = re.compile(r"(?<![^\s(«\"“'‘`])[*/=>@|<~^#$%&+\\_.]{2,8}[*/=>@|<~^#$%&+\\_](?![^\s)»\"”'’.,;:])")
# Of all kinds after a word that says so: los símbolos :?.,-()+/
_LISTED_SIGNS = re.compile(
    r"[!#$%&()*+,./:;<=>?@\[\\\]^_{|}~-][!\"#$%&()*+,./:;<=>?@\[\\\]^_{|}~-]{3,30}(?<!\")(?<![.,])(?=[.,]?[\s'’»”\"]|$)"
)
_LISTED_NAMES = _BRACKETS | {'"': "comillas"}
_OF_SIGNS = r"\b(?:símbolos?|signos?|caracteres)(?: [a-záéíóúñ]+)? [«“\"'‘`]?"
_KINDS = 3  # chosen: of fewer kinds of signs, a row is drawn
_PLUS_BESIDE = re.compile(r"\+[\"'»”’`)]?(?:,| (?:[oyue]|ni)) [\"'«“‘`(]?\Z")


# Of several beside settings, and of many, each begins a comment, and is not said: Mode: 600 # Vamos a ...
_COMMENT = re.compile(r"(?<!\S)#(?= [(«¿]?[^\W\d_]{2})")
_SEVERAL = 2  # chosen: two may be talked about
_SETTINGS = re.compile(r"\A# |(?<!\w)[A-Z][\w-]*: [\w-]")


# Stars before names, as pointers are written, where none closes an emphasis: *src, *envz.
_POINTER = re.compile(r"(?<=[\s(,])\*{1,2}(?=[a-z_]\w)")
_EMPHASIS = re.compile(r"(?<=[\w.,;:!?»”\"])\*+(?=[\s.,;:!?)»”\"]|$)")


def rules(region: str) -> tuple[Rule, ...]:
    """The rules for signs in quotation marks, and after a word that says that a sign follows."""
    return (
        Rule("signs in a row", "sign", _SIGNS, _RUN, _say_run),
        Rule("sign after escape", "sign", f"{_SIGNS}()[]{{}}", _OF_ESCAPE, _say_bracketed),
        Rule("signs in a list", "sign", f"{_SIGNS}()[]{{}}", _LISTED_SIGNS, _say_listed),
        Rule("marks of comments", "sign", ("#",), _COMMENT, _say_comment),
        Rule("escaped sign", "sign", ("\\",), _ESCAPED, _say_escaped),
        Rule("quoted bracket", "sign", tuple(_BRACKETS), _QUOTED_BRACKET, _say_bracket),
        Rule("quoted sign", "sign", _SIGNS, _QUOTED, _say),
        Rule("sign alone", "sign", _SIGNS, _ALONE, _say_alone),
        Rule("end of a verse", "sign", ("/",), _VERSE, _say_verse),
        Rule("stars of names", "sign", ("*",), _STARRED, _say_starred),
        Rule("star of a pointer", "sign", ("*",), _POINTER, _say_pointer),
        Rule("sign after its name", "sign", "#*~&@^_|", _AFTER_NAME, _say_after_name),
        Rule("named sign", "sign", _SIGNS, _NAMED, _say_named),
    )


def _say_bracket(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    """A bracket in quotation marks, unless its name has just been said."""
    called = _BRACKETS[match.group()]
    return None if called.partition(" ")[0] in paragraph.before(match.start()) else Said(called)


def _say_escaped(match: re.Match[str], paragraph: Paragraph) -> Said:
    sign = match["sign"]
    return Said(f"barra inversa {_BRACKETS.get(sign) or read_out(sign, paragraph.region)}")


def _say_comment(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    marks = len(_COMMENT.findall(paragraph.text))
    return Said("") if marks > _SEVERAL or (marks > 1 and _SETTINGS.search(paragraph.text)) else None


def _say_run(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    signs = match.group()
    return Said(read_out(" ".join(signs), paragraph.region)) if len(set(signs)) >= _KINDS else None


def _say_bracketed(match: re.Match[str], paragraph: Paragraph) -> Said:
    return Said(_BRACKETS.get(match.group()) or read_out(match.group(), paragraph.region))


def _say_listed(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    """Signs one by one, also brackets, after a word that says that signs follow."""
    signs = match.group()
    if len(set(signs)) < _KINDS or not paragraph.follows(_OF_SIGNS, match.start()):
        return None
    return Said(", ".join(_LISTED_NAMES.get(sign) or read_out(sign, paragraph.region) for sign in signs))


def _say(match: re.Match[str], paragraph: Paragraph) -> Said:
    sign = match.group()
    if sign == "-" and _PLUS_BESIDE.search(paragraph.before(match.start())):
        return Said("menos")
    return Said(_COMPARED.get(sign) or read_out(sign, paragraph.region))


def _say_alone(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    """A sign that is all that is in parentheses, or one of several in a row: <, <= y >.

    What follows its name is not said once more: un punto (.).
    """
    if match["sign"]:
        beside = _BESIDE.match(paragraph.text, match.end()) or _BEFORE_IT.search(
            paragraph.before(match.start())
        )
        if not beside or match["sign"] == beside["sign"]:  # a line that is drawn
            return None
        if (
            match["sign"] == "-"
            and _DASH.match(paragraph.text, match.end())
            and not _LISTED.search(beside[0])
        ):
            return None
    said = _say(match, paragraph)
    if not _is_named(_NAMED_BEFORE, said.words, paragraph.before(match.start())):
        return said
    return Said("") if match.group() in _SAID_ANYWAY else None


def _is_named(form: re.Pattern[str], called: str, before: str) -> bool:
    """True if a sign's name has just been said: un punto (.), la almohadilla #."""
    named = form.search(before)
    return named is not None and any(name.startswith(named[1].lower()) for name in called.split())


def _say_after_name(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    called = _say(match, paragraph).words
    return Said("") if _is_named(_NAME_BEFORE, called, paragraph.before(match.start())) else None


def _say_verse(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    marked = not paragraph.text[match.start() - 1].isalpha()
    return Said(",") if marked or len(_VERSE.findall(paragraph.text)) > 1 else None


def _say_starred(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    text, start = paragraph.text, match.start()
    several = _STARRED.search(text, match.end()) or _STARRED.search(text, 0, start)
    emphasis = _OPENING_STAR.search(paragraph.before(start))
    named = _NAMES_BEFORE.search(paragraph.before(start))
    return _say(match, paragraph) if (several or named) and not emphasis else None


def _say_pointer(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    if _EMPHASIS.search(paragraph.text):
        return None
    return Said(read_out(" ".join(match.group()), paragraph.region) + " ")


def _say_named(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    return _say(match, paragraph) if paragraph.word_before(match.start()).lower() in words("sign") else None
