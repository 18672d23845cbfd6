"""Seconds by stage of one call, also where several threads are in several stages at once."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple


class Span(NamedTuple):
    """From when to when somebody was in a stage, in seconds."""

    stage: str
    start: float
    end: float


class StageClock:
    """Times functions by replacing them with proxies; `wait` ends what a GPU still has to do."""

    def __init__(self, wait: Callable[[], object] = lambda: None) -> None:
        self._wait = wait
        self._spans: list[Span] = []

    def watch(self, owner: Any, name: str, stage: str) -> None:
        """From now on, calls of `owner.name` count as `stage`."""
        function = getattr(owner, name)

        @functools.wraps(function)
        def proxy(*args: Any, **kwargs: Any) -> Any:
            start = self.now()
            try:
                return function(*args, **kwargs)
            finally:
                self._spans.append(Span(stage, start, self.now()))

        setattr(owner, name, proxy)

    def now(self) -> float:
        """This moment, the GPU's work so far included."""
        self._wait()
        return time.perf_counter()

    def stages(self, start: float) -> dict[str, float]:
        """What happened since `start`, by stage; forgets it. The four add up to the whole, exactly once each.

        text: before the model is first called. model: a chunk is in the model. vocoder: a chunk is in the
        vocoder, and none in the model. post: the rest.
        """
        spans, self._spans = self._spans, []
        end = self.now()
        text = min((span.start for span in spans), default=end) - start
        model = covered(span for span in spans if span.stage == "model")
        busy = covered(spans)
        return {"text": text, "model": model, "vocoder": busy - model, "post": end - start - text - busy}


def covered(spans: Iterable[Span]) -> float:
    """Seconds that at least one of the spans covers."""
    total, until = 0.0, float("-inf")
    for span in sorted(spans, key=lambda span: span.start):
        total += max(0.0, span.end - max(span.start, until))
        until = max(until, span.end)
    return total
