"""A streamed call as a client hears it, in the worker: when each chunk was there, and the sound of all."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any

from tts_baseline.core.errors import RequestFailed
from tts_baseline.measure import memory
from tts_baseline.measure.playback import audible_at
from tts_baseline.measure.protocol import Listen, Streamed


def listen(pipeline: Any, message: Listen, clock: Callable[[], float] = perf_counter) -> Streamed:
    """The stream of one request; raises what the pipeline raises, and RequestFailed where no chunk comes.

    A chunk is there once it is checked, which waits for a device that still computes it.
    """
    import numpy as np

    memory.synchronize()
    began = clock()
    at, chunks = [], []
    for chunk in pipeline.stream(message.request):
        at.append(clock() - began)
        chunks.append(chunk)
    ended = clock() - began
    if not chunks:
        raise RequestFailed("the stream ended without a chunk", hint="yield chunks of samples")
    rate = chunks[0].sample_rate
    samples = np.concatenate([chunk.samples for chunk in chunks])
    return Streamed(
        at_s=tuple(at),
        samples=tuple(len(chunk.samples) for chunk in chunks),
        sample_rate=rate,
        audible_s=audible_at(samples, rate),
        ended_s=ended,
        audio=samples.tobytes() if message.full else None,
    )
