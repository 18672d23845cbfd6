"""Applies the controls to each token: its style and speed, its emphasis, and the pause after it."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from tts_baseline.core.errors import RequestFailed
from tts_baseline.pipelines.f5_spanish.plan import Span, Token
from tts_baseline.pipelines.f5_spanish.text import prosody
from tts_baseline.pipelines.f5_spanish.text.controls import Segment
from tts_baseline.pipelines.f5_spanish.text.options import TABLE, ClipPace, TextOptions
from tts_baseline.pipelines.f5_spanish.text.words import side

Paces = Callable[[str | None], ClipPace]

# The speeds that the model obeys: beyond, it drops words or slurs (https://github.com/SWivid/F5-TTS/issues/299).
# Chosen: symmetric in duration.
SLOWEST, FASTEST = 0.8, 1.25


class Delivery(NamedTuple):
    """How a token is spoken: the style of its reference clip, the requested speed, and the clip's pace."""

    style: str | None
    speed: float
    pace: ClipPace

    @property
    def model_speed(self) -> float:
        """The part of the speed that the model itself produces."""
        return min(max(self.speed, SLOWEST), FASTEST)

    @property
    def stretch(self) -> float:
        """The rest of the speed, by stretching the audio: a factor of duration, 1 in the model's range."""
        return self.model_speed / self.speed


def owners(tokens: Sequence[Token], starts: Sequence[int]) -> list[int]:
    """The segment of each token; a mark belongs with its word, wherever the tag is."""
    owner = [bisect.bisect_right(starts, token.start) - 1 for token in tokens]
    for index in range(1, len(tokens)):
        if side(tokens[index]) == "closing":
            owner[index] = owner[index - 1]
    for index in reversed(range(len(tokens) - 1)):
        if side(tokens[index]) == "opening":
            owner[index] = owner[index + 1]
    return owner


def asked_pauses(owned: Sequence[int], segments: Sequence[Segment]) -> tuple[float, Mapping[int, float]]:
    """The requested seconds of silence before the first token, and after others, by token."""
    lead = 0.0
    after: dict[int, float] = {}
    for number, segment in enumerate(segments):
        if segment.pause_s is None:
            continue
        last = bisect.bisect_right(owned, number) - 1
        if last < 0:
            lead += segment.pause_s
        else:
            after[last] = after.get(last, 0.0) + segment.pause_s
    return lead, after


def emphasis(
    tokens: Sequence[Token], owned: Sequence[int], segments: Sequence[Segment], spans: Sequence[Span] = ()
) -> list[int]:
    """The level of each token, 0 to 3: by its tag, else 1 for a word in emphatic capitals.

    A tag before a span is for all of it: [!]85.
    """
    levels = [0] * len(tokens)
    whole = {span.first: span.last for span in spans}
    for index in prosody.capitals(tokens, spans):
        levels[index] = 1
    for number, segment in enumerate(segments):
        if segment.emphasis:
            start = bisect.bisect_left(owned, number)
            word = next((i for i in range(start, len(tokens)) if tokens[i].kind == "word"), None)
            if word is not None:
                for index in range(word, whole.get(word, word) + 1):
                    if tokens[index].kind == "word":
                        levels[index] = segment.emphasis
    return levels


def deliveries(
    owned: Sequence[int], segments: Sequence[Segment], speed: float, paces: Paces, options: TextOptions
) -> tuple[list[Delivery], tuple[str, ...]]:
    """The delivery of each token, and a note for every style that is spoken neutrally for lack of a clip.

    Raises RequestFailed for such a style if `options.missing_style` is "error".
    """
    used = sorted(set(owned))
    clips = {style: _clip(style, paces, options) for style in {segments[n].style for n in used}}
    by_segment = {
        n: Delivery(clips[s.style][0], speed * s.speed, clips[s.style][1])
        for n in used
        for s in [segments[n]]
    }
    missing = sorted(style for style, (spoken, _) in clips.items() if style and spoken != style)
    notes = tuple(f"no reference clip for the style {style!r}: spoken neutrally" for style in missing)
    return [by_segment[number] for number in owned], notes


def _clip(style: str | None, paces: Paces, options: TextOptions) -> tuple[str | None, ClipPace]:
    """The style whose clip is used, and that clip's pace."""
    try:
        return style, paces(style)
    except KeyError:
        if style is not None and options.missing_style == "neutral":
            return _clip(None, paces, options)
    what = f"the style {style!r}" if style else "neutral speech"
    raise RequestFailed(
        f"there is no reference clip for {what}",
        where=TABLE,
        hint="add a clip of the same speaker with its transcript there"
        + (', or set missing_style = "neutral"' if style else ""),
    )
