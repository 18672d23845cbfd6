"""What a streamed answer gives a player: when it is heard, and whether it runs dry."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from tts_baseline.core import bounds

# chosen: seconds of audio that players wait for before they begin; real ones lie between 0.1 and 1.
PREBUFFERS = (0.0, 0.1, 0.2, 0.5, 1.0)


class Stream(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One streamed call, in seconds from the request; a player begins with the first chunk.

    chunks:        how many came, without empty ones. audio_s: their length together.
    first_chunk_s: until the first of them was there.
    first_audio_s: until something is heard, which is later by the silence before it; None: never.
    smooth_s:      until a player may begin that then never runs dry.
    starved_s:     for how long it stands still, if it begins with each of PREBUFFERS.
    """

    chunks: bounds.Natural
    audio_s: bounds.Seconds
    first_chunk_s: bounds.Duration
    first_audio_s: bounds.Duration | None
    smooth_s: bounds.Duration
    starved_s: Annotated[
        tuple[bounds.Seconds, ...], Meta(min_length=len(PREBUFFERS), max_length=len(PREBUFFERS))
    ]


class Streams(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The streamed calls of a case in one process; none, and why, where one of them failed."""

    taken: tuple[Stream, ...] = ()
    fault: str = ""
