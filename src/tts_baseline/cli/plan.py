"""Print what the Spanish pipeline would say, and how: chunks, intonation, pauses, and what is left out.

example: tts-baseline plan "¿Qué [!]querés? [pause 300ms] Mirá." --region rioplatense
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tts_baseline.cli import _common
from tts_baseline.core import settings, units
from tts_baseline.core.errors import RequestFailed

if TYPE_CHECKING:
    from rich.table import Table

    from tts_baseline.pipelines.f5_spanish.plan import Chunk, Phrase, TextPlan, Token

_WIDTH = 100


def add_options(parser: argparse.ArgumentParser) -> None:
    """The request to plan."""
    parser.add_argument("text", metavar="TEXT", help="the text, or - to read it from standard input")
    parser.add_argument("--region", default="neutral", help="such as rioplatense (default: neutral)")
    parser.add_argument("--style", help="such as happy (default: neutral)")
    parser.add_argument("--speed", type=float, default=1.0, help="0.25 to 4 (default: 1)")
    parser.add_argument("--json", action="store_true", help="print machine-readable JSON")


def act(options: argparse.Namespace) -> int:
    """0: the plan is printed, under the switches of [tool.tts-baseline.pipelines.f5_spanish].

    Chunks are as long as the default pace allows (15 bytes a second, 12 s); a reference clip changes that.
    """
    plan = _plan(_text(options.text), options.region, options.style, options.speed)
    if options.json:
        _common.say(msgspec.json.format(msgspec.json.encode(plan), indent=1).decode())
    else:
        _common.say(render(plan))
    return 0


def render(plan: TextPlan, *, width: int = _WIDTH) -> str:
    """The plan as tables for a terminal: chunks, tone units, and what else there is to know."""
    from rich.console import Console

    out = io.StringIO()
    console = Console(file=out, width=width, no_color=True, force_terminal=False, legacy_windows=False)
    for title, heads, rows in _sheets(plan):
        if rows:
            console.print(title, markup=False, highlight=False)
            console.print(_table(heads, rows))
            console.print()
    return "\n".join(line.rstrip() for line in out.getvalue().rstrip().splitlines())


def _text(given: str) -> str:
    if given != "-":
        return given
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RequestFailed(
            f"the text is not UTF-8: {error.reason} at byte {error.start}",
            where="standard input",
            hint="iconv -t utf-8 FILE | tts-baseline plan -",
        ) from error


def _plan(text: str, region: str, style: str | None, speed: float) -> TextPlan:
    from tts_baseline.pipelines.f5_spanish.settings import read
    from tts_baseline.pipelines.f5_spanish.text.options import ClipPace
    from tts_baseline.pipelines.f5_spanish.text.planner import make_plan
    from tts_baseline.pipelines.f5_spanish.text.vocabulary import vocabulary_of

    root = settings.find_root(Path.cwd())
    chosen = read(settings.read(root, {}).pipelines.get("f5_spanish", {}))
    clips = {clip.spoken_style for clip in chosen.references}

    def pace(style: str | None) -> ClipPace:
        if style is not None and clips and style not in clips:
            raise KeyError(style)
        return ClipPace()

    return make_plan(
        text, region=region, style=style, speed=speed * chosen.speed, options=chosen.text_options,
        pace=pace, vocabulary=vocabulary_of(chosen.vocabulary, root=root),
    )  # fmt: skip


def _sheets(plan: TextPlan) -> Iterable[tuple[str, Sequence[str], Sequence[Sequence[str]]]]:
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
        table.add_row(*(Text(cell) for cell in row))
    return table


def _chunk(chunk: Chunk) -> tuple[str, ...]:
    text = chunk.text.encode()
    marked = (f"{text[s.start : s.end].decode()} {'!' * s.level}" for s in chunk.emphasis)
    speed, stretch = units.value(chunk.speed, "1"), units.value(chunk.stretch, "1")
    return (f"«{chunk.text}»", chunk.style or "", speed, stretch, _pause(chunk.pause_s), ", ".join(marked))


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
