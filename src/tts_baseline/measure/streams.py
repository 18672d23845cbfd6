"""The streams of a process, pass by pass, and what each gives a player."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence

from tts_baseline.core.errors import PipelineError, sentence
from tts_baseline.core.records import Case
from tts_baseline.core.stream import Stream, Streams
from tts_baseline.measure.playback import ArrivedChunk, stream_of
from tts_baseline.measure.protocol import Streamed


def streamed(
    orders: Iterable[Sequence[Case]],
    listen: Callable[[Case], Stream],
    deadline: float,
    on_call: Callable[[], None],
) -> dict[str, Streams]:
    """What a client hears of each case, a stream a pass; one that fails loses the case's only."""
    taken: dict[str, list[Stream]] = {}
    faults: dict[str, str] = {}
    for turn, order in enumerate(orders):
        if turn and time.monotonic() > deadline:
            break
        for case in order:
            own = taken.setdefault(case.id, [])
            on_call()
            if case.id in faults:
                continue
            try:
                own.append(listen(case))
            except PipelineError as error:
                faults[case.id] = sentence(error)
    return {
        case: Streams(fault=faults[case]) if case in faults else Streams(taken=tuple(own))
        for case, own in taken.items()
    }


def delivered(answer: Streamed) -> Stream:
    """What a streamed call gives a player; RequestFailed where it has no samples."""
    rate = answer.sample_rate
    came = [ArrivedChunk(at, count / rate) for at, count in zip(answer.at_s, answer.samples, strict=True)]
    return stream_of(came, answer.audible_s)
