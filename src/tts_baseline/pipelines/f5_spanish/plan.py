"""The plan: everything that is known about a text before it is spoken, in one frozen record.

All text stages fill it in one pass over one tokenization, and all later stages act on it: what is not in
the plan does not happen. `tts-baseline plan "text"` prints it.
"""

from __future__ import annotations

from typing import Literal

from tts_baseline.core.records import Record

SentenceType = Literal["statement", "wh_question", "yes_no_question", "exclamation"]
Contour = Literal["suspensive", "ascending", "descending"]
BoundaryKind = Literal["clause", "sentence", "paragraph", "breath", "control"]
SpanType = Literal[
    "number", "date", "time", "amount", "measure", "range", "score", "phone", "code", "version", "link",
    "abbreviation", "acronym", "initial", "letter", "ordinal", "roman", "fraction", "formula", "sign",
]  # fmt: skip


class Token(Record, frozen=True, kw_only=True):
    """A word or a punctuation mark: `text == plan.text[start:end]`.

    A word has its syllables, in spelling, and the index of the stressed one (None: an unstressed function
    word); a mark has neither. `emphasis` is 0 (none) to 3.
    """

    text: str
    start: int
    end: int
    kind: Literal["word", "mark"] = "word"
    syllables: tuple[str, ...] = ()
    stress: int | None = None
    emphasis: int = 0


class Alternative(Record, frozen=True, kw_only=True):
    """What else a span could have been: its type, its reading, and the rule that reads it so."""

    type: SpanType
    reading: str
    rule: str


class Span(Record, frozen=True, kw_only=True):
    """A stretch that is read otherwise than it is written: `written == source[start:end]`.

    `reading` is what the rule says, and `region` the region that this reading holds in ("": every region).
    `first` and `last` are its tokens (-1, -2: it is not spoken); nothing divides them.
    """

    type: SpanType
    written: str
    start: int
    end: int
    reading: str
    rule: str
    region: str = ""
    alternatives: tuple[Alternative, ...] = ()
    first: int = -1
    last: int = -2


class Sentence(Record, frozen=True, kw_only=True):
    """A sentence by its first and last token (inclusive), and its type."""

    first: int
    last: int
    type: SentenceType


class Phrase(Record, frozen=True, kw_only=True):
    """A tone unit by its first and last token, its contour, and the token that bears the nuclear accent."""

    first: int
    last: int
    contour: Contour
    nucleus: int | None = None


class Boundary(Record, frozen=True, kw_only=True):
    """A boundary after a token; `pause_s` of exact silence is planned there (0: none)."""

    after: int
    kind: BoundaryKind
    pause_s: float = 0.0


class Emphasis(Record, frozen=True, kw_only=True):
    """An emphasized stretch of a chunk: byte offsets into its UTF-8 text, and the level 1 to 3."""

    start: int
    end: int
    level: int


class SentencePart(Record, frozen=True, kw_only=True):
    """A stretch of a text that is of one sentence: the sentence's type, and its length in characters."""

    type: SentenceType
    length: int


class Chunk(Record, frozen=True, kw_only=True):
    """One request to the model: the final text, and what happens to its audio.

    `speed` divides the duration that the model is asked for; `stretch` multiplies the duration of the audio
    afterwards, where the speed asked for lies beyond what the model can do. After the chunk come `pause_s`
    of room tone, or, if that is 0, a crossfade into the next chunk. `sentences` are those that its text is
    of, one after the other.
    """

    text: str
    first: int
    last: int
    style: str | None = None
    speed: float = 1.0
    stretch: float = 1.0
    pause_s: float = 0.0
    emphasis: tuple[Emphasis, ...] = ()
    sentences: tuple[SentencePart, ...] = ()


class Omission(Record, frozen=True, kw_only=True):
    """Something in the source that does not reach the model, and why."""

    what: str
    reason: str


class RegionClue(Record, frozen=True, kw_only=True):
    """A word of the source that speaks for a region, and the feature that it shows."""

    region: str
    feature: str
    word: str


class TextPlan(Record, frozen=True, kw_only=True):
    """What will be said, and how: the one structure that all stages share.

    `text` is the normalized text that tokens, sentences, phrases and boundaries refer to; the chunks hold
    the text in the form that the model gets. `spans` are what was not read as it is written. Before the
    first chunk come `lead_s` seconds of room tone.
    """

    source: str
    region: str
    text: str
    tokens: tuple[Token, ...]
    sentences: tuple[Sentence, ...]
    phrases: tuple[Phrase, ...]
    boundaries: tuple[Boundary, ...]
    chunks: tuple[Chunk, ...]
    spans: tuple[Span, ...] = ()
    lead_s: float = 0.0
    omissions: tuple[Omission, ...] = ()
    evidence: tuple[RegionClue, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def spoken(self) -> str:
        """What the model is given to say, a line a chunk."""
        return "\n".join(chunk.text for chunk in self.chunks)
