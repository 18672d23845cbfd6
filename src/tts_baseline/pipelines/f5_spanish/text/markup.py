"""Markup that is not read out: HTML, Markdown and LaTeX; and the ends of lines that are ends of units."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

from tts_baseline.pipelines.f5_spanish.plan import Omission
from tts_baseline.pipelines.f5_spanish.text.moves import Moves, edited, kept
from tts_baseline.pipelines.f5_spanish.text.words import UNSTRESSED

Replace = Callable[[re.Match[str]], str]

_LATEX_SIGNS = {
    "times": "×", "cdot": "·", "div": "÷", "pm": "±", "leq": "≤", "le": "≤", "geq": "≥", "ge": "≥",
    "neq": "≠", "approx": "≈", "infty": "∞", "sqrt": "√", "alpha": "α", "beta": "β", "gamma": "γ",
    "delta": "δ", "epsilon": "ε", "theta": "θ", "lambda": "λ", "mu": "μ", "pi": "π", "rho": "ρ",
    "sigma": "σ", "tau": "τ", "phi": "φ", "omega": "ω", "sum": "∑", "int": "∫", "partial": "∂", "in": "∈",
    "to": "→", "rightarrow": "→", "sin": " seno de ", "cos": " coseno de ", "tan": " tangente de ",
    "log": " logaritmo de ", "ln": " logaritmo natural de ", "lim": " límite de ", "dots": "…", "ldots": "…",
    "cdots": "…",
}  # fmt: skip
# Commands of looks and of space; any other that has no sign is said by its name.
_SILENT = frozenset(
    """left right big Big bigl bigr mathbb mathrm mathbf mathcal mathit text textrm quad qquad displaystyle
    limits hat bar vec tilde overline underline operatorname label""".split()  # noqa: SIM905
)
# No Spanish word ends so, or it is a name of Python's.
_FOREIGN = re.compile(r"[a-z]+[bcfghjkmpqtvwx]|name|main|file|new|call|iter|repr|str|del")
_NAMES = re.compile(
    r"[a-z]_[a-z]|\(\)|\b(?:métodos?|funci(?:ón|ones)|atributos?|variables?|módulos?) [«“\"'`]?_"
)
_NAME_BEFORE = re.compile(
    r"\b(?:m[eé]todos?|funci[oó]n(?:es)?|variables?|atributos?|macros?|archivos?|ficheros?|clases?"
    r"|prefijos?|sufijos?)"
    r" [«“\"'‘`(]?\Z"
)
_GROUP = re.compile(r"\{([^{}]*)\}")
_MATHEMATICAL = re.compile(r"[\\^_=+]|\A\d*[a-zA-Z]\Z")
_PROSE = re.compile(r"[a-záéíóúñ]{4,}(?![a-z{])")
_LETTER = re.compile(r"[^\W\d_]")
_FRACTION = re.compile(r"\\[dt]?frac\{([^{}]*)\}\{([^{}]*)\}")
_COMMAND = re.compile(r"\\([a-zA-Z]+) ?")
# Elements that stand in a page without their closing tag. Any other name in brackets is a tag where it is
# closed or has attributes; else it is talked about, or stands for something: <nombre de usuario>.
_UNCLOSED = frozenset("br dd dt hr img input li link meta p td th tr wbr".split())  # noqa: SIM905
_ATTRIBUTES = re.compile(r"\s+[\w:-]+\s*=|/\Z")
_PLACEHOLDER = re.compile(
    r"(?:(?<!(?<![^\W_])[A-Z])|(?<=\+F))"
    r"(?:<(?=-?\d+(?:-|\.\.)-?\d+>)|(?<!\d)<(?=[^\W\d_]|\.{1,2}/| ?[^<>\s]+@)|<(?=[a-z]{3,16}>))"
    r"(?P<name>[^<>\n]{0,59}(?:[^<>\s]|(?<=\w) ))>(?!\d)"
)
_QUALIFIED = re.compile(r"\A([a-z]+):([a-z]+)\Z")
_JOINED_AFTER = re.compile(r"[<a-z]")
_TAGS_BEFORE = re.compile(r"\b(?:[Ee]tiquetas?|[Tt]ags?)\b[^.]*\Z")
_NOUN_NEAR = 60  # chosen: what is said of tags stands near their noun
_BLOCKS = frozenset("p h1 h2 h3 h4 h5 h6 li div tr title blockquote".split())  # noqa: SIM905
_LONGEST = 300  # chosen: no tag, link or formula in a text is longer


def _tag(match: re.Match[str]) -> str:
    """A tag's place: a new line after a block, nothing inside a line; what is no tag stays as it is."""
    name = match["name"].lower()
    if _is_mentioned(match):
        return match.group().strip("<>")
    if not _is_tag(match, name):
        return match.group()
    if name == "br":
        return "\n"
    return "\n" if name in _BLOCKS and match["close"] else ""


