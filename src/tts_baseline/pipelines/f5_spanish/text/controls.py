"""Tags in a text, such as [happy], [slow], [pause 300ms] and [!], and their meaning.

text   = { letter | "[[" | tag }         "[[" is a literal "["; so is any other bracket that is no tag
tag    = "[" , ( style | speed | pause | stress ) , "]"          in any case, spaces around it allowed
style  = "happy" | "sad" | "urgent" | "calm" | "neutral"         until the next style
speed  = "fast" | "slow" | "normal"                              until the next speed
pause  = "pause" , number , ( "ms" | "s" )                       exact silence, 0 to 10 s
stress = "!" | "!!" | "!!!"                                      emphasis of the word that follows
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from typing import Literal

from msgspec.structs import replace

from tts_baseline.core.errors import RequestFailed
from tts_baseline.core.records import Record

STYLES = ("happy", "sad", "urgent", "calm")
# chosen: within the range in which the model itself obeys (`delivery.SLOWEST`, `FASTEST`), and symmetric in
# duration: 1 / 1.2 = 0.83 and 1 / 0.85 = 1.18
SPEEDS = {"fast": 1.2, "slow": 0.85, "normal": 1.0}
LONGEST_PAUSE_S = 10.0  # chosen: a longer pause is a slip of the pen (ms written as s)

_SCAN = re.compile(r"\[\[|\[(?P<body>[^\[\]\n]*)\]|\[")
_LENGTH = re.compile(r"(?P<number>[0-9]+(?:[.,][0-9]+)?)\s*(?P<unit>ms|s)")
_NAMES = (*STYLES, "neutral", *SPEEDS, "pause", "!", "!!", "!!!")
_WORD = re.compile(r"[^\W_]")
_NEAR = 0.75  # chosen: [hapy], [pausa 1s] and [urgente] are near misses, [sic] and [happening] are not
_LITERAL = 'a literal bracket is written [[; unknown_tags = "read" reads it as text'


class Segment(Record, frozen=True, kw_only=True):
    """A stretch of text under one set of controls, from `source[start:end]`.

    In `text`, `[[` is replaced by `[`. `speed` is a factor; `emphasis` (0 to 3) is for its first word;
    `pause_s` is the requested silence after it, or None. The text is empty if the source begins with a pause.
    `doubled` are the places in the text of brackets that are written twice;
    `doubts` says what in it looks like a tag that was meant, and was not obeyed.
    """

    text: str
    start: int
    end: int
    style: str | None = None
    speed: float = 1.0
    emphasis: int = 0
    pause_s: float | None = None
    doubled: tuple[int, ...] = ()
    doubts: tuple[str, ...] = ()

    def place(self, start: int, end: int) -> tuple[int, int]:
        """The place in the source of a stretch of the text."""
        ahead = [sum(at < place for at in self.doubled) for place in (start, end)]
        return self.start + start + ahead[0], self.start + end + ahead[1]


def parse(
    source: str, *, style: str | None = None, unknown: Literal["read", "error"] = "read"
) -> tuple[Segment, ...]:
    """The segments of a text with tags, in order; `style` is in effect until the first style tag.

    A bracket that is no tag, such as [sic], is text. What looks like a tag that was meant (a near miss such
    as [hapy], a pause without its length, an emphasis without a word) is a doubt of its segment, or with
    `unknown` "error" raises RequestFailed with the position and the nearest tag.
    """
    return _Reader(source, style, unknown).read()


def plain(source: str, *, style: str | None = None) -> tuple[Segment, ...]:
    """The text as one segment with its brackets, for when tags are switched off."""
    return (Segment(text=source, start=0, end=len(source), style=style),)


def escape(text: str) -> str:
    """The text with its brackets escaped, so that `parse` returns it without tags."""
    return text.replace("[", "[[")


class _Reader:
    """One pass over a source: the state that tags change, and the segments so far."""

    def __init__(self, source: str, style: str | None, unknown: Literal["read", "error"]) -> None:
        self.source = source
        self.style = style
        self.unknown = unknown
        self.speed = 1.0
        self.emphasis = 0
        self.emphasis_at = 0
        self.segments: list[Segment] = []
        self.doubts: list[str] = []

    def read(self) -> tuple[Segment, ...]:
        literal: list[str] = []
        doubled: list[int] = []
        start = done = 0
        for match in _SCAN.finditer(self.source):
            literal.append(self.source[done : match.start()])
            done = match.end()
            tag = " ".join((match["body"] or "").lower().split())
            if match.group() == "[[":
                doubled.append(sum(map(len, literal)))
                literal.append("[")
            elif self._is_tag(tag, match.start()):
                self._close("".join(literal), start, match.start(), doubled)
                self._obey(tag, match.start())
                literal, doubled, start = [], [], done
            else:
                literal.append(match.group())
        literal.append(self.source[done:])
        if self.emphasis and not _WORD.search("".join(literal)):
            self._doubt("no word follows this emphasis", self.emphasis_at, hint="put the tag before a word")
        self._close("".join(literal), start, len(self.source), doubled)
        if self.doubts:
            last = self.segments.pop() if self.segments else Segment(text="", start=0, end=0)
            self.segments.append(replace(last, doubts=(*last.doubts, *self.doubts)))
        return tuple(self.segments)

    def _close(self, text: str, start: int, end: int, doubled: Sequence[int]) -> None:
        """End a segment; if it has no word, the emphasis is for the next word."""
        if not text:
            return
        emphasis = self.emphasis if _WORD.search(text) else 0
        if emphasis:
            self.emphasis = 0
        self.segments.append(
            Segment(
                text=text, start=start, end=end, style=self.style, speed=self.speed, emphasis=emphasis,
                doubled=tuple(doubled), doubts=tuple(self.doubts),
            )
        )  # fmt: skip
        self.doubts = []

    def _is_tag(self, tag: str, at: int) -> bool:
        """True for a tag that can be obeyed; a near miss is a doubt."""
        name, _, rest = tag.partition(" ")
        if tag in _NAMES and tag != "pause":
            return True
        length = _LENGTH.fullmatch(rest)
        if name == "pause" and length and _seconds(length) <= LONGEST_PAUSE_S:
            return True
        if name == "pause":
            why = f"is longer than {LONGEST_PAUSE_S:g} s" if length else "does not say how long"
            self._doubt(f"[{tag}] {why}", at, hint="write [pause 300ms] or [pause 0.5s]")
        elif close := difflib.get_close_matches(name, _NAMES, n=1, cutoff=_NEAR):
            known = ", ".join(f"[{name}]" for name in (*STYLES, "neutral", *SPEEDS, "pause 300ms", "!"))
            self._doubt(
                f"unknown tag [{tag}] (did you mean {close[0]!r}?)", at, hint=f"known: {known}; {_LITERAL}"
            )
        return False

    def _obey(self, tag: str, at: int) -> None:
        if tag in STYLES or tag == "neutral":
            self.style = None if tag == "neutral" else tag
        elif tag in SPEEDS:
            self.speed = SPEEDS[tag]
        elif length := _LENGTH.fullmatch(tag.removeprefix("pause ")):
            self._pause(_seconds(length), at)
        else:
            self.emphasis, self.emphasis_at = len(tag), at

    def _pause(self, seconds: float, at: int) -> None:
        """Add a pause after the text so far; pauses without text between them add up."""
        last = self.segments.pop() if self.segments else Segment(text="", start=at, end=at, style=self.style)
        self.segments.append(replace(last, pause_s=seconds + (last.pause_s or 0.0)))

    def _doubt(self, what: str, at: int, *, hint: str) -> None:
        if self.unknown == "error":
            near = self.source[max(0, at - 15) : at + 25].replace("\n", " ")
            raise RequestFailed(what, where=f"character {at + 1} of the text: …{near}…", hint=hint)
        self.doubts.append(what)


def _seconds(length: re.Match[str]) -> float:
    return float(length["number"].replace(",", ".")) / (1000 if length["unit"] == "ms" else 1)
