"""Requests under load and what came of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from msgspec import Struct

from tts_baseline.core.errors import TtsBaselineError, WorkerHung, WorkerLost
from tts_baseline.core.records import Case, Request
from tts_baseline.core.stream import Stream

if TYPE_CHECKING:
    import numpy as np

_KIND_CHARS = 80  # chosen: of a message, what tells its kind


class Speech(Struct, frozen=True):
    """The sound of an answer: mono float samples and their rate.

    `stream` is what it gave a player where it was streamed, and `ended_s` when that stream ended.
    """

    samples: np.ndarray[Any, Any]
    rate: int
    stream: Stream | None = None
    ended_s: float = 0.0

    @property
    def seconds(self) -> float:
        """Its length."""
        return len(self.samples) / self.rate


class System(Protocol):
    """What is under load: answers many requests at once, or raises what the pipeline's failure is."""

    async def ask(self, request: Request) -> Speech: ...


class Response(Struct, frozen=True, kw_only=True):
    """One request of a level: when it was meant to be sent, was sent and was answered, and the answer.

    Seconds are those of one clock. `error` is the kind of its failure, and empty where there is a sound.
    """

    number: int
    case: Case
    intended: float
    sent: float
    ended: float
    sound: Speech | None = None
    error: str = ""

    @property
    def latency(self) -> float:
        """Seconds from the intended start, not from the moment at which a busy generator sent it."""
        return self.ended - self.intended

    @property
    def first_audio(self) -> float | None:
        """Seconds from the intended start until something is heard; None of no stream, and of silence."""
        stream = self.sound.stream if self.sound else None
        if self.sound is None or stream is None or stream.first_audio_s is None:
            return None
        return self.latency - self.sound.ended_s + stream.first_audio_s


def kind_of(error: TtsBaselineError) -> str:
    """The kind of a failure: 'timeout', 'crash', or what the message says up to its first colon."""
    if isinstance(error, WorkerHung):
        return "timeout"
    if isinstance(error, WorkerLost):
        return "crash"
    return error.what.partition(":")[0][:_KIND_CHARS] or "error"
