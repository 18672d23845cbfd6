"""The plan of a text as tables: chunks, tone units, and what else there is to know."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from tts_baseline.core import units
from tts_baseline.core.outside import line

if TYPE_CHECKING:
    from rich.table import Table

    from tts_baseline.pipelines.f5_spanish.plan import Chunk, Phrase, Span, TextPlan, Token

_WIDTH = 100


def render(plan: TextPlan, *, width: int = _WIDTH, why: bool = False) -> str:
    """The plan as tables for a terminal: chunks, tone units, with `why` the spans, and what else there is."""
    from rich.console import Console

    out = io.StringIO()
    console = Console(file=out, width=width, no_color=True, force_terminal=False, legacy_windows=False)
    for title, heads, rows in _sheets(plan, why=why):
        if rows:
            console.print(title, markup=False, highlight=False)
            console.print(_table(heads, rows))
            console.print()
    return "\n".join(shown.rstrip() for shown in out.getvalue().rstrip().splitlines())


def _sheets(plan: TextPlan, *, why: bool) -> Iterable[tuple[str, Sequence[str], Sequence[Sequence[str]]]]:
    """Every table: its title, its column heads, its rows."""
    if plan.lead_s:
        yield "before it all", (), [("silence", _pause(plan.lead_s))]
    yield (
        "chunks: what the model gets",
        ("", "text", "style", "speed", "stretch", "pause after", "emphasis"),
        [(str(number), *_chunk(chunk)) for number, chunk in enumerate(plan.chunks)],
    )
    yield (
        "tone units: STRESSED syllable, *nucleus, emphasis!, | boundary |",
        ("sentence", "contour", "words", "after it"),
        [_unit(plan, phrase) for phrase in plan.phrases],
    )
    if why:
        yield (
            "spans: what is not read as it is written",
            ("written", "type", "read as", "rule", "or"),
            [_span(span) for span in plan.spans],
        )
    yield "left out", ("what", "why"), [(omission.what, omission.reason) for omission in plan.omissions]
    evidence = [(item.word, item.feature, item.region) for item in plan.evidence]
    yield "evidence of a region", ("word", "feature", "region"), evidence
    yield "notes", (), [(note,) for note in plan.notes]


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, show_header=bool(heads), header_style="dim")
    for head in heads or ("",) * len(rows[0]):
        table.add_column(head, overflow="fold")
    for row in rows:
        table.add_row(*(Text(line(cell)) for cell in row))
    return table


def _chunk(chunk: Chunk) -> tuple[str, ...]:
    text = chunk.text.encode()
    marked = (f"{text[s.start : s.end].decode()} {'!' * s.level}" for s in chunk.emphasis)
    speed, stretch = units.value(chunk.speed, "1"), units.value(chunk.stretch, "1")
    return (f"«{chunk.text}»", chunk.style or "", speed, stretch, _pause(chunk.pause_s), ", ".join(marked))


def _span(span: Span) -> tuple[str, ...]:
    rule = f"{span.rule} ({span.region})" if span.region else span.rule
    others = "; ".join(f"{other.type}: {other.reading}" for other in span.alternatives)
    return (f"«{span.written}»", span.type, span.reading, rule, others)


def _unit(plan: TextPlan, phrase: Phrase) -> tuple[str, ...]:
    """One tone unit: its sentence's type where it is the first, its contour, its words, and its boundary."""
    kind = next((s.type for s in plan.sentences if s.first == phrase.first), "")
    boundaries = {b.after: b for b in plan.boundaries}
    words = []
    for index in range(phrase.first, phrase.last + 1):
        words.append(_word(plan.tokens[index], nucleus=index == phrase.nucleus))
        if index in boundaries and index != phrase.last:
            words.append(f"| {boundaries[index].kind} {_pause(boundaries[index].pause_s)} |")
    last = boundaries.get(phrase.last)
    after = f"{last.kind} {_pause(last.pause_s)}".strip() if last else ""
    return (kind.replace("_", " "), phrase.contour, " ".join(words), after)


def _word(token: Token, *, nucleus: bool) -> str:
    syllables = [
        syllable.upper() if index == token.stress else syllable.lower()
        for index, syllable in enumerate(token.syllables)
    ]
    return f"{'*' * nucleus}{'-'.join(syllables) or token.text}{'!' * token.emphasis}"


def _pause(seconds: float) -> str:
    return units.seconds(seconds) if seconds else ""
