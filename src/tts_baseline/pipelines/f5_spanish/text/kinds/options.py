"""Options of commands, whose dashes are said: --help, -v, -msglevel; a dash of a dialogue is none."""

from __future__ import annotations

import re

from tts_baseline.pipelines.f5_spanish.text.kinds.links import read_out
from tts_baseline.pipelines.f5_spanish.text.kinds.named import LAST_LETTERS, START, last_word
from tts_baseline.pipelines.f5_spanish.text.kinds.spelling import is_english, readable, spell
from tts_baseline.pipelines.f5_spanish.text.overrides import words
from tts_baseline.pipelines.f5_spanish.text.rules import Paragraph, Rule, Said

_OPTION = re.compile(
    rf"{START}(?:--[A-Za-z][\w-]*(?:=[^\s,;)»”\"]*[\w*/])?|-(?P<short>[A-Za-z]{{1,4}}\d{{0,3}})(?![^\W_]))(?<!-)(?:-\*)?"
)
_DIALOGUE = re.compile(r"\A\W*--?\W*[A-ZÁÉÍÓÚÑ]|--?(?:[¿¡]|[A-ZÁÉÍÓÚÑ][a-záéíóúñ]|[AEOUY] )")
_CLOSING_DASH = re.compile(r"\w-(?=[\s,.;:)?!]|$)")
_ASIDE = re.compile(r"-(?=[\s.,;:]|\Z)")  # -TESS-
_CLOSING_DASHES = re.compile(r"[a-záéíóúñ]--(?=[\s,.;:)?!]|$)")
_NEGATED = re.compile(r"(?<![^\W_])[a-z](?: ?= ?)\Z")  # y=-b
_INCISE = 120  # chosen: what stands between dashes is shorter
_GLUED = re.compile(rf"{START}-[A-Za-z](?=[^\W\d_]{{4,}}_\w)")
_COMMAND = "letters without a vowel"
_WORD = re.compile(rf"{START}-(?P<word>[a-z][a-z0-9]+(?:-[a-z0-9]+)*)(?!\w|[.@/]\w|-\w)")
_CLOSED = re.compile(r"\w-(?=[\s,.;:)?!]|$)")
_COMMANDS = frozenset([_COMMAND, "name that begins with letters", "option", "option by a word"])
_VALUED = re.compile(r" ?[<=]| ?[-+]\d| \[| [\w.]+[:=]\w")
_OPENED = frozenset("(«“\"'`")


def rules(region: str) -> tuple[Rule, ...]:
    """The rules for options of commands."""
    return (
        Rule("option with its value", "code", ("-",), _GLUED, _say_glued),
        Rule("option", "code", ("-",), _OPTION, _say_option),
        Rule("option by a word", "code", ("-",), _WORD, _say_word),
    )


def _say(match: re.Match[str], paragraph: Paragraph) -> Said:
    return Said(read_out(match.group(), paragraph.region))


def _say_option(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    """An option; a dash before a word is a dash (-dijo, --dijo) where the text is a dialogue or no option."""
    short = match["short"]
    if short is None:
        closed = _CLOSING_DASHES.search(paragraph.text, match.end() - 1, match.end() + _INCISE)
        return None if closed or _DIALOGUE.search(paragraph.text) else _say(match, paragraph)
    if len(short) > 1 and _ASIDE.match(paragraph.text, match.end()):
        return None
    noun = last_word(paragraph, match.start()) in words("typed-noun")
    last = paragraph.last
    command = last is not None and last.rule.name == _COMMAND and last.end == match.start() - 1
    noun = noun or command
    if _NEGATED.search(paragraph.before(match.start())) and len(short) == 1:
        return Said(f"menos {spell(short, paragraph.region)}")
    numbered = short[-1].isdecimal()
    letter = len(short.rstrip("0123456789")) == 1 and (
        noun or numbered or short.lower() not in "aeouy" or not _is_dash(match, paragraph)
    )
    if len(short) > 1 and len(set(short)) == 1:
        return Said(f"guion {spell(short, paragraph.region)}")  # -ee
    if not letter and (len(short) == 1 or (readable(short) and not noun)):
        return None
    letters = short.rstrip("0123456789")
    if numbered and len(letters) == 2:
        number = read_out(short[len(letters) :], paragraph.region)
        return Said(f"guion {spell(letters, paragraph.region)} {number}")
    if numbered:
        return _say(match, paragraph)
    word = readable(short) or short.lower() in words("english")
    spoken = short if word and not letter else spell(short, paragraph.region)
    return Said(f"guion {spoken}")


def _say_glued(match: re.Match[str], paragraph: Paragraph) -> Said:
    """An option of one letter, to which its value is joined: -inombre_de_paquete."""
    return Said(f"guion {spell(match.group()[1:], paragraph.region)}")


def _is_dash(match: re.Match[str], paragraph: Paragraph) -> bool:
    """True if a dash before a word of one letter is one of a dialogue or of a pair: -a veces dos-."""
    text, end = paragraph.text, match.end()
    return (match.start() == 0 and match.group()[1:2].isupper()) or bool(
        _DIALOGUE.search(text) or _CLOSING_DASH.search(text, end, end + _INCISE)
    )


def _say_word(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    """An option of one dash and a word, by what is around it: use -msglevel, -subpos <nombre>, (-zoom)."""
    text, word = paragraph.text, match["word"]
    if _DIALOGUE.search(text) or _CLOSED.search(text):
        return None
    shown = _VALUED.match(text, match.end()) or text[match.start() - 1 : match.start()] in _OPENED
    used = last_word(paragraph, match.start()) in words("typed-noun") | words("used")
    foreign = any(map(_is_foreign, re.split(r"[-\d]+", word))) or any(map(str.isdecimal, word))
    last = paragraph.last
    after = last is not None and last.end == match.start() - 1 and last.rule.name in _COMMANDS
    several = len(_WORD.findall(text)) > 1
    return _say(match, paragraph) if shown or used or foreign or after or several else None


def _is_foreign(part: str) -> bool:
    """True if a part of an option is no Spanish word by its looks."""
    return bool(part) and (part[-1] not in LAST_LETTERS or not readable(part) or is_english(part))
