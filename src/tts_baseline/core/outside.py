"""Text from outside (cases, errors, servers, git, settings), made fit for each place that it may reach.

Whoever composes a page or a message passes what is not its own words through the function of that place.
Secrets are another matter: `core/redaction`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from functools import lru_cache
from html import escape

# GitHub runs a line that begins with '::' (spaces aside); Azure and TeamCity run '##vso[' and '##teamcity['
# anywhere in a line, as GitHub's older '##[' does.
_COMMAND = re.compile(r"^(?P<space>\s*)::|##(?=\w*\[)")
_TABS = re.compile("(\t)")
_COLORS = re.compile("(\t|\x1b\\[[0-9;]*m)")
_NO_SPACE = "&#8203;"
# What Markdown (CommonMark, GitHub's and GitLab's) would act on within a line.
_MARKS = re.compile(
    r"(?P<code>`[\w./=-]+`)"  # code of one word, which is nothing but that already
    r"|[\\`*$|]"  # escapes, code, emphasis, formulas, cells
    r"|(?<=\S)_(?=_*(?:\W|$))"  # the end of an emphasis: without it there is none
    r"|~(?=.*~)"  # strikethrough, but not HEAD~1
    r"|(?<=\])[(\[:]"  # links, images and their definitions; an interval has brackets, too
    r"|<(?=[A-Za-z/!?])|&(?=#?\w+;)"  # HTML
)
_ENTITIES = {"<": "&lt;", "&": "&amp;"}
# What becomes a link, a mention, a reference or a CI's command without any mark: a space of no width keeps it
# text.
_LINKS = re.compile(
    r"(?P<scheme>\b(?:https?|ftp):)(?=//)|(?P<mail>\b(?:mailto|xmpp):)|(?P<www>\bwww)(?=\.)"
    r"|(?P<mention>@)(?=\w)|(?P<reference>[#!%])(?=\w)|(?P<issue>\bGH-)(?=\d)|(?P<command>#)(?=#\w*\[)",
    re.IGNORECASE,
)
# Words, as most cells of a table, that neither begin a mark nor are a part of a link (`www.`, `GH-1`).
_WORD = "(?:[0-9A-FH-VX-Za-fh-vx-z.,;+()→-]++|[GWgw](?![HWhw]))++"
_WORDS = f"{_WORD}(?: {_WORD})*"
_PLAIN = re.compile(_WORDS)
_PLAIN_LINES = re.compile(f"{_WORDS}(?:\n{_WORDS})*")
# What Markdown would act on at the beginning of a line: headings, quotes, lists.
_BEGINNING = re.compile(r"^(?:#+|[+-]|\d+[.)])(?=\s)|^>")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7e]")
_UNFIT_IN_A_NAME = re.compile(r"[^a-z0-9._-]+")
_LONGEST_NAME = 100  # chosen: a file's name may have 255 bytes, of which ours adds some
_HASH_DIGITS = 8


def line(text: str) -> str:
    """The text as one line of what can be printed: spaces for all kinds of space, escapes for the rest.

    Escaped are control characters (also those of C1), characters that turn the direction of writing or have
    no width, and what stands for bytes that are no text: '\\x1b', '\\u202e', '\\udce9'.
    """
    if text.isprintable():
        return text  # as most text is, and the cells of a table of thousands of cases
    return "".join(map(_printable, text))


def terminal(text: str, *, colors: bool = False) -> str:
    """The text for a terminal or a CI log: its lines, none of which does anything but be read.

    `colors` lets color codes pass: those of tables, whose cells are `line`s already.
    """
    shown = (_plain(part, colors=colors) for part in text.split("\n"))
    return "\n".join(map(ci_log, shown))


def ci_log(text: str) -> str:
    """One line that no CI takes for a command to its runner: '::' at its beginning becomes ': :'."""
    if "::" not in text and "##" not in text:
        return text
    return _COMMAND.sub(lambda found: "# #" if found["space"] is None else f"{found['space']}: :", text)


def markdown(text: str) -> str:
    """The text as one line within a heading, a cell or a sentence of Markdown: nothing but text."""
    return text if _PLAIN.fullmatch(text) else _marked(text)


@lru_cache(maxsize=256)  # in a table of thousands of cases the same few words and names come in each row
def _marked(text: str) -> str:
    marked = _MARKS.sub(_inert, " ".join(line(text).split()))
    return _LINKS.sub(lambda link: f"{link[0]}{_NO_SPACE}", marked)


def row(texts: Sequence[str]) -> str:
    """A row of a table in Markdown, whose cells have the texts as `markdown` writes them."""
    lines = "\n".join(texts)
    is_plain = _PLAIN_LINES.fullmatch(lines) and lines.count("\n") == len(texts) - 1
    cells = lines.split("\n") if is_plain else map(markdown, texts)  # most rows: all cells at once
    return f"| {' | '.join(cells)} |"


def paragraph(text: str) -> str:
    """The text as a paragraph or an item of a list in Markdown: it begins no heading and no list."""
    return _BEGINNING.sub(lambda begun: f"{begun[0][:-1]}\\{begun[0][-1]}", markdown(text))


def html(text: str) -> str:
    """The text as one line within an element or an attribute of HTML: nothing but text."""
    return escape(" ".join(line(text).split())).replace("##", "#&#35;")


def code(text: str) -> str:
    """The text as a span of code in Markdown; a backtick becomes an apostrophe."""
    return f"`{' '.join(line(text).split()).replace('`', chr(39)) or ' '}`"


def filename(text: str) -> str:
    """A name of a file or a folder: a-z, 0-9, '.', '_' and '-', begins with none of '.-', never empty.

    What is too long is cut, and a hash of the whole keeps it apart from others.
    """
    name = _UNFIT_IN_A_NAME.sub("-", text.lower()).strip("-.")
    if len(name) <= _LONGEST_NAME:
        return name or "_"
    digest = hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
    return f"{name[:_LONGEST_NAME]}-{digest[:_HASH_DIGITS]}"


def storable(text: str) -> str:
    """The text as UTF-8 can hold it: bytes that were none (of a path, an argument, git) as '\\udce9'."""
    return text.encode(errors="backslashreplace").decode()


def json_text(text: str) -> str:
    """JSON with an escape for each character beyond ASCII: any terminal can show it, and none obeys it.

    No CI takes a part of it for a command: of two '#' the second is an escape, too.
    """
    return _BEYOND_ASCII.sub(_json_escape, text).replace("##", r"#\u0023")


def _inert(mark: re.Match[str]) -> str:
    return mark["code"] or _ENTITIES.get(mark[0]) or f"\\{mark[0]}"


def _plain(text: str, *, colors: bool) -> str:
    if text.isprintable():
        return text
    parts = (_COLORS if colors else _TABS).split(text)
    return "".join(part if number % 2 else line(part) for number, part in enumerate(parts))


def _printable(char: str) -> str:
    if char.isprintable():
        return char
    return " " if char.isspace() else char.encode("unicode_escape").decode()


def _json_escape(char: re.Match[str]) -> str:
    units = char[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
