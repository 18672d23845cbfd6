"""Worker processes as members of a system under load."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Self

import numpy as np

from tts_baseline.core.errors import WorkerLost
from tts_baseline.core.records import Request
from tts_baseline.measure.client import Worker
from tts_baseline.measure.protocol import WorkerSpec
from tts_baseline.measure.streams import delivered
from tts_baseline.measure.traffic.answers import Speech


class Seat:
    """A worker that answers requests; one that is lost is replaced when the next request comes.

    A context manager: inside it, the pipeline is loaded. What a replacement takes to load is waited for.
    """

    def __init__(self, spec: WorkerSpec, *, timeout: float, load_timeout: float) -> None:
        self._spec, self._timeout, self._load_timeout = spec, timeout, load_timeout
        self._worker: Worker | None = None

    @property
    def streams(self) -> bool:
        """Whether its pipeline has a `stream`."""
        return self._hired().ready.streams

    def say(self, request: Request) -> Speech:
        """The sound of one request; raises as `Worker` does."""
        return self.together((request,))[0]

    def streamed(self, request: Request) -> Speech:
        """The sound of one request, streamed, and what the stream gave a player; raises as `Worker` does."""
        try:
            answer = self._hired().listen(request, full=True, timeout=self._timeout)
        except WorkerLost:
            self._worker = None
            raise
        samples = np.frombuffer(answer.audio or b"", dtype="<f4")
        return Speech(samples, answer.sample_rate, delivered(answer), answer.ended_s)

    def together(self, requests: Sequence[Request]) -> list[Speech]:
        """The sounds of requests that are spoken together; raises as `Worker` does."""
        try:
            served = self._hired().serve(requests, timeout=self._timeout)
        except WorkerLost:
            self._worker = None
            raise
        pairs = zip(served.audio, served.rates, strict=True)
        return [Speech(np.frombuffer(audio, dtype="<f4"), rate) for audio, rate in pairs]

    def _hired(self) -> Worker:
        if self._worker is None:
            self._worker = Worker(self._spec, load_timeout=self._load_timeout)
        return self._worker

    def __enter__(self) -> Self:
        self._hired()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._worker is not None:
            self._worker.__exit__(kind, error, trace)
            self._worker = None
