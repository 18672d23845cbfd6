"""Replaces fixed written forms: abbreviations, acronyms, and signs in a context."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from tts_baseline.pipelines.f5_spanish.text.overrides import Rewrite, Word, in_region, overrides
from tts_baseline.pipelines.f5_spanish.text.sentences import ends_sentence, substitute

if TYPE_CHECKING:
    from collections.abc import Mapping

_CONTEXT = 40  # chosen: longer than what any row of overrides.toml looks back at


def words_said(text: str, region: str) -> str:
    """The text with the `word` rows of a region applied."""
    pattern, rows = _words(region)

    def say(match: re.Match[str]) -> str:
        written, rest = match.group(), match.string[match.end() :]
        for spoken, row in rows[written.replace(" ", "")]:
            if re.match(row.before, rest) and _follows(row.after, match):
                final = written.endswith(".") and ends_sentence(rest, capital=row.ends)
                return spoken + ("." if final else " " if rest[:1].isalnum() else "")
        return written

    return substitute(pattern, text, say)


def rewritten(text: str, region: str) -> str:
    """The text with the `rewrite` rows of a region applied."""
    pattern, rows = _rewrites(region)

    def rewrite(match: re.Match[str]) -> str:
        row, own = rows[match.lastgroup or ""]
        exact = own.match(text, match.start())
        return exact.expand(row.spoken) if exact and _follows(row.after, match) else match.group()

    return substitute(pattern, text, rewrite)


def _follows(after: str, match: re.Match[str]) -> bool:
    """True if `after` matches the text just before the match."""
    before = match.string[max(0, match.start() - _CONTEXT) : match.start()]
    return not after or re.search(rf"(?:{after})$", before) is not None


@functools.cache
def _words(region: str) -> tuple[re.Pattern[str], Mapping[str, list[tuple[str, Word]]]]:
    """One expression for all written forms, longest first, and the rows of each form, the last one first."""
    rows: dict[str, list[tuple[str, Word]]] = {}
    for row in reversed(in_region(overrides().word, region)):
        for written, spoken in row.written.items():
            rows.setdefault(written, []).append((spoken, row))
    for written in [w for w in rows if w.islower()]:
        rows.setdefault(written[0].upper() + written[1:], rows[written])
    choices = "|".join(
        re.escape(form).replace(r"\ ", " ?") + _end(form) for form in sorted(rows, key=len, reverse=True)
    )
    by_form = {form.replace(" ", ""): rows[form] for form in rows}
    return re.compile(rf"(?<![^\W_])(?<![^\W\d_]\.)(?:{choices})"), by_form


def _end(written: str) -> str:
    """The expression that keeps letters and digits from following a form that ends in a letter."""
    return r"(?![^\W_])" if written[-1].isalpha() and written[-1] not in "ºªᵒ" else ""


@functools.cache
def _rewrites(region: str) -> tuple[re.Pattern[str], Mapping[str, tuple[Rewrite, re.Pattern[str]]]]:
    """One expression for all rewrites, and each row with its own expression, by group name."""
    rows = {f"row{i}": row for i, row in enumerate(in_region(overrides().rewrite, region))}
    choices = "|".join(f"(?P<{name}>{row.pattern})" for name, row in rows.items())
    return re.compile(choices), {name: (row, re.compile(row.pattern)) for name, row in rows.items()}