def _is_mentioned(match: re.Match[str]) -> bool:
    """True for a tag that the text talks about: las etiquetas <h1> y </h1>."""
    text, start, end = match.string, match.start(), match.end()
    apart = not text[start - 1 : start].strip(" \n«“\"'(") and not text[end : end + 1].strip(" \n»”\"').,;:")
    return apart and _TAGS_BEFORE.search(text, max(0, start - _NOUN_NEAR), start) is not None


def _is_tag(match: re.Match[str], name: str) -> bool:
    rest = match.group()[1 + len(name) : -1]
    if match["close"] or _ATTRIBUTES.match(rest) or (name in _UNCLOSED and not rest.strip()):
        return True
    return re.search(rf"</{name}\s*>", match.string, re.IGNORECASE) is not None


def _formula(match: re.Match[str]) -> str:
    """A formula between dollar signs with the signs it stands for; money stays as it is."""
    written = match["formula"]
    if not _MATHEMATICAL.search(written) or _PROSE.search(_COMMAND.sub("", written)):
        return match.group()
    written = _FRACTION.sub(r"\1/\2", written)
    written = _COMMAND.sub(_command, written)
    return _GROUP.sub(r"\1", written).replace("_", " sub ").strip()


def _command(command: re.Match[str]) -> str:
    name = command[1]
    return _LATEX_SIGNS.get(name, "" if name in _SILENT else f" {name} ")


def _entity(match: re.Match[str]) -> str:
    return html.unescape(match.group())


def _emphasized(match: re.Match[str]) -> str:
    """What is between underscores; with them where it is a name among others that have some: __init__."""
    doubled = len(match[1]) > 1
    named = doubled and _FOREIGN.fullmatch(match[2]) and _NAMES.search(match.string)
    called = ((doubled and match[2].islower()) or match[2].isupper()) and _NAME_BEFORE.search(
        match.string, 0, match.start()
    )
    return match.group() if named or called else match[2]


def _placeholder(match: re.Match[str]) -> str:
    """What stands between angle brackets, without them; the colon of a name in them is said: <dia:string>."""
    name = _QUALIFIED.sub(r"\1 dos puntos \2", match["name"])
    return name + " " * bool(_JOINED_AFTER.match(match.string, match.end()))


def _forum(match: re.Match[str]) -> str:
    """What is between tags of a forum, [b]…[/b]; a letter below or above another is one by itself.

    Tags around dots are talked about, and stay.
    """
    if match["inner"].strip() in ("...", "…"):
        return match.group()
    apart = match["name"].startswith("su") and match["inner"][0].isalpha()
    return " " * apart + match["inner"]


