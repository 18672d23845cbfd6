"""Requests to a worker and its answers, through two pipes: each answer carries the number of its request."""

from __future__ import annotations

import contextlib
import os
import select
import time
from typing import Protocol

import msgspec

from tts_baseline.measure import frames
from tts_baseline.measure.frames import Frame, Inbox, NoFrame
from tts_baseline.measure.protocol import FromWorker, ToWorker, encode, from_worker

# What msgspec raises for bytes that are no message: ValueError for what is not UTF-8.
UNREADABLE = (msgspec.MsgspecError, ValueError, RecursionError)
_GRACE_S = 2.0  # chosen: time for a process to end that has closed its pipe


class Unexpected(Exception):
    """What came is not the answer; `is_late`: it is the request's before, as it was there before this one."""

    def __init__(self, what: str, *, is_late: bool = False) -> None:
        super().__init__(what)
        self.is_late = is_late


class Process(Protocol):
    """What is known of the worker's process: `events` becomes readable when it may have ended."""

    events: int

    def look(self) -> bool:
        """True once it has ended."""
        ...


class Exchange:
    """The session's ends of the two pipes; `theirs` are the worker's, for reading and for writing."""

    def __init__(self) -> None:
        their_requests, self._requests = os.pipe()
        self._answers, their_answers = os.pipe()
        self.theirs = (their_requests, their_answers)
        os.set_blocking(self._requests, False)
        os.set_blocking(self._answers, False)
        self._inbox = Inbox(self._answers)
        self._number = 0

    def close_theirs(self) -> None:
        """Close the worker's ends here, once it has them."""
        for end in self.theirs:
            os.close(end)

    def close(self) -> None:
        """Close the session's ends, which tells the worker to end; idempotent."""
        for end in (self._requests, self._answers):
            with contextlib.suppress(OSError):
                os.close(end)
        self._requests = self._answers = -1

    def ask(self, message: ToWorker, timeout: float, process: Process) -> FromWorker:
        """The answer to one request.

        Raises EOFError if the worker has ended or closed its pipe, TimeoutError after `timeout` seconds,
        Unexpected for an answer to another request, a second answer, and what is no answer.
        """
        until = time.monotonic() + timeout
        self._expect_silence()
        self._number += 1
        try:
            frames.write(self._requests, self._number, encode(message), timeout=timeout)
        except BrokenPipeError as error:
            self._await_end(process)
            raise EOFError from error
        try:
            return self._answer(until, process)
        except NoFrame as error:
            raise Unexpected(_foreign(error)) from error

    def _answer(self, until: float, process: Process) -> FromWorker:
        while (frame := self._inbox.take()) is None:
            if process.look() and not self._is_pending():
                raise EOFError
            if not _readable(until, self._answers, process.events):
                raise TimeoutError
            if self._is_pending() and not self._inbox.pull():
                self._await_end(process)
                raise EOFError
        self._check(frame)
        try:
            answer = from_worker.decode(frame.payload)
        except UNREADABLE as error:
            raise NoFrame(f"an answer that cannot be read ({error})") from error
        if self._is_pending():
            self._inbox.pull()
        if more := self._inbox.take():
            raise Unexpected(_doubled(more.number, self._number))
        return answer

    def _check(self, frame: Frame) -> None:
        """Raise Unexpected for another number, and for the empty frame of a second process that returned."""
        if frame.number != self._number or not frame.payload:
            raise Unexpected(_doubled(frame.number, self._number), is_late=frame.number < self._number)

    def _expect_silence(self) -> None:
        """Raise what came after the last answer."""
        try:
            if self._is_pending() and self._inbox.pull() and (frame := self._inbox.take()):
                raise Unexpected(_doubled(frame.number, self._number), is_late=True)
        except NoFrame as error:
            raise Unexpected(_foreign(error), is_late=True) from error

    def _await_end(self, process: Process) -> None:
        until = time.monotonic() + _GRACE_S
        while not process.look() and _readable(until, process.events):
            pass

    def _is_pending(self) -> bool:
        return _readable(0.0, self._answers)


def _readable(until: float, *ends: int) -> bool:
    """Whether one of these has something to read, or has ended, before that time."""
    watched = select.poll()
    for end in ends:
        watched.register(end, select.POLLIN)
    return bool(watched.poll(max(until - time.monotonic(), 0.0) * 1000))


def _doubled(number: int, asked: int) -> str:
    if number > asked:
        return "an answer came to a request that was not made"
    return "the pipeline returned twice from one request"


def _foreign(error: NoFrame) -> str:
    return f"the pipeline, or a process of its, wrote {error} into the worker's pipe"
