"""Tags in a text, such as [happy], [slow], [pause 300ms] and [!], and their meaning.

text   = { letter | "[[" | tag }         "[[" is a literal "["; "]" outside a tag is literal, too
tag    = "[" , ( style | speed | pause | stress ) , "]"          in any case, spaces around it allowed
style  = "happy" | "sad" | "urgent" | "calm" | "neutral"         until the next style
speed  = "fast" | "slow" | "normal"                              until the next speed
pause  = "pause" , number , ( "ms" | "s" )                       exact silence, 0 to 10 s
stress = "!" | "!!" | "!!!"                                      emphasis of the word that follows
"""

from __future__ import annotations

import re
from typing import NoReturn

from msgspec.structs import replace

from tts_baseline.core.errors import RequestFailed
from tts_baseline.core.records import Record
from tts_baseline.core.registry import nearest

STYLES = ("happy", "sad", "urgent", "calm")
# chosen: within the range in which the model itself obeys (`delivery.SLOWEST`, `FASTEST`), and symmetric in
# duration: 1 / 1.2 = 0.83 and 1 / 0.85 = 1.18
SPEEDS = {"fast": 1.2, "slow": 0.85, "normal": 1.0}
LONGEST_PAUSE_S = 10.0  # chosen: a longer pause is a slip of the pen (ms written as s)

_SCAN = re.compile(r"\[\[|\[(?P<body>[^\[\]\n]*)\]|\[")
_PAUSE = re.compile(r"pause\b\s*(?P<rest>.*)")
_LENGTH = re.compile(r"(?P<number>[0-9]+(?:[.,][0-9]+)?)\s*(?P<unit>ms|s)")
_NAMES = (*STYLES, "neutral", *SPEEDS, "pause", "!", "!!", "!!!")
_WORD = re.compile(r"[^\W_]")
_LITERAL = "a literal bracket is written [[; or set controls = false to read brackets as they are"


class Segment(Record, frozen=True, kw_only=True):
    """A stretch of text under one set of controls, from `source[start:end]`.

    In `text`, `[[` is replaced by `[`. `speed` is a factor; `emphasis` (0 to 3) is for its first word;
    `pause_s` is the requested silence after it, or None. The text is empty if the source begins with a pause.
    """

    text: str
    start: int
    end: int
    style: str | None = None
    speed: float = 1.0
    emphasis: int = 0
    pause_s: float | None = None


def parse(source: str, *, style: str | None = None) -> tuple[Segment, ...]:
    """The segments of a text with tags, in order; `style` is in effect until the first style tag.

    Raises RequestFailed, with the position and the nearest tag, for an unknown or malformed tag, and for an
    emphasis without a word after it.
    """
    return _Reader(source, style).read()


def plain(source: str, *, style: str | None = None) -> tuple[Segment, ...]:
    """The text as one segment with its brackets, for when tags are switched off."""
    return (Segment(text=source, start=0, end=len(source), style=style),)


def escape(text: str) -> str:
    """The text with its brackets escaped, so that `parse` returns it without tags."""
    return text.replace("[", "[[")


class _Reader:
    """One pass over a source: the state that tags change, and the segments so far."""

    def __init__(self, source: str, style: str | None) -> None:
        self.source = source
        self.style = style
        self.speed = 1.0
        self.emphasis = 0
        self.emphasis_at = 0
        self.segments: list[Segment] = []

    def read(self) -> tuple[Segment, ...]:
        literal: list[str] = []
        start = done = 0
        for match in _SCAN.finditer(self.source):
            literal.append(self.source[done : match.start()])
            done = match.end()
            body = match["body"]
            if match.group() == "[[":
                literal.append("[")
                continue
            self._close("".join(literal), start, match.start())
            if body is None:
                self._fail("a [ is not closed", match.start(), hint=f"close it with ]; {_LITERAL}")
            self._obey(" ".join(body.lower().split()), match.start())
            literal, start = [], done
        literal.append(self.source[done:])
        self._close("".join(literal), start, len(self.source))
        if self.emphasis:
            self._fail("no word follows this emphasis", self.emphasis_at, hint="put the tag before a word")
        return tuple(self.segments)

    def _close(self, text: str, start: int, end: int) -> None:
        """End a segment; if it has no word, the emphasis is for the next word."""
        if not text:
            return
        emphasis = self.emphasis if _WORD.search(text) else 0
        if emphasis:
            self.emphasis = 0
        self.segments.append(
            Segment(text=text, start=start, end=end, style=self.style, speed=self.speed, emphasis=emphasis)
        )

    def _obey(self, tag: str, at: int) -> None:
        if tag in STYLES or tag == "neutral":
            self.style = None if tag == "neutral" else tag
        elif tag in SPEEDS:
            self.speed = SPEEDS[tag]
        elif tag in ("!", "!!", "!!!"):
            self.emphasis, self.emphasis_at = len(tag), at
        elif match := _PAUSE.fullmatch(tag):
            self._pause(self._seconds(match["rest"], at), at)
        else:
            near = nearest(tag.partition(" ")[0], _NAMES)
            known = ", ".join(f"[{name}]" for name in (*STYLES, "neutral", *SPEEDS, "pause 300ms", "!"))
            self._fail(f"unknown tag [{tag}]{near}", at, hint=f"known: {known}; {_LITERAL}")

    def _pause(self, seconds: float, at: int) -> None:
        """Add a pause after the text so far; pauses without text between them add up."""
        last = self.segments.pop() if self.segments else Segment(text="", start=at, end=at, style=self.style)
        self.segments.append(replace(last, pause_s=seconds + (last.pause_s or 0.0)))

    def _seconds(self, length: str, at: int) -> float:
        match = _LENGTH.fullmatch(length)
        hint = "write [pause 300ms] or [pause 0.5s]"
        if not match:
            self._fail(f"[pause {length}] does not say how long".replace(" ]", "]"), at, hint=hint)
        seconds = float(match["number"].replace(",", ".")) / (1000 if match["unit"] == "ms" else 1)
        if seconds > LONGEST_PAUSE_S:
            self._fail(f"[pause {length}] is longer than {LONGEST_PAUSE_S:g} s", at, hint=hint)
        return seconds

    def _fail(self, what: str, at: int, *, hint: str) -> NoReturn:
        near = self.source[max(0, at - 15) : at + 25].replace("\n", " ")
        raise RequestFailed(what, where=f"character {at + 1} of the text: …{near}…", hint=hint)
