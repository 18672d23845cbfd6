"""Splits a plan into chunks, and writes each in the form that the model gets."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Literal, NamedTuple

from msgspec.structs import replace

from tts_baseline.pipelines.f5_spanish.plan import Emphasis, SentencePart, SentenceType, Token
from tts_baseline.pipelines.f5_spanish.text.pauses import NEVER, best_break, furthest
from tts_baseline.pipelines.f5_spanish.text.words import analyse

Form = Literal["spanish", "upstream"]


class Stretch(NamedTuple):
    """Tokens (first to last) without a planned break between them, and the silence after them."""

    first: int
    last: int
    pause_s: float


class Piece(NamedTuple):
    """Tokens (first to last) of one chunk; `part` is the spoken part, if a single word had to be cut."""

    first: int
    last: int
    part: str | None = None


def stretches(
    tokens: Sequence[Token], breaks: Mapping[int, float], lead_s: float
) -> tuple[float, list[Stretch]]:
    """The silence before the text, and the text cut after the tokens in `breaks`, with pauses in seconds.

    Marks without a word join the stretch before them, or else the one after; their pause is kept.
    """
    runs: list[Stretch] = []
    first = start = 0
    for last in sorted({*breaks, len(tokens) - 1}):
        pause_s = breaks.get(last, 0.0)
        if any(token.kind == "word" for token in tokens[start : last + 1]):
            runs.append(Stretch(first, last, pause_s))
            first = last + 1
        elif runs:
            runs[-1] = Stretch(runs[-1].first, last, runs[-1].pause_s + pause_s)
            first = last + 1
        else:
            lead_s += pause_s
        start = last + 1
    return lead_s, runs


class Script:
    """The tokens of a plan as the model gets them, one string each, and their sizes in bytes.

    `say` turns a token's text into what the model gets (lower case, respelling).
    """

    def __init__(self, text: str, tokens: Sequence[Token], form: Form, say: Callable[[str], str]) -> None:
        self.form = form
        self.spoken = [say(token.text) for token in tokens]
        self.gaps = [
            int(index > 0 and token.start > tokens[index - 1].end and text[token.start - 1].isspace())
            for index, token in enumerate(tokens)
        ]
        sizes = (gap + len(spoken.encode()) for gap, spoken in zip(self.gaps, self.spoken, strict=True))
        self.totals = [0, *itertools.accumulate(sizes)]

    def size(self, first: int, last: int) -> int:
        """The size in bytes of a chunk of these tokens, in its final form."""
        inner = self.totals[last + 1] - self.totals[first] - self.gaps[first]
        return inner + self._frame(self.spoken[last])

    def text(self, piece: Piece) -> str:
        """The final text of a piece: in the Spanish form one leading space, and ". " at the end.

        This is how the Spanish checkpoint was used (jpgallegoar/Spanish-F5, infer_gradio.py).
        """
        spoken = piece.part
        if spoken is None:
            words = (
                " " * (self.gaps[i] and i > piece.first) + self.spoken[i]
                for i in range(piece.first, piece.last + 1)
            )
            spoken = "".join(words)
        if self.form == "upstream":
            return spoken
        return f" {spoken} " if spoken.endswith(".") else f" {spoken}. "

    def spans(self, piece: Piece, levels: Sequence[int]) -> tuple[Emphasis, ...]:
        """The emphasized words of a piece, as byte offsets in its final text; `levels` is one a token."""
        before = 1 if self.form == "spanish" else 0
        emphases = []
        for index in range(piece.first, piece.last + 1):
            if levels[index]:
                start = before + self.totals[index] - self.totals[piece.first]
                start += self.gaps[index] - self.gaps[piece.first]
                spoken = self.spoken[index] if piece.part is None else piece.part
                emphases.append(Emphasis(start=start, end=start + len(spoken.encode()), level=levels[index]))
        return tuple(emphases)

    def sentences(self, piece: Piece, types: Sequence[SentenceType]) -> tuple[SentencePart, ...]:
        """The sentences that the final text of a piece is of; `types` has that of each token's sentence."""
        size = len(self.text(piece))
        parts = []
        for kind, run in itertools.groupby(range(piece.first, piece.last + 1), types.__getitem__):
            length = sum(len(self.spoken[i]) + self.gaps[i] * (i > piece.first) for i in run)
            parts.append(SentencePart(type=kind, length=length))
        # What the form adds in front is of the first sentence, what it adds behind of the last.
        if self.form == "spanish":
            parts[0] = replace(parts[0], length=parts[0].length + 1)
        rest = size - sum(part.length for part in parts[:-1])
        return (*parts[:-1], replace(parts[-1], length=rest))

    def split(
        self,
        first: int,
        last: int,
        places: Sequence[int],
        limit: float,
        short: float = math.inf,
        whole: Collection[int] = frozenset(),
    ) -> list[Piece]:
        """The tokens in pieces up to the limit in bytes, broken at the best places (see `ranks`).

        The first is no larger than `short` where nothing is divided for it; a word that is larger than the
        limit is cut between syllables, or if necessary inside one. Where no place is good, a verb is divided
        rather than a span, whose tokens are in `whole`.
        """
        if short < limit:
            head = self.split(first, last, places, short, whole=whole)[0]
            good = head.part is None and (head.last == last or places[head.last] > NEVER)
            if good and any(map(str.isalnum, self.text(head))):
                return [head, *self.split(head.last + 1, last, places, limit, whole=whole)]
        pieces = []
        while first <= last:
            reach = min(last, furthest(self.totals, first, limit + self.gaps[first]))
            while reach >= first and self.size(first, reach) > limit:
                reach -= 1
            if reach < first:
                pieces += [Piece(first, first, part) for part in self._cut(self.spoken[first], limit)]
                first += 1
                continue
            end = reach if reach == last else best_break(places, self.totals, first, reach)
            if end is None:
                end = next((place for place in range(reach, first - 1, -1) if place not in whole), reach)
            pieces.append(Piece(first, end))
            first = end + 1
        return pieces

    def _cut(self, word: str, limit: float) -> list[str]:
        parts = [""]
        for syllable in analyse(word)[0]:
            fits = len(syllable.encode()) + self._frame(syllable) <= limit
            for bit in (syllable,) if fits else syllable:
                joined = parts[-1] + bit
                if parts[-1] and len(joined.encode()) + self._frame(joined) > limit:
                    parts.append(bit)
                else:
                    parts[-1] = joined
        return parts

    def _frame(self, spoken: str) -> int:
        """The bytes that the form adds around the text."""
        if self.form == "upstream":
            return 0
        return 2 if spoken.endswith(".") else 3
