"""A player of streamed audio, simulated: when it is heard, when it runs dry, and how long it should wait.

The player plays what it has in real time. Where the next chunk is not there yet it stands still until it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple

from tts_baseline.core.errors import RequestFailed
from tts_baseline.core.stream import PREBUFFERS, Stream

if TYPE_CHECKING:
    import numpy as np

_BLOCK_S = 0.005  # chosen: shorter than a stop consonant's burst
# chosen: a fricative at the beginning is 20 to 30 dB below the loudest vowel, a quiet room 50.
_BELOW_DB = 40.0


class ArrivedChunk(NamedTuple):
    """When a chunk was there, in seconds from the request, and its length in seconds."""

    at_s: float
    audio_s: float


def stream_of(chunks: Sequence[ArrivedChunk], audible_s: float | None) -> Stream:
    """What these chunks give a player; `audible_s` is where in them the first audible sample is.

    Raises RequestFailed of none with a sound.
    """
    came = [chunk for chunk in chunks if chunk.audio_s > 0]
    if not came:
        raise RequestFailed("the stream has no samples", hint="yield chunks of samples")
    return Stream(
        chunks=len(came),
        audio_s=sum(chunk.audio_s for chunk in came),
        first_chunk_s=came[0].at_s,
        first_audio_s=None if audible_s is None else _heard_at(came, audible_s),
        smooth_s=max(_slack(came)),
        starved_s=tuple(starved(came, prebuffer) for prebuffer in PREBUFFERS),
    )


def starved(chunks: Sequence[ArrivedChunk], prebuffer_s: float) -> float:
    """Seconds for which a player stands still that begins once it has so much audio, or all there is."""
    have = accumulate(chunk.audio_s for chunk in chunks)
    begins = next(
        (chunk.at_s for chunk, held in zip(chunks, have, strict=True) if held >= prebuffer_s), chunks[-1].at_s
    )
    return max(max(_slack(chunks)) - begins, 0.0)


def audible_at(samples: np.ndarray[Any, Any], rate: int) -> float | None:
    """The second of the first block of 5 ms that is within 40 dB of the loudest; None of silence."""
    import numpy as np

    size = max(round(_BLOCK_S * rate), 1)
    padded = np.pad(np.asarray(samples, dtype=np.float64), (0, -len(samples) % size))
    power = np.mean(padded.reshape(-1, size) ** 2, axis=1)
    loudest = float(power.max(initial=0.0))
    if not loudest > 0:
        return None
    return float(np.argmax(power >= loudest * 10 ** (-_BELOW_DB / 10)) * size / rate)


def _slack(chunks: Iterable[ArrivedChunk]) -> list[float]:
    """For each chunk, when a player must have begun at the earliest to find it there in time."""
    slack, before = [], 0.0
    for chunk in chunks:
        slack.append(chunk.at_s - before)
        before += chunk.audio_s
    return slack


def _heard_at(chunks: Sequence[ArrivedChunk], audible_s: float) -> float:
    """When the sample at that second is played: it has waited for every chunk up to its own."""
    ends = accumulate(chunk.audio_s for chunk in chunks)
    own = next((number for number, end in enumerate(ends) if audible_s < end), len(chunks) - 1)
    return max(_slack(chunks)[: own + 1]) + audible_s
