"""Regular expressions, which are typed as they stand: every sign of them is said, also brackets."""

from __future__ import annotations

import re

from tts_baseline.pipelines.f5_spanish.text.kinds.links import read_out
from tts_baseline.pipelines.f5_spanish.text.rules import Paragraph, Rule, Said

_BRACKETS = {
    "(": "paréntesis de apertura", ")": "paréntesis de cierre", "[": "corchete de apertura",
    "]": "corchete de cierre", "{": "llave de apertura", "}": "llave de cierre",
}  # fmt: skip
_SIGNS = "^$\\*+?|.[](){}"
_INNER = r"[^\s«»“”\"'‘’`,;:<>]"
# What one sign escapes is followed or preceded by another one: ^\.tar$, [a-z]+\.gz, (.*)\.po$.
_EXPRESSION = re.compile(
    rf"(?<![^\s«“\"'‘`(=/])(?=[$^\\*+|\[({{]|\.[*+?\\])(?={_INNER}*\\[^\w\s]){_INNER}{{2,60}}(?<![.,:;])"
)
_ESCAPED = re.compile(r"\\[.*+?()\[\]{}|^$\\]")
_PIECE = re.compile(rf"[{re.escape(''.join(_BRACKETS))}]|[^{re.escape(''.join(_BRACKETS))}]+")
_OTHERS = re.compile(r"[$*+?|()\[\]]|\^(?=.)|\\[^\w\s]")


def rules(region: str) -> tuple[Rule, ...]:
    """The rule for regular expressions."""
    return (Rule("regular expression", "code", _SIGNS, _EXPRESSION, _say),)


def _say(match: re.Match[str], paragraph: Paragraph) -> Said | None:
    """An expression: a sign is escaped in it, and there is another one."""
    written = match.group()
    if written.endswith(")") and written.count("(") < written.count(")") - written.count("\\)"):
        written = written[:-1]
    escaped = len(_ESCAPED.findall(written))
    if not escaped or (escaped == 1 and not _OTHERS.search(_ESCAPED.sub("", written))):
        return None
    spoken = [_BRACKETS.get(piece) or read_out(piece, paragraph.region) for piece in _PIECE.findall(written)]
    return Said(" ".join(spoken), end=match.start() + len(written))