_POWER = r"(?<=\d){0}sup{1}([-−]?\d{{1,3}}){0}/sup{1}"  # 10<sup>-27</sup>
_HTML: tuple[tuple[re.Pattern[str], Replace], ...] = (
    (re.compile(_POWER.format("<", ">")), lambda match: f"^{match[1]}"),
    (re.compile(rf"<!--(?:(?!-->)[\s\S]){{0,{_LONGEST}}}-->"), lambda _: ""),
    (re.compile(r"<((?:https?://|mailto:)[^<>\s]+)>"), lambda match: match[1]),
    (
        re.compile(rf"<(?P<close>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]{{0,15}})(?:\s[^<>]{{0,{_LONGEST}}})?/?>"),
        _tag,
    ),
    (_PLACEHOLDER, _placeholder),
)
_ENTITIES: tuple[tuple[re.Pattern[str], Replace], ...] = (
    (re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{2,6}|#x[0-9a-fA-F]{2,5});"), _entity),
)
_LATEX: tuple[tuple[re.Pattern[str], Replace], ...] = (
    (re.compile(rf"(?<![\w$\\])\$(?=[^\s$])(?P<formula>[^$\n]{{1,{_LONGEST}}})(?<!\s)\$(?![\w$])"), _formula),
    (
        re.compile(r"[~ ]?\\(?:ref|eqref|cite[pt]?|label|pageref)\{[^{}\n]*\}"),
        lambda _: "",
    ),
    (
        re.compile(
            r"\\(?:emph|text(?:bf|it|tt|sc)?|(?:sub){0,2}section|chapter|part|title|paragraph|url|footnote)"
            r"\*?\{([^{}\n]*)\}"
        ),
        lambda match: match[1],
    ),
)
_OF_FORUM = re.compile(
    rf"\[(?P<name>[bius]|su[bp]|quote|code|url|color|size|center)(?:=[^\[\]\n]{{1,60}})?\]"
    rf"(?P<inner>[^\[\]\n]{{1,{_LONGEST}}})\[/(?P=name)\]"
)
_BRACKETS: tuple[tuple[re.Pattern[str], Replace], ...] = (
    (re.compile(_POWER.format(r"\[", r"\]")), lambda match: f"^{match[1]}"),
    (_OF_FORUM, _forum),
    (_OF_FORUM, _forum),  # of which one is in another: [b][i]…[/i][/b]
    (re.compile(rf"!?\[([^\[\]\n]{{1,{_LONGEST}}})\]\([^()\s]{{1,{_LONGEST}}}\)"), lambda match: match[1]),
    (
        re.compile(
            r"(?<=[.,;:!?»”\"])\[\^?\d{1,3}\]|(?<=\w)\[\^\d{1,3}\]|"
            r"(?<=[^\W_])(?<!char)(?<!carácter)(?<!int)(?<!byte)\[[1-9]\d{0,2}\](?! --?\w)"
        ),
        lambda _: "",
    ),
    (re.compile(r"(?<=[.!?»”] )\[\d{1,2}\](?:\.(?= )| ?(?=[A-ZÁÉÍÓÚÑ¿¡]))"), lambda _: ""),
    (re.compile(r"(?<![^\W_])\[([^\W\d_])\](?=[a-záéíóúñ]{2})"), lambda match: match[1]),  # the key of a menu
    (re.compile(r"\[(?:\.{3}|…)\]"), lambda _: "…"),
    (re.compile(r"^([ \t]*[-*+] )\[[ xX]\] ", re.MULTILINE), lambda match: match[1]),
)
_UNDERSCORES: tuple[tuple[re.Pattern[str], Replace], ...] = (
    (re.compile(r"(?<![^\W_])(_{1,2})(?=[^\W_])([^\n_]{1,80})\1(?!\w)"), _emphasized),
)
_RUNS: tuple[tuple[re.Pattern[str], Replace], ...] = ((re.compile(r"([=-])\1{2,}"), lambda _: " "),)
# Each round is made only where one of its signs is there; the last is why a part of it is left out, if it is.
_ROUNDS = (
    ("<", _HTML, "markup of HTML"),
    ("&", _ENTITIES, ""),
    ("\\$", _LATEX, "markup of LaTeX"),
    ("[", _BRACKETS, "markup of links and notes"),
    ("_", _UNDERSCORES, "markup of emphasis"),
    ("=-", _RUNS, ""),
)
_MARKER = re.compile(r"[ \t]*(?:[-*+•▪◦‣·] +|#{1,6} +|> +)(?=\S)")
_NUMBERED = re.compile(r"[ \t]*(?:\d{1,3}(?:\.\d{1,3})*[.)]?º?|\(?[a-zA-Z]\)|\(?[ivx]{1,5}\))[.)]? ")
_HEADING = re.compile(r"[ \t]*#{1,6} ")
_LAST_WORD = re.compile(r"([^\W\d_]+)[*_»”\")]*\Z")
_FIRST = re.compile(r"[ \t]*[*_«“\"(¿¡]*(.)")
_CLOSED = re.compile(r"[.,;:!?…—-][*_»”\")]*\Z")
_BEGINNING = "markup of a list, a heading or a quotation"
_WRAPPED = 60  # chosen: a line that an editor or a mail program wrapped is longer


def plain(text: str) -> tuple[str, tuple[Moves, ...], tuple[Omission, ...]]:
    """The text without its markup, the moves to it, and what was left out, such as `__…__` around a word."""
    rounds = []
    omissions: list[Omission] = []
    for signs, edits, reason in _ROUNDS:
        if any(sign in text for sign in signs):
            for pattern, say in edits:
                if reason:
                    say = _reporting(say, reason, omissions)
                text, moves = edited(pattern, text, say)
                rounds.append(moves)
    if "\n" in text or _MARKER.match(text):
        markers = filter(None, map(_MARKER.match, text.split("\n")))
        omissions += (Omission(what=marker.group().strip(), reason=_BEGINNING) for marker in markers)
        text, moves = _lines(text)
        rounds.append(moves)
    return text, tuple(rounds), tuple(dict.fromkeys(omissions))


def _reporting(say: Replace, reason: str, omissions: list[Omission]) -> Replace:
    """The same edit, which adds what of a match is not said; what is said in other words is not left out."""

    def reported(match: re.Match[str]) -> str:
        written, said = match.group(), say(match)
        if part := kept(match, said):
            start, end = (place - match.start() for place in part)
            omissions.append(Omission(what=f"{written[:start]}…{written[end:]}", reason=reason))
        elif not said.strip():
            omissions.append(Omission(what=written, reason=reason))
        return said

    return reported


def _lines(text: str) -> tuple[str, Moves]:
    """The text without bullets and signs of headings, with a mark at the end of a line that ends a unit."""
    edits: list[tuple[int, int, int]] = []
    out: list[str] = []
    lines = text.split("\n")
    start = 0
    listed = [bool(_MARKER.match(line) or _NUMBERED.match(line)) for line in lines]
    for number, line in enumerate(lines):
        marker = _MARKER.match(line)
        kept = line
        if marker:
            edits.append((start, start + marker.end(), 0))
            kept = line[marker.end() :]
        following = lines[number + 1] if number + 1 < len(lines) else ""
        if following.strip() and kept.strip() and _ends(line, following, listed[number], listed[number + 1]):
            place = start + len(line.rstrip())
            edits.append((place, place, 1))
            kept = f"{kept.rstrip()}.{kept[len(kept.rstrip()) :]}"
        out.append(kept)
        start += len(line) + 1
    return "\n".join(out), Moves(edits)


def _ends(line: str, following: str, listed: bool, next_listed: bool) -> bool:  # noqa: FBT001
    """True if a unit ends with a line: an item of a list, a heading, a short line before a capital."""
    line = line.rstrip()
    if _CLOSED.search(line):
        return False
    if _HEADING.match(line) or next_listed:
        return True
    first, last = _FIRST.match(following), _LAST_WORD.search(line)
    if not listed and last and last[1].lower() in UNSTRESSED:
        return False
    begins = first is not None and (first[1].isupper() or first[1].isdigit())
    return len(line) < _WRAPPED and begins and (listed or _LETTER.search(line) is not None)
